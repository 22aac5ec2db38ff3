/** Polynomials mod x^761 - x - 1, with coefficients mod 4591 or mod 3. */
import { divideInRing, polynomialProduct } from '../wasm/ntru-kernel.ts'
import { centeredMod3, centeredModQ, mapPolynomial, reciprocalModQ } from './modular.ts'
import { P, Q } from './parameters.ts'

/** `a`·`b` mod Q; the coefficients of `b` are -1, 0 or 1. */
export function multiplyModQ(a: Int16Array, b: Int16Array): Int16Array {
  return mapPolynomial(fold(polynomialProduct(a, b)), centeredModQ)
}

/** `a`·`b` mod 3; the coefficients of both are -1, 0 or 1. */
export function multiplyMod3(a: Int16Array, b: Int16Array): Int16Array {
  return mapPolynomial(fold(polynomialProduct(a, b)), centeredMod3)
}

/** 1 / (3·`f`) mod Q; every `f` but zero has one, for the ring is a field. */
export function reciprocalOfTripleModQ(f: Int16Array): Int16Array {
  const { f0, v } = divideInRing(f, Q, reciprocalModQ(3))
  const scale = reciprocalModQ(centeredModQ(f0))
  return mapPolynomial(v.toReversed(), (x) => centeredModQ(scale * x))
}

/** 1 / `g` mod 3, or undefined where there is none. */
export function reciprocalMod3(g: Int16Array): Int16Array | undefined {
  const { f0, v, invertible } = divideInRing(g, 3, 1)
  if (!invertible) return undefined
  const sign = centeredMod3(f0)
  return mapPolynomial(v.toReversed(), (x) => centeredMod3(sign * x))
}

/** x^761 = x + 1. */
function fold(product: Int32Array): Int32Array {
  const folded = product.slice(0, P)
  for (let i = P; i < 2 * P - 1; i++) {
    const coefficient = product[i] as number
    folded[i - P] = (folded[i - P] as number) + coefficient
    folded[i - P + 1] = (folded[i - P + 1] as number) + coefficient
  }
  return folded
}
