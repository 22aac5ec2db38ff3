import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { RevokedKeysTable } from './schema.ts'
import type { Session } from './session.ts'

/** A key that no longer proves anybody, also inside certificates. */
export interface RevokedKey {
  /** `SHA256:…` */
  readonly fingerprint: string
  /** SSH wire form of the plain key. */
  readonly blob: Uint8Array
  readonly reason: string
  readonly revokedBy: string
  /** Milliseconds since the epoch. */
  readonly revokedAt: number
}

/** Keys that were lost or stolen. They stay here for good: a key that was stolen once is stolen. */
export class RevokedKeys {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Throws `already-exists` where it is revoked already. */
  async add({ blob, reason, revokedBy }: Pick<RevokedKey, 'blob' | 'reason' | 'revokedBy'>): Promise<RevokedKey> {
    const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
    const key: RevokedKey = { fingerprint: `SHA256:${digest}`, blob, reason, revokedBy, revokedAt: this.#session.now() }
    const { revokedBy: revoked_by, revokedAt: revoked_at, ...rest } = key
    await this.#session.db
      .insertInto('revoked_keys')
      .values({ ...rest, revoked_by, revoked_at })
      .execute()
    this.#session.changed('revoked-keys')
    return key
  }

  /** Oldest first. */
  async list(): Promise<readonly RevokedKey[]> {
    const rows = await this.#session.db.selectFrom('revoked_keys').selectAll().orderBy('revoked_at').execute()
    return rows.map(toRevokedKey)
  }

  /** Whether it was revoked. */
  async remove(fingerprint: string): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('revoked_keys')
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('revoked-keys')
    return numDeletedRows > 0n
  }
}

function toRevokedKey(row: Selectable<RevokedKeysTable>): RevokedKey {
  const { revoked_by: revokedBy, revoked_at: revokedAt, ...rest } = row
  return { ...rest, revokedBy, revokedAt }
}
