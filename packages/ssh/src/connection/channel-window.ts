/**
 * Flow control of one direction of a channel, RFC 4254 §5.2. Both classes are plain counters: the hot path touches
 * them once per message.
 */
import { SshError } from '../errors.ts'

/** RFC 4254 §5.2: a window never grows beyond this. */
export const MAX_WINDOW_BYTES = 0xffff_ffff

/** What the peer allows us to send. INVARIANT: 0 ≤ available ≤ 2^32-1. */
export class SendWindow {
  #available: number

  constructor(initialBytes: number) {
    this.#available = initialBytes
  }

  /** Bytes that may be sent now. */
  get available(): number {
    return this.#available
  }

  /** WINDOW_ADJUST came in. Throws `window-exceeded` past 2^32-1 (V-D01). */
  grow(bytes: number): void {
    const grown = this.#available + bytes
    if (grown > MAX_WINDOW_BYTES) throw new SshError('window-exceeded', 'window adjust grows the window past 2^32-1')
    this.#available = grown
  }

  /** `bytes` were sent; the caller has looked at `available`. */
  take(bytes: number): void {
    this.#available -= bytes
  }
}

/**
 * What we allow the peer to send.
 * INVARIANT: credit + held + owed = size, where `credit` is what the peer may still send, `held` what arrived and has
 * not been consumed, and `owed` what was consumed but not granted again yet.
 */
export class ReceiveWindow {
  readonly #size: number
  readonly #stepBytes: number
  #credit: number
  #held = 0
  #owed = 0

  /** `sizeBytes`: most bytes ever in flight or unconsumed. Credit returns in steps of half of that. */
  constructor(sizeBytes: number) {
    this.#size = sizeBytes
    this.#credit = sizeBytes
    this.#stepBytes = Math.max(1, Math.floor(sizeBytes / 2))
  }

  get size(): number {
    return this.#size
  }

  /** Bytes the peer may still send. */
  get credit(): number {
    return this.#credit
  }

  /** Bytes that arrived and were not consumed. */
  get held(): number {
    return this.#held
  }

  /** Data came in. Throws `window-exceeded` when it is more than was granted (V-D01). */
  receive(bytes: number): void {
    if (bytes > this.#credit) throw new SshError('window-exceeded', 'channel data beyond the granted window')
    this.#credit -= bytes
    this.#held += bytes
  }

  /** The consumer is done with `bytes`. Returns how much to grant the peer now: 0, or a large step. */
  consume(bytes: number): number {
    if (!(bytes >= 0 && bytes <= this.#held))
      throw new RangeError(`consumed ${bytes} bytes, only ${this.#held} are held`)
    this.#held -= bytes
    this.#owed += bytes
    if (this.#owed < this.#stepBytes) return 0
    const grant = this.#owed
    this.#owed = 0
    this.#credit += grant
    return grant
  }
}
