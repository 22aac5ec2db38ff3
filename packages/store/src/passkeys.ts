import type { PasskeyId, UserId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import { StoreError } from './errors.ts'
import type { PasskeysTable } from './schema.ts'
import { newId, type Session } from './session.ts'

/** A passkey somebody registered: WebAuthn's credential record, §4. */
export interface Passkey {
  readonly id: PasskeyId
  readonly userId: UserId
  /** Base64url. */
  readonly credentialId: string
  /** COSE key. */
  readonly publicKey: Uint8Array
  /** 0 where the authenticator does not count. */
  readonly counter: number
  readonly transports: readonly string[]
  /** Which make of authenticator; all zeros where it does not say. */
  readonly aaguid: string
  /** Whether it is synced between devices. */
  readonly backedUp: boolean
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
}

export type NewPasskey = Omit<Passkey, 'id' | 'createdAt' | 'lastUsedAt'>

/** Passkeys and whom they prove. */
export class Passkeys {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Throws `already-exists` where the credential is registered. */
  async add(passkey: NewPasskey): Promise<Passkey> {
    const added: Passkey = { ...passkey, id: newId('passkey'), createdAt: this.#session.now(), lastUsedAt: undefined }
    await this.#session.db.insertInto('passkeys').values(toRow(added)).execute()
    this.#session.changed('credentials')
    return added
  }

  async byCredentialId(credentialId: string): Promise<Passkey | undefined> {
    const { db } = this.#session
    const row = await db.selectFrom('passkeys').selectAll().where('credential_id', '=', credentialId).executeTakeFirst()
    return row && toPasskey(row)
  }

  /** Those of one person, or of all, oldest first. */
  async list(userId?: UserId): Promise<readonly Passkey[]> {
    let query = this.#session.db.selectFrom('passkeys').selectAll().orderBy('created_at').orderBy('id')
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    return (await query.execute()).map(toPasskey)
  }

  /** That it was used now, and what its counter says since. */
  async used(id: PasskeyId, { counter, backedUp }: Pick<Passkey, 'counter' | 'backedUp'>): Promise<void> {
    await this.#session.db
      .updateTable('passkeys')
      .set({ counter, backed_up: backedUp ? 1 : 0, last_used_at: this.#session.now() })
      .where('id', '=', id)
      .execute()
  }

  /** Throws `not-found`. */
  async rename(id: PasskeyId, name: string): Promise<void> {
    const { db } = this.#session
    const { numUpdatedRows } = await db
      .updateTable('passkeys')
      .set({ name })
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new StoreError('not-found', 'there is no such passkey')
    this.#session.changed('credentials')
  }

  /** Whether there was such a passkey. */
  async remove(id: PasskeyId): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('passkeys')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('credentials')
    return numDeletedRows > 0n
  }
}

function toPasskey(row: Selectable<PasskeysTable>): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports) as string[],
    aaguid: row.aaguid,
    backedUp: row.backed_up !== 0,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  }
}

function toRow(passkey: Passkey): Selectable<PasskeysTable> {
  return {
    id: passkey.id,
    user_id: passkey.userId,
    credential_id: passkey.credentialId,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: JSON.stringify(passkey.transports),
    aaguid: passkey.aaguid,
    backed_up: passkey.backedUp ? 1 : 0,
    name: passkey.name,
    created_at: passkey.createdAt,
    last_used_at: passkey.lastUsedAt ?? null,
  }
}
