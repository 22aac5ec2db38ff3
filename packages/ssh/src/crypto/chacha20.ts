/**
 * ChaCha20 block by block, with the 64-bit counter and 64-bit nonce that chacha20-poly1305@openssh.com uses (they fill
 * the same four words as RFC 8439's 32 and 96 bits). For the first block of a key and for short packets, where making
 * a cipher object of node:crypto costs more than the work itself.
 */

export const CHACHA20_KEY_BYTES = 32
export const CHACHA20_BLOCK_BYTES = 64

/** "expand 32-byte k". */
const SIGMA = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574] as const
const COUNTER = 12
const SEQUENCE = 15
const DOUBLE_ROUNDS = 10

/** One key's input words; the nonce is an SSH packet sequence number as a big-endian uint64. */
export class ChaCha20 {
  readonly #input = new Int32Array(16)
  readonly #work = new Int32Array(16)
  readonly #block = new Uint8Array(CHACHA20_BLOCK_BYTES)
  readonly #blockView = new DataView(this.#block.buffer)

  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, CHACHA20_KEY_BYTES)
    this.#input.set(SIGMA)
    for (let i = 0; i < 8; i++) this.#input[4 + i] = view.getInt32(4 * i, true)
  }

  /** The 64 bytes of key stream at `counter`, in a buffer that the next call overwrites. */
  block(sequence: number, counter: number): Uint8Array {
    const input = this.#input
    const x = this.#work
    input[COUNTER] = counter
    input[SEQUENCE] = swapBytes(sequence)
    x.set(input)
    for (let i = 0; i < DOUBLE_ROUNDS; i++) {
      quarterRound(x, 0, 4, 8, 12)
      quarterRound(x, 1, 5, 9, 13)
      quarterRound(x, 2, 6, 10, 14)
      quarterRound(x, 3, 7, 11, 15)
      quarterRound(x, 0, 5, 10, 15)
      quarterRound(x, 1, 6, 11, 12)
      quarterRound(x, 2, 7, 8, 13)
      quarterRound(x, 3, 4, 9, 14)
    }
    for (let i = 0; i < 16; i++) this.#blockView.setInt32(4 * i, (x[i] as number) + (input[i] as number), true)
    return this.#block
  }

  /** `source` xor key stream from `counter` on, in a new array. */
  xor(sequence: number, counter: number, source: Uint8Array): Uint8Array {
    const result = new Uint8Array(source.length)
    for (let start = 0, at = counter; start < source.length; start += CHACHA20_BLOCK_BYTES, at++) {
      const stream = this.block(sequence, at)
      const end = Math.min(source.length, start + CHACHA20_BLOCK_BYTES)
      for (let i = start; i < end; i++) result[i] = (source[i] as number) ^ (stream[i - start] as number)
    }
    return result
  }
}

/** RFC 8439 §2.1. */
function quarterRound(x: Int32Array, ia: number, ib: number, ic: number, id: number): void {
  let a = x[ia] as number
  let b = x[ib] as number
  let c = x[ic] as number
  let d = x[id] as number
  a = (a + b) | 0
  d = rotate(d ^ a, 16)
  c = (c + d) | 0
  b = rotate(b ^ c, 12)
  a = (a + b) | 0
  d = rotate(d ^ a, 8)
  c = (c + d) | 0
  b = rotate(b ^ c, 7)
  x[ia] = a
  x[ib] = b
  x[ic] = c
  x[id] = d
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}
