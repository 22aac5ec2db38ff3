/**
 * The two loops of NTRU Prime that cost time, in WebAssembly: the product of two polynomials, and the division steps
 * that a reciprocal is made of (Bernstein and Yang, "Fast constant-time gcd computation and modular inversion").
 * Every loop runs the same number of times whatever the coefficients, nothing branches or addresses by them.
 */
import { block, type Code, doWhile, get, i16x8, i32, i32x4, instantiate, type Local, set, v128 } from './assembler.ts'

/** Degree of the ring's polynomial, and that many coefficients in whole vectors of eight. */
const P = 761
const PADDED = 768
const STEPS = 2 * P - 1

/** Where things are in memory, in bytes; coefficients have 2, products 4. */
const ARRAY = 2 * PADDED
const GUARD = 16
const A = 0
/** The second factor backwards, with as many zeros before and behind. */
const B_BEFORE = ARRAY
const B = B_BEFORE + ARRAY
const PRODUCT = B + 2 * ARRAY
const PRODUCTS = 1524
/** Arrays of the division steps, each with room for a vector that starts one coefficient before it. */
const F = GUARD
const G = F + ARRAY + GUARD
const V = G + ARRAY + GUARD
const R = V + ARRAY + GUARD
const DELTA = R + ARRAY + GUARD
const MEMORY_BYTES = PRODUCT + 4 * PRODUCTS

const local2 = (value: Code): Code => i32.shl(value, i32.const(1))

/** PRODUCT[k] = Σ A[i]·B[k-i], four k at a time, over the vectors where both have coefficients. */
const multiply = {
  name: 'multiply' as const,
  params: 0,
  body: (_params: readonly Local[], local: (type: 'i32' | 'v128') => Local): Code => {
    const k = local('i32')
    const i = local('i32')
    const last = local('i32')
    const factors = local('v128')
    const sums = [0, 1, 2, 3].map(() => local('v128'))
    const first = i32.sub(get(k), i32.const(P - 1))
    const end = i32.and(i32.add(get(k), i32.const(4 + 7)), i32.const(-8))
    // B[k-i] lies at B + 2·(760-k+i)
    const bAddress = i32.add(i32.const(B + 2 * (P - 1)), local2(i32.sub(get(i), get(k))))
    return block(
      set(k, i32.const(0)),
      doWhile(
        i32.ltS(get(k), i32.const(PRODUCTS)),
        set(i, i32.select(i32.and(first, i32.const(-8)), i32.const(0), i32.gtS(first, i32.const(0)))),
        set(last, i32.select(end, i32.const(PADDED), i32.ltS(end, i32.const(PADDED)))),
        ...sums.map((sum) => set(sum, v128.zero)),
        doWhile(
          i32.ltS(get(i), get(last)),
          set(factors, v128.load(local2(get(i)), A)),
          ...sums.map((sum, t) =>
            set(sum, i32x4.add(get(sum), i32x4.dotI16x8(get(factors), v128.load(i32.sub(bAddress, i32.const(2 * t)))))),
          ),
          set(i, i32.add(get(i), i32.const(8))),
        ),
        ...sums.map((sum, t) =>
          i32.store(
            i32.shl(get(k), i32.const(2)),
            [0, 1, 2, 3].map((lane) => i32x4.extractLane(get(sum), lane)).reduce((a, b) => i32.add(a, b)),
            PRODUCT + 4 * t,
          ),
        ),
        set(k, i32.add(get(k), i32.const(4))),
      ),
    )
  },
}

/**
 * All division steps mod `q` on F, G, V and R, from DELTA = 1. `inverse20` is 2^20/q and `inverse31` is 2^31/q, rounded.
 *
 * Coefficients are not reduced fully: a product with a constant c is c·x - q·round(x·c/q), where the quotient comes from
 * one rounding high multiplication by 2^15·c/q; it stays within 0.6·q, so a difference of two within 1.2·q, for ever.
 */
