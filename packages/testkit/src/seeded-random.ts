/** Numbers that look random and are the same for the same seed (xoshiro128**), so that a failing schedule can be run again. */
export class SeededRandom {
  readonly seed: number
  readonly #state: Uint32Array

  constructor(seed: number) {
    this.seed = seed
    this.#state = new Uint32Array(4)
    let mixed = seed >>> 0
    for (let index = 0; index < 4; index++) {
      mixed = (mixed + 0x9e3779b9) >>> 0
      let word = mixed
      word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
      word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
      this.#state[index] = word ^ (word >>> 16)
    }
  }

  /** A whole number of 32 bits. */
  u32(): number {
    const state = this.#state
    const [a = 0, b = 0, c = 0, d = 0] = state
    const scaled = Math.imul(b, 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0
    const third = c ^ a
    const fourth = d ^ b
    state[0] = a ^ fourth
    state[1] = b ^ third
    state[2] = third ^ (b << 9)
    state[3] = (fourth << 11) | (fourth >>> 21)
    return result
  }

  /** A whole number from 0 up to, and without, `bound`. */
  below(bound: number): number {
    return this.u32() % bound
  }

  /** A number from 0 up to, and without, 1. */
  fraction(): number {
    return this.u32() / 2 ** 32
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from')
    return items[this.below(items.length)] as T
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let index = 0; index < length; index++) bytes[index] = this.u32()
    return bytes
  }
}
