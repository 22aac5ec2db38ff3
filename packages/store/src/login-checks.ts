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
  /** Until when it counts on other connections, in milliseconds since the epoch; undefined: as long as the policy lets it. */
  readonly until?: number
}

/** Some of them: too old ones, or those of one person, of one address, of one place or of one kind. */
export type WhichLoginChecks =
  | { readonly before: number }
  | { readonly userId: UserId; readonly source?: string; readonly target?: string; readonly method?: string }

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
  async put({ userId, source, target, login, method, checkedAt, until }: LoginCheck): Promise<void> {
    const given = { method, checked_at: checkedAt, counts_until: until ?? null }
    await this.#session.db
      .insertInto('login_checks')
      .values({ user_id: userId, source, target, login, ...given })
      .onConflict((conflict) => conflict.columns(['user_id', 'source', 'target', 'login']).doUpdateSet(given))
      .execute()
    this.#session.changed('login-checks')
  }

  /** Forgets some; gives how many. */
  async remove(which: WhichLoginChecks): Promise<number> {
    let query = this.#session.db.deleteFrom('login_checks')
    if ('before' in which) query = query.where('checked_at', '<', which.before)
    else {
      query = query.where('user_id', '=', which.userId)
      for (const column of ['source', 'target', 'method'] as const) {
        const wanted = which[column]
        if (wanted !== undefined) query = query.where(column, '=', wanted)
      }
    }
    const { numDeletedRows } = await query.executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('login-checks')
    return Number(numDeletedRows)
  }
}

function toLoginCheck(row: Selectable<LoginChecksTable>): LoginCheck {
  const { user_id: userId, checked_at: checkedAt, counts_until: until, ...rest } = row
  return { ...rest, userId, checkedAt, ...(until === null ? {} : { until }) }
}