const divisionSteps = {
  name: 'divisionSteps' as const,
  params: 3,
  body: ([q, inverse20, inverse31]: readonly Local[], local: (type: 'i32' | 'v128') => Local): Code => {
    const step = local('i32')
    const delta = local('i32')
    const swap = local('i32')
    const f0 = local('i32')
    const g0 = local('i32')
    const other = local('i32')
    const at = local('i32')
    const [swaps, a, b, d, fBy, gBy, fQuotient, gQuotient, qs] = Array.from({ length: 9 }, () => local('v128')) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const rounded = (product: Code, shift: number): Code =>
      i32.shrS(i32.add(product, i32.const(2 ** (shift - 1))), i32.const(shift))
    const reduce = (x: Local): Code =>
      set(x, i32.sub(get(x), i32.mul(get(q as Local), rounded(i32.mul(get(x), get(inverse20 as Local)), 20))))
    const negative = (x: Local): Code => i32.sub(i32.const(0), get(x))
    const quotient = (x: Local): Code => i16x8.splat(rounded(i32.mul(get(x), get(inverse31 as Local)), 16))
    /** f0·b - g0·a. */
    const combined = i16x8.sub(
      i16x8.sub(i16x8.mul(get(b), get(fBy)), i16x8.mul(get(a), get(gBy))),
      i16x8.mul(i16x8.sub(i16x8.q15mulrSat(get(b), get(fQuotient)), i16x8.q15mulrSat(get(a), get(gQuotient))), get(qs)),
    )
    /** a and b change places where `swap` is -1. */
    const exchange = block(
      set(d, v128.and(v128.xor(get(a), get(b)), get(swaps))),
      set(a, v128.xor(get(a), get(d))),
      set(b, v128.xor(get(b), get(d))),
    )
    return block(
      set(delta, i32.const(1)),
      set(step, i32.const(STEPS)),
      set(qs, i16x8.splat(get(q as Local))),
      doWhile(
        get(step),
        set(f0, i32.load16s(i32.const(F))),
        set(g0, i32.load16s(i32.const(G))),
        reduce(f0),
        reduce(g0),
        // exchange where delta > 0 and g0 is not zero
        set(swap, i32.shrS(i32.and(negative(delta), i32.or(get(g0), negative(g0))), i32.const(31))),
        set(
          delta,
          i32.add(i32.xor(get(delta), i32.and(get(swap), i32.xor(get(delta), negative(delta)))), i32.const(1)),
        ),
        set(other, i32.and(get(swap), i32.xor(get(f0), get(g0)))),
        set(f0, i32.xor(get(f0), get(other))),
        set(g0, i32.xor(get(g0), get(other))),
        set(swaps, i16x8.splat(get(swap))),
        set(fBy, i16x8.splat(get(f0))),
        set(gBy, i16x8.splat(get(g0))),
        set(fQuotient, quotient(f0)),
        set(gQuotient, quotient(g0)),
        // g = (f0·g - g0·f) / x: upwards, each vector stored one coefficient lower
        set(at, i32.const(0)),
        doWhile(
          i32.ltS(get(at), i32.const(ARRAY)),
          set(a, v128.load(get(at), F)),
          set(b, v128.load(get(at), G)),
          exchange,
          v128.store(get(at), get(a), F),
          v128.store(get(at), combined, G - 2),
          set(at, i32.add(get(at), i32.const(16))),
        ),
        // v = v·x, r = f0·r - g0·v: downwards, each vector of v loaded one coefficient lower
        set(at, i32.const(ARRAY - 16)),
        doWhile(
          i32.gtS(get(at), i32.const(-1)),
          set(a, v128.load(get(at), V - 2)),
          set(b, v128.load(get(at), R)),
          exchange,
          v128.store(get(at), get(a), V),
          v128.store(get(at), combined, R),
          set(at, i32.sub(get(at), i32.const(16))),
        ),
        set(step, i32.sub(get(step), i32.const(1))),
      ),
      i32.store(i32.const(DELTA), get(delta)),
    )
  },
}

const kernel = instantiate(MEMORY_BYTES, [multiply, divisionSteps])
const bytes = new Uint8Array(kernel.memory)
const array = (address: number): Int16Array => new Int16Array(kernel.memory, address, PADDED)
const a = array(A)
const b = array(B)
const f = array(F)
const g = array(G)
const v = array(V)
const r = array(R)
const products = new Int32Array(kernel.memory, PRODUCT, 2 * P - 1)
const delta = new Int32Array(kernel.memory, DELTA, 1)

/** The 1521 coefficients of the product, not reduced, in an array of its own. Sums must stay below 2^31. */
export function polynomialProduct(left: Int16Array, right: Int16Array): Int32Array {
  a.set(left)
  for (let i = 0; i < P; i++) b[P - 1 - i] = right[i] as number
  kernel.multiply()
  const result = products.slice()
  bytes.fill(0)
  return result
}

export interface DivisionResult {
  /** Constant term that is left of the ring's polynomial, within 1.2·q. */
  readonly f0: number
  /** 761 coefficients within 1.2·q, backwards: their multiple by 1/f0 is the reciprocal. */
  readonly v: Int16Array
  /** Whether `input` had a reciprocal. */
  readonly invertible: boolean
}

/** The division steps for `factor` / `input` mod x^761 - x - 1 and `q`, which is 3 or 4591. */
export function divideInRing(input: Int16Array, q: number, factor: number): DivisionResult {
  f[0] = 1
  f[P - 1] = -1
  f[P] = -1
  for (let i = 0; i < P; i++) g[P - 1 - i] = input[i] as number
  r[0] = factor
  kernel.divisionSteps(q, Math.round(2 ** 20 / q), Math.round(2 ** 31 / q))
  const result = { f0: f[0], v: v.slice(0, P), invertible: delta[0] === 0 }
  bytes.fill(0)
  return result
}
