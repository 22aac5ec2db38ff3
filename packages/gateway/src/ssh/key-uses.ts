/** A key is marked as used at most this often, in milliseconds: not a write for every connection. */
const MARK_MS = 60_000
/** Keys whose last mark is remembered; beyond it the oldest marks are forgotten, and written once more. */
const KEPT_MAX = 10_000

export interface KeyUsesParts {
  /** Writes that the key of this fingerprint let its owner in now. */
  readonly mark: (fingerprint: string) => Promise<void>
  /** Waits for what is being written before the store closes. */
  readonly own: (task: Promise<void>) => void
  readonly failed: (what: string, error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Remembers when keys were used last. Nobody waits for it, and nobody is kept out where it cannot be written. */
export class KeyUses {
  readonly #parts: KeyUsesParts
  /** Those that were marked last come last. */
  readonly #marked = new Map<string, number>()

  constructor(parts: KeyUsesParts) {
    this.#parts = parts
  }

  /** A key of the list has let its owner in. */
  note(fingerprint: string): void {
    const { mark, own, failed, now } = this.#parts
    if (now() - (this.#marked.get(fingerprint) ?? Number.NEGATIVE_INFINITY) < MARK_MS) return
    this.#marked.delete(fingerprint)
    this.#marked.set(fingerprint, now())
    const oldest = this.#marked.size > KEPT_MAX ? this.#marked.keys().next().value : undefined
    if (oldest !== undefined) this.#marked.delete(oldest)
    own(mark(fingerprint).catch((error: unknown) => failed('write down that a key was used', error)))
  }
}
