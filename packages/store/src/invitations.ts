import type { InvitationId, UserId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import { StoreError } from './errors.ts'
import type { InvitationsTable } from './schema.ts'
import { newId, type Session } from './session.ts'

/** A link that lets its bearer set up how they sign in, once. */
export interface Invitation {
  readonly id: InvitationId
  /** `setup`: the first administrator's; `invite`: a new person's; `recover`: new credentials for a known one. */
  readonly purpose: InvitationsTable['purpose']
  readonly userId: UserId | undefined
  readonly createdBy: string
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedAt: number | undefined
}

/** One-time links. The secret in the link is never here, only its hash. */
export class Invitations {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async add(
    invitation: Pick<Invitation, 'purpose' | 'userId' | 'createdBy' | 'expiresAt'> & { readonly tokenHash: string },
  ): Promise<Invitation> {
    const { tokenHash, ...rest } = invitation
    const added: Invitation = { ...rest, id: newId('invitation'), createdAt: this.#session.now(), usedAt: undefined }
    await this.#session.db
      .insertInto('invitations')
      .values({
        id: added.id,
        token_hash: tokenHash,
        purpose: added.purpose,
        user_id: added.userId ?? null,
        created_by: added.createdBy,
        created_at: added.createdAt,
        expires_at: added.expiresAt,
        used_at: null,
      })
      .execute()
    this.#session.changed('invitations')
    return added
  }

  /** The link with this hash, while it can be used. */
  async byToken(tokenHash: string): Promise<Invitation | undefined> {
    const row = await this.#session.db
      .selectFrom('invitations')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', this.#session.now())
      .executeTakeFirst()
    return row && toInvitation(row)
  }

  /** Those that can be used, newest first. */
  async list(): Promise<readonly Invitation[]> {
    const rows = await this.#session.db
      .selectFrom('invitations')
      .selectAll()
      .where('used_at', 'is', null)
      .where('expires_at', '>', this.#session.now())
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute()
    return rows.map(toInvitation)
  }

  /** Uses it up. Of several at once one succeeds; the others, and the late, get `not-found`. */
  async use(id: InvitationId): Promise<void> {
    const { db } = this.#session
    const now = this.#session.now()
    const { numUpdatedRows } = await db
      .updateTable('invitations')
      .set({ used_at: now })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new StoreError('not-found', 'the link was used or has expired')
    this.#session.changed('invitations')
  }

  /** Takes links back that were not used: one, those for a person, those that somebody made, or those of a purpose. How many there were. */
  async revoke(
    which:
      | { readonly id: InvitationId }
      | { readonly userId: UserId }
      | { readonly createdBy: string }
      | { readonly purpose: InvitationsTable['purpose'] },
  ): Promise<number> {
    const query = this.#session.db.deleteFrom('invitations').where('used_at', 'is', null)
    const { numDeletedRows } = await ('id' in which
      ? query.where('id', '=', which.id)
      : 'userId' in which
        ? query.where('user_id', '=', which.userId)
        : 'createdBy' in which
          ? query.where('created_by', '=', which.createdBy)
          : query.where('purpose', '=', which.purpose)
    ).executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('invitations')
    return Number(numDeletedRows)
  }

  /** Forgets those that have ended, used or not; how many. */
  async removeExpired(): Promise<number> {
    const { db } = this.#session
    const { numDeletedRows } = await db
      .deleteFrom('invitations')
      .where('expires_at', '<=', this.#session.now())
      .executeTakeFirstOrThrow()
    return Number(numDeletedRows)
  }
}

function toInvitation(row: Selectable<InvitationsTable>): Invitation {
  return {
    id: row.id,
    purpose: row.purpose,
    userId: row.user_id ?? undefined,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
  }
}
