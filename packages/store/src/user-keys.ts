import { createHash } from 'node:crypto'
import type { KeyId, User, UserId, UserKey } from '@sallyport/model'
import type { CompiledQuery, Selectable } from 'kysely'
import type { UserKeysTable, UsersTable } from './schema.ts'
import { newId, type Session } from './session.ts'
import { toUser } from './users.ts'

export interface NewUserKey {
  readonly userId: UserId
  /** SSH key type, e.g. `ssh-ed25519`. */
  readonly type: string
  /** The SSH wire form of the public key. */
  readonly blob: Uint8Array
  readonly comment?: string
}

/** A key with the user it proves. */
export interface KnownKey {
  readonly key: UserKey
  readonly user: User
}

type KnownKeyRow = Selectable<UserKeysTable> & {
  readonly [K in Exclude<keyof UsersTable, 'id'> as `user_${K}`]: UsersTable[K]
}

/** Public keys and whom they prove. A key proves one user only: its fingerprint is unique. */
export class UserKeys {
  readonly #session: Session
  /** The login's query, compiled once; its only parameter is the fingerprint. */
  #byFingerprint: CompiledQuery<KnownKeyRow> | undefined

  constructor(session: Session) {
    this.#session = session
  }

  /** Throws `already-exists` where the key proves somebody already, `not-found` where there is no such user. */
  async add({ userId, type, blob, comment = '' }: NewUserKey): Promise<UserKey> {
    const fingerprint = fingerprintOf(blob)
    const addedAt = this.#session.now()
    const id = newId('key')
    const key: UserKey = { id, userId, type, blob, fingerprint, comment, addedAt, lastUsedAt: undefined }
    await this.#session.db.insertInto('user_keys').values(toRow(key)).execute()
    this.#session.changed('user-keys')
    return key
  }

  /** Whom a key proves, by its SSH wire form: asked at every login. */
  async byBlob(blob: Uint8Array): Promise<KnownKey | undefined> {
    const known = await this.byFingerprint(fingerprintOf(blob))
    // SHA-256 alone would do; comparing costs nothing and needs no argument.
    return known !== undefined && sameBytes(known.key.blob, blob) ? known : undefined
  }

  /** By `SHA256:…` as OpenSSH prints it. */
  async byFingerprint(fingerprint: string): Promise<KnownKey | undefined> {
    const { db } = this.#session
    this.#byFingerprint ??= db
      .selectFrom('user_keys')
      .innerJoin('users', 'users.id', 'user_keys.user_id')
      .selectAll('user_keys')
      .select([
        'users.name as user_name',
        'users.display_name as user_display_name',
        'users.role as user_role',
        'users.disabled as user_disabled',
        'users.created_at as user_created_at',
      ])
      .where('user_keys.fingerprint', '=', fingerprint)
      .compile()
    const { rows } = await db.executeQuery<KnownKeyRow>({ ...this.#byFingerprint, parameters: [fingerprint] })
    const row = rows[0]
    if (row === undefined) return undefined
    const user = toUser({
      id: row.user_id,
      name: row.user_name,
      display_name: row.user_display_name,
      role: row.user_role,
      disabled: row.user_disabled,
      created_at: row.user_created_at,
    })
    return { key: toKey(row), user }
  }

  async get(id: KeyId): Promise<UserKey | undefined> {
    const row = await this.#session.db.selectFrom('user_keys').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toKey(row)
  }

  /** All keys, or those of one user, oldest first. */
  async list(userId?: UserId): Promise<readonly UserKey[]> {
    let query = this.#session.db.selectFrom('user_keys').selectAll().orderBy('added_at').orderBy('id')
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    return (await query.execute()).map(toKey)
  }

  /** That the key of this fingerprint let its owner in now. Changes nothing that anybody decides by, so nobody is told. */
  async used(fingerprint: string): Promise<void> {
    await this.#session.db
      .updateTable('user_keys')
      .set({ last_used_at: this.#session.now() })
      .where('fingerprint', '=', fingerprint)
      .execute()
  }

  /** Whether there was such a key. */
  async remove(id: KeyId): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('user_keys')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) return false
    this.#session.changed('user-keys')
    return true
  }
}

/** `SHA256:` and the unpadded base64 of the digest, as OpenSSH prints it. */
function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

function toKey(row: Selectable<UserKeysTable>): UserKey {
  const { id, user_id: userId, type, blob, fingerprint, comment, added_at: addedAt } = row
  return { id, userId, type, blob, fingerprint, comment, addedAt, lastUsedAt: row.last_used_at ?? undefined }
}

function toRow(key: UserKey): Selectable<UserKeysTable> {
  const { id, userId, type, blob, fingerprint, comment, addedAt, lastUsedAt } = key
  return { id, user_id: userId, type, blob, fingerprint, comment, added_at: addedAt, last_used_at: lastUsedAt ?? null }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
