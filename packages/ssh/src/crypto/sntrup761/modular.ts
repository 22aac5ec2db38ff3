/**
 * Arithmetic on single coefficients, in a time that does not depend on them: no branches, no division, no table.
 * A quotient is estimated with a multiplication; the constants keep every product in 31 bits.
 */
import { P, Q } from './parameters.ts'

/** 2^20 / Q and 2^28 / Q, rounded. */
const COARSE_INVERSE = 228
const FINE_INVERSE = 58_470

/** `x` mod Q in -2295…2295, for |x| < 8,000,000 (the largest sum of products has 1,746,495). */
export function centeredModQ(x: number): number {
  // |x| < 8e6: (x / 16)·228 / 2^16 is x / Q within 0.3 % and one; what is left is below 8·Q
  const coarse = x - Q * (((x >> 4) * COARSE_INVERSE) >> 16)
  return coarse - Q * ((Math.imul(coarse, FINE_INVERSE) + (1 << 27)) >> 28)
}

/** `x` mod 3 in -1…1, for |x| < 16,000. */
export function centeredMod3(x: number): number {
  return x - 3 * ((10_923 * x + 16_384) >> 15)
}

/** 1 / x mod Q, as x^(Q-2); 0 for 0. */
export function reciprocalModQ(x: number): number {
  let power = x
  for (let i = 1; i < Q - 2; i++) power = centeredModQ(power * x)
  return power
}

/** -1 where `x` is not zero, else 0; for 32-bit integers. */
export function nonZeroMask(x: number): number {
  return (x | -x) >> 31
}

/** -1 where `x` is negative, else 0; for 32-bit integers. */
export function negativeMask(x: number): number {
  return x >> 31
}

/** A polynomial whose coefficients are made from `source`'s; several times quicker than `Int16Array.from`. */
export function mapPolynomial(source: Int16Array | Int32Array, make: (value: number) => number): Int16Array {
  const result = new Int16Array(P)
  for (let i = 0; i < P; i++) result[i] = make(source[i] as number)
  return result
}
