/** Wrong codes in a row that cost nothing but a new try: slips, and a phone whose clock is off. */
const FREE = 5
/** From so many on the network is shut out for the longest time at once (V-F08). */
const LOCKED_FROM = 100
const FIRST_WAIT_MS = 1000
const WAIT_MAX_MS = 15 * 60 * 1000
const LOCK_MS = 60 * 60 * 1000
/** Networks of people that are remembered; beyond it the oldest are forgotten. */
const KEPT_MAX = 10_000

/**
 * Wrong one-time codes, by person and network: whoever guesses from one network stops neither the person elsewhere nor their
 * keys and passkeys anywhere (V-F11). In memory: a restart forgets, and a code is used up in the store all the same.
 */
export class CodeAttempts {
  readonly #now: () => number
  /** Those that tried last come last. */
  readonly #tries = new Map<string, { failures: number; until: number }>()

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#tries.size
  }

  /**
   * Takes a try before the code is looked at, so that many at once are as many as one after another. Gives the seconds to
   * wait where there is none now.
   */
  take(userId: string, network: string): number {
    const key = `${userId} ${network}`
    const known = this.#tries.get(key)
    const left = (known?.until ?? 0) - this.#now()
    if (left > 0) return Math.ceil(left / 1000)
    const failures = (known?.failures ?? 0) + 1
    this.#tries.delete(key)
    this.#tries.set(key, { failures, until: this.#now() + waitAfter(failures) })
    const oldest = this.#tries.size > KEPT_MAX ? this.#tries.keys().next().value : undefined
    if (oldest !== undefined) this.#tries.delete(oldest)
    return 0
  }

  /** The code was right. */
  right(userId: string, network: string): void {
    this.#tries.delete(`${userId} ${network}`)
  }
}

function waitAfter(failures: number): number {
  if (failures <= FREE) return 0
  return failures >= LOCKED_FROM ? LOCK_MS : Math.min(FIRST_WAIT_MS * 2 ** (failures - FREE - 1), WAIT_MAX_MS)
}
