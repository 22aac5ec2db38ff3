/**
 * Blowfish as bcrypt needs it (Schneier 1993; "eksblowfish" of Provos and Mazières 1999 §4): key schedules and
 * encryption of single blocks. Only for bcrypt_pbkdf; never a cipher for data.
 */

const ROUNDS = 16
const P_WORDS = ROUNDS + 2
const S_WORDS = 4 * 256

/** Subkeys first, then the four S-boxes, in one array. */
type Words = Int32Array

/** The initial state: the first 1042 words of the fraction of pi, computed once when first asked for. */
let initial: Words | undefined

function initialWords(): Words {
  initial ??= piFraction(P_WORDS + S_WORDS)
  return initial
}

/** The first `count` 32-bit words of pi - 3, by Machin's formula pi = 16 atan(1/5) - 4 atan(1/239). */
function piFraction(count: number): Words {
  const guardBits = 64n
  const bits = BigInt(count) * 32n
  const one = 1n << (bits + guardBits)
  const fraction = (16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one) - 3n * one) >> guardBits
  const digits = fraction.toString(16).padStart(count * 8, '0')
  return Int32Array.from({ length: count }, (_, at) => Number.parseInt(digits.slice(at * 8, at * 8 + 8), 16))
}

/** atan(1/x) in units of 1/one, by its Taylor series. */
function arctanOfInverse(x: bigint, one: bigint): bigint {
  const squared = x * x
  let power = one / x
  let sum = 0n
  for (let divisor = 1n; power !== 0n; divisor += 2n) {
    sum += divisor % 4n === 1n ? power / divisor : -(power / divisor)
    power /= squared
  }
  return sum
}

/** One Blowfish state; reused by `reset` so that a key derivation allocates nothing per round. */
export class Blowfish {
  readonly #words: Words = new Int32Array(P_WORDS + S_WORDS)
  /** Halves of the block being encrypted. */
  #left = 0
  #right = 0

  /** Back to the digits of pi. */
  reset(): void {
    this.#words.set(initialWords())
  }

  /** ExpandKey(state, salt, key). Both are words of big-endian bytes, at least one each. */
  expand(key: Int32Array, salt: Int32Array): void {
    this.#mixKey(key)
    this.#rewrite(salt)
  }

  /** ExpandKey(state, 0, key). */
  expandUnsalted(key: Int32Array): void {
    this.#mixKey(key)
    this.#rewrite(undefined)
  }

  /** Encrypts pairs of words in place. */
  encrypt(data: Int32Array): void {
    for (let at = 0; at + 1 < data.length; at += 2) {
      this.#left = data[at] as number
      this.#right = data[at + 1] as number
      this.#encryptBlock()
      data[at] = this.#left
      data[at + 1] = this.#right
    }
  }

  #mixKey(key: Int32Array): void {
    const words = this.#words
    for (let at = 0; at < P_WORDS; at++) {
      words[at] = (words[at] as number) ^ (key[at % key.length] as number)
    }
  }

  /** Replaces subkeys and S-boxes by a chain of encryptions, salted where a salt is given. */
  #rewrite(salt: Int32Array | undefined): void {
    const words = this.#words
    this.#left = 0
    this.#right = 0
    for (let at = 0; at < words.length; at += 2) {
      if (salt !== undefined) {
        this.#left ^= salt[at % salt.length] as number
        this.#right ^= salt[(at + 1) % salt.length] as number
      }
      this.#encryptBlock()
      words[at] = this.#left
      words[at + 1] = this.#right
    }
  }

  #encryptBlock(): void {
    const words = this.#words
    let left = this.#left ^ (words[0] as number)
    let right = this.#right
    for (let round = 1; round <= ROUNDS; round += 2) {
      right ^= feistel(words, left) ^ (words[round] as number)
      left ^= feistel(words, right) ^ (words[round + 1] as number)
    }
    this.#left = right ^ (words[P_WORDS - 1] as number)
    this.#right = left
  }
}

const S0 = P_WORDS
const S1 = S0 + 256
const S2 = S1 + 256
const S3 = S2 + 256

function feistel(words: Words, half: number): number {
  const sum = (words[S0 + (half >>> 24)] as number) + (words[S1 + ((half >>> 16) & 0xff)] as number)
  return ((sum ^ (words[S2 + ((half >>> 8) & 0xff)] as number)) + (words[S3 + (half & 0xff)] as number)) | 0
}
