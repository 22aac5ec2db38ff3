import { IdentityError } from '../errors.ts'

/** Ceremonies begun and not finished, in all: beyond it the oldest are forgotten, so that strangers cannot fill the memory. */
const OPEN_MAX = 10_000
const ID_BYTES = 16

export interface CeremoniesParts {
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly lifeMs: number
}

/** What was begun and may be finished once, within its time. In memory: a restart means to begin again. */
export class Ceremonies<T> {
  readonly #parts: CeremoniesParts
  /** In the order in which they were begun. */
  readonly #open = new Map<string, { readonly facts: T; readonly until: number }>()

  constructor(parts: CeremoniesParts) {
    this.#parts = parts
  }

  /** Gives the name under which it is finished. */
  begin(facts: T): string {
    const now = this.#parts.now()
    for (const [id, { until }] of this.#open) {
      if (until > now && this.#open.size < OPEN_MAX) break
      this.#open.delete(id)
    }
    const id = this.#parts.randomBytes(ID_BYTES).toBase64({ alphabet: 'base64url', omitPadding: true })
    this.#open.set(id, { facts, until: now + this.#parts.lifeMs })
    return id
  }

  /** Throws IdentityError `ceremony-over` where it was finished, has ended, or never was. */
  take(id: string): T {
    const ceremony = this.#open.get(id)
    // Whatever becomes of it now, it is used up.
    this.#open.delete(id)
    if (ceremony === undefined || ceremony.until <= this.#parts.now()) {
      throw new IdentityError('ceremony-over', 'this was finished already, or took too long')
    }
    return ceremony.facts
  }
}
