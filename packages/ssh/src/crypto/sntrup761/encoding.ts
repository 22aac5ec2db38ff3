/**
 * Sequences of integers below known moduli as bytes (NTRU Prime: round 3, §4.1 and 4.2): neighbours are merged into
 * one integer below the product of their moduli, bytes are split off while that is 2^14 or more, and so on for the
 * half as many integers that are left.
 */
import { mapPolynomial } from './modular.ts'
import { HALF_Q, P, PUBLIC_KEY_BYTES, Q, ROUNDED_BYTES, ROUNDED_VALUES, SMALL_BYTES } from './parameters.ts'

const LIMIT = 16_384

/** One round of merging, the same for all sequences of one kind. */
interface Level {
  readonly moduli: readonly number[]
  /** Bytes split off from each merged pair, and where the first pair's lie in the whole. */
  readonly pairBytes: readonly number[]
  readonly start: number
}

interface Plan {
  readonly levels: readonly Level[]
  /** Bytes of the one integer that is left, below `lastModulus`. */
  readonly lastBytes: number
  readonly lastModulus: number
  readonly lastStart: number
}

function planFor(count: number, modulus: number): Plan {
  const levels: Level[] = []
  let moduli = Array<number>(count).fill(modulus)
  let start = 0
  while (moduli.length > 1) {
    const pairBytes: number[] = []
    const merged: number[] = []
    for (let i = 0; i + 1 < moduli.length; i += 2) {
      let product = at(moduli, i) * at(moduli, i + 1)
      let bytes = 0
      for (; product >= LIMIT; product = Math.ceil(product / 256)) bytes++
      pairBytes.push(bytes)
      merged.push(product)
    }
    if (moduli.length % 2 === 1) merged.push(at(moduli, moduli.length - 1))
    levels.push({ moduli, pairBytes, start })
    start += pairBytes.reduce((sum, bytes) => sum + bytes, 0)
    moduli = merged
  }
  const lastModulus = at(moduli, 0)
  return { levels, lastModulus, lastBytes: lastModulus > 256 ? 2 : 1, lastStart: start }
}

/** In a time that does not depend on the values. */
function encode({ levels, lastBytes, lastStart }: Plan, values: Int16Array): Uint8Array {
  const bytes = new Uint8Array(lastStart + lastBytes)
  let offset = 0
  let current: Int16Array | Int32Array = values
  for (const { moduli, pairBytes } of levels) {
    const next = new Int32Array((moduli.length + 1) >> 1)
    for (let i = 0; i < pairBytes.length; i++) {
      let merged = at(current, 2 * i) + at(current, 2 * i + 1) * at(moduli, 2 * i)
      for (let n = at(pairBytes, i); n > 0; n--) {
        bytes[offset++] = merged
        merged >>>= 8
      }
      next[i] = merged
    }
    if (moduli.length % 2 === 1) next[pairBytes.length] = at(current, moduli.length - 1)
    current = next
  }
  for (let n = 0; n < lastBytes; n++) bytes[offset++] = at(current, 0) >>> (8 * n)
  return bytes
}

/** What the bytes hold; `canonical` is false where some integer was not below its modulus and has been reduced. */
interface Decoded {
  readonly values: Int32Array
  readonly canonical: boolean
}

/** For public bytes only: it divides. */
function decode({ levels, lastBytes, lastModulus, lastStart }: Plan, bytes: Uint8Array): Decoded {
  let last = 0
  for (let n = 0; n < lastBytes; n++) last |= at(bytes, lastStart + n) << (8 * n)
  let canonical = last < lastModulus
  let current = Int32Array.of(last % lastModulus)
  for (const { moduli, pairBytes, start } of levels.toReversed()) {
    const values = new Int32Array(moduli.length)
    let offset = start
    for (let i = 0; i < pairBytes.length; i++) {
      let merged = at(current, i)
      const count = at(pairBytes, i)
      for (let n = count - 1; n >= 0; n--) merged = merged * 256 + at(bytes, offset + n)
      offset += count
      const modulus = at(moduli, 2 * i)
      const nextModulus = at(moduli, 2 * i + 1)
      const second = Math.floor(merged / modulus)
      if (second >= nextModulus) canonical = false
      values[2 * i] = merged % modulus
      values[2 * i + 1] = second % nextModulus
    }
    if (moduli.length % 2 === 1) values[moduli.length - 1] = at(current, current.length - 1)
    current = values
  }
  return { values: current, canonical }
}

const publicKeyPlan = planFor(P, Q)
const roundedPlan = planFor(P, ROUNDED_VALUES)

/** Coefficients mod Q, 1158 bytes. */
export function encodePublicKey(polynomial: Int16Array): Uint8Array {
  return encode(
    publicKeyPlan,
    mapPolynomial(polynomial, (x) => x + HALF_Q),
  )
}

/** Undefined for bytes that encode no polynomial; `encodePublicKey` makes none such. */
export function decodePublicKey(bytes: Uint8Array): Int16Array | undefined {
  if (bytes.length !== PUBLIC_KEY_BYTES) return undefined
  const { values, canonical } = decode(publicKeyPlan, bytes)
  return canonical ? mapPolynomial(values, (x) => x - HALF_Q) : undefined
}

/** Coefficients that are multiples of 3, 1007 bytes. */
export function encodeRounded(polynomial: Int16Array): Uint8Array {
  // (x + HALF_Q) / 3, exactly, without a division
  return encode(
    roundedPlan,
    mapPolynomial(polynomial, (x) => ((x + HALF_Q) * 10_923) >> 15),
  )
}

/** Takes any 1007 bytes: those that encode nothing are found out by encrypting again. */
export function decodeRounded(bytes: Uint8Array): Int16Array {
  if (bytes.length !== ROUNDED_BYTES) throw new RangeError(`${bytes.length} bytes of rounded coefficients`)
  return mapPolynomial(decode(roundedPlan, bytes).values, (x) => 3 * x - HALF_Q)
}

/** Coefficients -1, 0, 1: two bits each, four to a byte. */
export function encodeSmall(polynomial: Int16Array): Uint8Array {
  const bytes = new Uint8Array(SMALL_BYTES)
  for (let i = 0; i < P; i++) bytes[i >> 2] = at(bytes, i >> 2) | ((at(polynomial, i) + 1) << (2 * (i & 3)))
  return bytes
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number
}
