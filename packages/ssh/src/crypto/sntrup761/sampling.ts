/** Random polynomials (NTRU Prime: round 3, §4.3), in a time that does not depend on them. */
import { mapPolynomial } from './modular.ts'
import { P, W } from './parameters.ts'

/** `count` random bytes in a new array. */
export type RandomSource = (count: number) => Uint8Array

/** Every coefficient one of -1, 0, 1. */
export function randomSmall(random: RandomSource): Int16Array {
  // (30 bits · 3) >> 30, of which the product needs 32 bits
  return mapPolynomial(randomWords(random), (word) => (((word & 0x3fff_ffff) * 3) >>> 30) - 1)
}

/** Exactly W coefficients are not zero: W odd-or-even words and P - W marked ones are sorted, the low bits stay. */
export function randomShort(random: RandomSource): Int16Array {
  const words = randomWords(random)
  for (let i = 0; i < W; i++) words[i] = (words[i] as number) & -2
  for (let i = W; i < P; i++) words[i] = ((words[i] as number) & -3) | 1
  sortUnsigned(words)
  return mapPolynomial(words, (word) => (word & 3) - 1)
}

function randomWords(random: RandomSource): Int32Array {
  const bytes = random(4 * P)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words = new Int32Array(P)
  for (let i = 0; i < P; i++) words[i] = view.getInt32(4 * i, true)
  return words
}

/** Batcher's merge exchange (Knuth 5.2.2, Algorithm M): which pairs are compared depends on the length alone. */
function sortUnsigned(words: Int32Array): void {
  const count = words.length
  for (let i = 0; i < count; i++) words[i] = (words[i] as number) ^ 0x8000_0000
  const top = 2 ** (Math.ceil(Math.log2(count)) - 1)
  for (let p = top; p > 0; p >>= 1) {
    let remainder = 0
    let distance = p
    for (let q = top; ; q >>= 1) {
      // every i with (i & p) = remainder
      for (let run = remainder; run < count - distance; run += 2 * p) {
        const end = Math.min(run + p, count - distance)
        for (let i = run; i < end; i++) order(words, i, i + distance)
      }
      if (q === p) break
      distance = q - p
      remainder = p
    }
  }
  for (let i = 0; i < count; i++) words[i] = (words[i] as number) ^ 0x8000_0000
}

/** The smaller of two to `low`, the larger to `high`, without a branch. */
function order(words: Int32Array, low: number, high: number): void {
  const a = words[low] as number
  const b = words[high] as number
  const difference = (b - a) | 0
  const differing = a ^ b
  // the sign of b - a, corrected where the subtraction overflowed
  const swap = differing & ((difference ^ (differing & (difference ^ b))) >> 31)
  words[low] = a ^ swap
  words[high] = b ^ swap
}
