import type { UserId } from '@sallyport/model'
import type { LoginCheck, Store } from '@sallyport/store'
import { ASKED_KINDS, type Check } from '../access/asked-factors.ts'

/** What a sign-in as a whole is kept under. */
export const EVERY_TARGET = '*'
/** The door copies bytes and sees no login name. */
const UNSEEN_LOGIN = ''

/** A second factor that was given on some connection. */
export type KeptCheck = Omit<Check, 'here'>

/** One as its owner is shown it. */
export interface RememberedCheck extends KeptCheck {
  readonly source: string
  /** A target's name or an address; `*` for sign-ins. */
  readonly target: string
  /** When no policy lets it count any more, and its owner does not. */
  readonly until: number
}

/** Longest time that a check can count for anything: the longest `checkPeriod` of a policy, 168 h. */
const KEPT_MS = 168 * 60 * 60 * 1000

/**
 * The table of checks, in memory: the door asks at every sign-in and opening, and must not wait. How long one counts is the
 * policy's to say when it asks: a shorter `checkPeriod` acts at once.
 */
export class CheckBook implements Disposable {
  readonly #store: Store
  readonly #failed: (what: string, error: unknown) => void
  readonly #subscription: Disposable
  #checks = new Map<string, KeptCheck>()
  /** Addresses from which people gave one. */
  #sources = new Set<string>()
  readonly #listeners = new Set<() => void>()
  #entered = 0
  #closed = false

  private constructor(store: Store, failed: (what: string, error: unknown) => void) {
    this.#store = store
    this.#failed = failed
    this.#subscription = store.changes.subscribe(['login-checks'], () => {
      this.#read().catch((error: unknown) => {
        // A store that was closed meanwhile has nothing to say.
        if (!this.#closed) this.#failed('read login checks', error)
      })
    })
  }

  static async open(store: Store, failed: (what: string, error: unknown) => void): Promise<CheckBook> {
    const book = new CheckBook(store, failed)
    await book.#read()
    return book
  }

  get size(): number {
    return this.#checks.size
  }

  /** Checks of a person from an address that count for a way to a target: its own, and those of whole sign-ins. */
  find(userId: UserId, source: string, target: string): readonly KeptCheck[] {
    return [target, EVERY_TARGET].flatMap((each) => this.#checks.get(keyOf(userId, source, each)) ?? [])
  }

  /** Whether anything was approved from there of late. */
  knows(userId: UserId, source: string): boolean {
    return this.#sources.has(sourceKey(userId, source))
  }

  /**
   * Keeps a check across restarts. One for its own connection alone takes the place of none that counts longer: that the
   * address is known is all that is kept of it. Rejects where it is not kept; it counts for nothing then.
   */
  async put(userId: UserId, source: string, target: string, check: KeptCheck): Promise<void> {
    const { kind: method, provedAt: checkedAt, until } = check
    if (until !== undefined && until <= checkedAt && this.#checks.has(keyOf(userId, source, target))) return
    const bound = until === undefined ? {} : { until }
    await this.#store.loginChecks.put({ userId, source, target, login: UNSEEN_LOGIN, method, checkedAt, ...bound })
    this.#enter(userId, source, target, check)
  }

  /** A person's checks that can still count, the latest first. */
  async remembered(userId: UserId, now: number): Promise<readonly RememberedCheck[]> {
    const rows = (await this.#store.loginChecks.list()).filter((row) => row.userId === userId)
    return rows
      .flatMap((row) => {
        const check = checkOf(row)
        const { source, target } = row
        const until = Math.min(check?.until ?? Number.POSITIVE_INFINITY, row.checkedAt + KEPT_MS)
        return check === undefined || until <= now ? [] : [{ ...check, source, target, until }]
      })
      .sort((a, b) => b.provedAt - a.provedAt)
  }

  /** Resolves once what was committed before the call counts: whoever asks next is asked, not only when a change is told of. */
  refresh(): Promise<void> {
    return this.#read()
  }

  /** Calls back when some were forgotten, whoever forgot them, until disposed: they count no more by then. */
  onForgotten(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Forgets what is too old for any policy; `now` in milliseconds since the epoch. */
  async purge(now: number): Promise<void> {
    await this.#store.loginChecks.remove({ before: now - KEPT_MS })
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#subscription[Symbol.dispose]()
  }

  #enter(userId: string, source: string, target: string, check: KeptCheck): void {
    this.#entered++
    this.#checks.set(keyOf(userId, source, target), check)
    this.#sources.add(sourceKey(userId, source))
  }

  async #read(): Promise<void> {
    let rows: readonly LoginCheck[]
    let entered: number
    do {
      entered = this.#entered
      rows = await this.#store.loginChecks.list()
      // What was put meanwhile may not be among the rows.
    } while (entered !== this.#entered)
    const before = this.#checks
    this.#checks = new Map()
    this.#sources = new Set()
    for (const row of rows) {
      const check = checkOf(row)
      if (check !== undefined) this.#enter(row.userId, row.source, row.target, check)
    }
    if (before.keys().some((key) => !this.#checks.has(key))) for (const listener of this.#listeners) listener()
  }
}

function checkOf({ method, checkedAt, login, until }: LoginCheck): KeptCheck | undefined {
  const kind = ASKED_KINDS.find((each) => each === method)
  if (kind === undefined || login !== UNSEEN_LOGIN) return undefined
  return { kind, provedAt: checkedAt, ...(until === undefined ? {} : { until }) }
}

function keyOf(userId: string, source: string, target: string): string {
  return `${userId} ${source} ${target}`
}

function sourceKey(userId: string, source: string): string {
  return `${userId} ${source}`
}
