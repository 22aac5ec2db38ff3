/** Requests of one source at once while it has not signed in: a room of people opening the console behind one address. */
export const STRANGER_BURST = 600
/** And those that it may make for as long as it likes, a second. */
export const STRANGER_PER_SECOND = 20
/** Sources remembered: a few MB. Whoever brings more makes the one that was seen longest ago be forgotten. */
export const STRANGERS_MAX = 16_384

interface Bucket {
  tokens: number
  /** Monotonic milliseconds. */
  at: number
}

/**
 * Bounds what sources may ask that have not signed in: guesses at codes, links and tokens, and the work that each costs.
 * One token bucket for each source, in a table of bounded size.
 */
export class StrangerLimit {
  readonly #monotonic: () => number
  /** Seen longest ago first. */
  readonly #buckets = new Map<string, Bucket>()

  /** `monotonic` in milliseconds. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /** Sources remembered now. */
  get size(): number {
    return this.#buckets.size
  }

  /** Takes one request of a source; gives the whole seconds to wait where there is none to take, otherwise 0. */
  take(source: string): number {
    const now = this.#monotonic()
    const known = this.#buckets.get(source)
    const refilled =
      known === undefined ? STRANGER_BURST : known.tokens + ((now - known.at) / 1000) * STRANGER_PER_SECOND
    const tokens = Math.min(STRANGER_BURST, refilled)
    this.#buckets.delete(source)
    this.#buckets.set(source, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
    if (this.#buckets.size > STRANGERS_MAX) {
      const [oldest] = this.#buckets.keys()
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / STRANGER_PER_SECOND))
  }
}
