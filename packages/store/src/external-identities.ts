import type { UserId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import { StoreError } from './errors.ts'
import type { ExternalIdentitiesTable } from './schema.ts'
import type { Session } from './session.ts'

/** Somebody as an identity provider knows them. */
export interface ExternalIdentity {
  /** Issuer identifier of the provider: with the subject, who it is. A provider's name in the configuration may change. */
  readonly issuer: string
  /** `sub` of its tokens. */
  readonly subject: string
  readonly userId: UserId
  /** `group:NAME`: what its claims gave at the last sign-in. */
  readonly groups: readonly string[]
  /** Milliseconds since the epoch, as all times here. */
  readonly linkedAt: number
  readonly lastUsedAt: number
}

/** Who is whom at the identity providers, and what they vouch for. */
export class ExternalIdentities {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Throws `already-exists` where the identity is linked. */
  async add(identity: Pick<ExternalIdentity, 'issuer' | 'subject' | 'userId' | 'groups'>): Promise<ExternalIdentity> {
    const now = this.#session.now()
    const added: ExternalIdentity = { ...identity, linkedAt: now, lastUsedAt: now }
    const { issuer: provider, subject, userId: user_id } = added
    const groups = JSON.stringify(added.groups)
    const row = { provider, subject, user_id, groups, linked_at: now, last_used_at: now }
    await this.#session.db.insertInto('external_identities').values(row).execute()
    this.#session.changed('external-identities')
    return added
  }

  async get(issuer: string, subject: string): Promise<ExternalIdentity | undefined> {
    const row = await this.#session.db
      .selectFrom('external_identities')
      .selectAll()
      .where('provider', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
    return row && toIdentity(row)
  }

  /** Those of one person, or of all, oldest first. */
  async list(userId?: UserId): Promise<readonly ExternalIdentity[]> {
    let query = this.#session.db.selectFrom('external_identities').selectAll()
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    const rows = await query.orderBy('linked_at').orderBy('provider').orderBy('subject').execute()
    return rows.map(toIdentity)
  }

  /** That it was used now, and what its claims give from now on. Throws `not-found`. */
  async used(issuer: string, subject: string, groups: readonly string[]): Promise<void> {
    const { numUpdatedRows } = await this.#session.db
      .updateTable('external_identities')
      .set({ groups: JSON.stringify(groups), last_used_at: this.#session.now() })
      .where('provider', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new StoreError('not-found', 'there is no such identity')
    this.#session.changed('external-identities')
  }

  /** Unlinks one; whether there was one. */
  async remove(issuer: string, subject: string): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('external_identities')
      .where('provider', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('external-identities')
    return numDeletedRows > 0n
  }
}

function toIdentity(row: Selectable<ExternalIdentitiesTable>): ExternalIdentity {
  return {
    issuer: row.provider,
    subject: row.subject,
    userId: row.user_id,
    groups: JSON.parse(row.groups) as string[],
    linkedAt: row.linked_at,
    lastUsedAt: row.last_used_at,
  }
}
