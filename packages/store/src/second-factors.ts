import type { UserId } from '@sallyport/model'
import { StoreError } from './errors.ts'
import type { Session } from './session.ts'

/** Somebody's TOTP secret. */
export interface TotpSecret {
  readonly userId: UserId
  /** Nonce, ciphertext and tag under the master key. */
  readonly sealedSecret: Uint8Array
  /** Milliseconds since the epoch; none until the first code was right. */
  readonly confirmedAt: number | undefined
  /** Time step of the last code taken. */
  readonly lastStep: number
}

/** TOTP secrets, recovery codes and password hashes: what people know or read off. */
export class SecondFactors {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async totp(userId: UserId): Promise<TotpSecret | undefined> {
    const { db } = this.#session
    const row = await db.selectFrom('totp_secrets').selectAll().where('user_id', '=', userId).executeTakeFirst()
    if (row === undefined) return undefined
    return {
      userId,
      sealedSecret: row.sealed_secret,
      confirmedAt: row.confirmed_at ?? undefined,
      lastStep: row.last_step,
    }
  }

  /** A new secret that does not count until it is confirmed; one that was never confirmed is replaced. Throws `already-exists`. */
  async proposeTotp(userId: UserId, sealedSecret: Uint8Array): Promise<void> {
    await this.#session.transaction(async (tx) => {
      const row = await tx.db.selectFrom('totp_secrets').selectAll().where('user_id', '=', userId).executeTakeFirst()
      if (row !== undefined && row.confirmed_at !== null) {
        throw new StoreError('already-exists', 'there is a secret already')
      }
      await tx.db.deleteFrom('totp_secrets').where('user_id', '=', userId).execute()
      await tx.db
        .insertInto('totp_secrets')
        .values({
          user_id: userId,
          sealed_secret: sealedSecret,
          confirmed_at: null,
          last_step: 0,
          created_at: tx.now(),
        })
        .execute()
    })
  }

  /**
   * Takes a code's time step, and confirms the secret with the first. False where a code of this step or a later one was
   * taken before: of several at once one gets through (RFC 6238 §5.2).
   */
  async takeTotpStep(userId: UserId, step: number): Promise<boolean> {
    const { db } = this.#session
    const now = this.#session.now()
    const { numUpdatedRows } = await db
      .updateTable('totp_secrets')
      .set((eb) => ({ last_step: step, confirmed_at: eb.fn.coalesce('confirmed_at', eb.val(now)) }))
      .where('user_id', '=', userId)
      .where('last_step', '<', step)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows > 0n) this.#session.changed('credentials')
    return numUpdatedRows > 0n
  }

  /** Whether there was a secret. */
  async removeTotp(userId: UserId): Promise<boolean> {
    const { db } = this.#session
    const { numDeletedRows } = await db
      .deleteFrom('totp_secrets')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('credentials')
    return numDeletedRows > 0n
  }

  /** Replaces all recovery codes of a person. */
  async setRecoveryCodes(userId: UserId, hashes: readonly string[]): Promise<void> {
    await this.#session.transaction(async (tx) => {
      await tx.db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
      const created_at = tx.now()
      const rows = hashes.map((hash) => ({ user_id: userId, hash, created_at, used_at: null }))
      if (rows.length > 0) await tx.db.insertInto('recovery_codes').values(rows).execute()
      tx.changed('credentials')
    })
  }

  /** Uses a code up; false where there is no such unused one. */
  async useRecoveryCode(userId: UserId, hash: string): Promise<boolean> {
    const { db } = this.#session
    const now = this.#session.now()
    const { numUpdatedRows } = await db
      .updateTable('recovery_codes')
      .set({ used_at: now })
      .where('user_id', '=', userId)
      .where('hash', '=', hash)
      .where('used_at', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows > 0n) this.#session.changed('credentials')
    return numUpdatedRows > 0n
  }

  /** How many codes of a person are unused. */
  async recoveryCodesLeft(userId: UserId): Promise<number> {
    const { count } = await this.#session.db
      .selectFrom('recovery_codes')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .where('used_at', 'is', null)
      .executeTakeFirstOrThrow()
    return count
  }

  /** Password hash in PHC form, `$argon2id$…`. */
  async password(userId: UserId): Promise<string | undefined> {
    const { db } = this.#session
    const row = await db.selectFrom('passwords').select('phc').where('user_id', '=', userId).executeTakeFirst()
    return row?.phc
  }

  /** Sets or, without a hash, removes it. */
  async setPassword(userId: UserId, phc: string | undefined): Promise<void> {
    await this.#session.transaction(async (tx) => {
      await tx.db.deleteFrom('passwords').where('user_id', '=', userId).execute()
      if (phc !== undefined) {
        await tx.db.insertInto('passwords').values({ user_id: userId, phc, changed_at: tx.now() }).execute()
      }
      tx.changed('credentials')
    })
  }
}
