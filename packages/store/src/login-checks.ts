import type { UserId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import type { LoginChecksTable } from './schema.ts'
import type { Session } from './session.ts'

/** Somebody was asked for a second factor, and gave it. */
export interface LoginCheck {
  readonly userId: UserId
  /** Canonical text of the address that they came from. */
  readonly source: string
  /** Name of the target, or the address dialled; `*` for a sign-in as a whole. */
  readonly target: string
  /** Empty where the door does not see it. */
  readonly login: string
  /** Kind of the factor. */
  readonly method: string
  /** Milliseconds since the epoch. */
  readonly checkedAt: number
}

/** Second factors that were asked for and given: the last for each person, source, target and login. */
export class LoginChecks {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** In no particular order. */
  async list(): Promise<readonly LoginCheck[]> {
    const rows = await this.#session.db.selectFrom('login_checks').selectAll().execute()
    return rows.map(toLoginCheck)
  }

  /** Takes the place of an earlier one. */
  async put({ userId, source, target, login, method, checkedAt }: LoginCheck): Promise<void> {
    await this.#session.db
      .insertInto('login_checks')
      .values({ user_id: userId, source, target, login, method, checked_at: checkedAt })
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'source', 'target', 'login']).doUpdateSet({ method, checked_at: checkedAt }),
      )
      .execute()
    this.#session.changed('login-checks')
  }

  /** Forgets those that are older, or all of one person; gives how many. */
  async remove(which: { readonly userId: UserId } | { readonly before: number }): Promise<number> {
    const query = this.#session.db.deleteFrom('login_checks')
    const { numDeletedRows } = await ('userId' in which
      ? query.where('user_id', '=', which.userId)
      : query.where('checked_at', '<', which.before)
    ).executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('login-checks')
    return Number(numDeletedRows)
  }
}

function toLoginCheck(row: Selectable<LoginChecksTable>): LoginCheck {
  const { user_id: userId, checked_at: checkedAt, ...rest } = row
  return { ...rest, userId, checkedAt }
}
