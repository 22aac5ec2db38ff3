/** Failures that somebody may have within the window before they wait: a mistyped code or three. */
export const FAILURES_MAX = 10
/** In milliseconds. */
export const FAILURE_WINDOW_MS = 10 * 60 * 1000
/** Names that are remembered; beyond them the one who failed first is forgotten. */
const NAMES_MAX = 1024

/** Bounds how often somebody may guess: a count for each name in a window that begins with the first failure. */
export class FailureLimit {
  readonly #monotonic: () => number
  readonly #byName = new Map<string, { readonly since: number; count: number }>()

  /** `monotonic` in milliseconds. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  failed(name: string): void {
    const now = this.#monotonic()
    const known = this.#byName.get(name)
    if (known !== undefined && now - known.since < FAILURE_WINDOW_MS) {
      known.count++
      return
    }
    this.#byName.delete(name)
    this.#byName.set(name, { since: now, count: 1 })
    const [first] = this.#byName.keys()
    if (this.#byName.size > NAMES_MAX && first !== undefined) this.#byName.delete(first)
  }

  /** Whole seconds that they wait; 0 where they may try. */
  seconds(name: string): number {
    const known = this.#byName.get(name)
    if (known === undefined || known.count < FAILURES_MAX) return 0
    return Math.max(0, Math.ceil((known.since + FAILURE_WINDOW_MS - this.#monotonic()) / 1000))
  }
}
