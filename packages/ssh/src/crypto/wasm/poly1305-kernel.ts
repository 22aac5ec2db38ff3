/**
 * Poly1305 (RFC 8439 §2.5) in WebAssembly: numbers mod 2^130-5 as five limbs of 26 bits.
 *
 * Four blocks m0…m3 are taken at once, in two pairs of 64-bit lanes:
 *
 *     lane 0   (h0 + m0)·r^4 + m2·r^2            last time  (h0 + m0)·r^4 + m2·r^2
 *     lane 1   (h1 + m1)·r^4 + m3·r^2                       (h1 + m1)·r^3 + m3·r
 *
 * and the lanes are added up after the last time, which gives h·r^4 + m0·r^4 + m1·r^3 + m2·r^2 + m3·r.
 * Nothing branches on data, only on the number of blocks.
 */
import {
  block,
  type Code,
  doWhile,
  get,
  i32,
  i32x4,
  i64,
  i64x2,
  instantiate,
  type Local,
  set,
  v128,
  when,
} from './assembler.ts'

const LIMBS = [0, 1, 2, 3, 4] as const
const LIMB_BITS = 26
const LIMB_MASK = 0x3ff_ffff

/** Where things are in memory, in bytes. Everything but the data is small and lies below it. */
const KEY = 0
const TAG = 32
/** Five limbs of 4 bytes. */
const H = 48
/** Four powers of r, limbs of 4 bytes: r^4, r^3, r^2, r — in the order of the lanes they multiply. */
const POWERS = 96
/** Vectors for the SIMD loop: nine of 16 bytes (limbs 0…4, then 5·limb 1…4), for the loop and for its last round. */
const LOOP_VECTORS = 192
const LAST_VECTORS = 352
/** All ones in the first 32-bit lane, written once. */
const FIRST_LANE_MASK = 496
const DATA = 512

export const POLY1305_KEY_BYTES = 32
export const POLY1305_TAG_BYTES = 16
const BLOCK_BYTES = 16
/** Covers a packet at any limit that the transport accepts (256 KiB and its framing) in one go. */
const MAX_DATA_BYTES = 288 * 1024

const at = (address: number): Code => i32.const(address)

/** out = a·b mod 2^130-5, limbs in memory; `a` < 2^130·2 with limbs < 2^28. */
function multiply(local: (type: 'i64') => Local, a: number, b: number, out: number): Code {
  const products = LIMBS.map(() => local('i64'))
  const carry = local('i64')
  const mask = i64.const(BigInt(LIMB_MASK))
  const sums = LIMBS.map((k) =>
    set(
      products[k] as Local,
      LIMBS.map((i) => {
        const j = (k - i + 5) % 5
        const product = i64.mul(i64.load32u(at(a + 4 * i)), i64.load32u(at(b + 4 * j)))
        return i + j < 5 ? product : i64.mul(product, i64.const(5n))
      }).reduce((sum, product) => i64.add(sum, product)),
    ),
  )
  const carryFrom = (k: number): Code => {
    const from = products[k] as Local
    const to = products[(k + 1) % 5] as Local
    const high = i64.shrU(get(from), i64.const(BigInt(LIMB_BITS)))
    return block(
      set(carry, k === 4 ? i64.mul(high, i64.const(5n)) : high),
      set(from, i64.and(get(from), mask)),
      set(to, i64.add(get(to), get(carry))),
    )
  }
  return block(
    ...sums,
    ...[0, 1, 2, 3, 4, 0, 1].map(carryFrom),
    ...LIMBS.map((k) => i64.store32(at(out + 4 * k), get(products[k] as Local))),
  )
}

/** The four 32-bit words of a number of 128 bits, as five limbs. */
function limbsOfWords<T>(
  words: readonly T[],
  ops: { shl(a: T, n: number): T; shr(a: T, n: number): T; or(a: T, b: T): T; mask(a: T): T },
): T[] {
  const [w0, w1, w2, w3] = words as [T, T, T, T]
  return [
    ops.mask(w0),
    ops.mask(ops.or(ops.shr(w0, 26), ops.shl(w1, 6))),
    ops.mask(ops.or(ops.shr(w1, 20), ops.shl(w2, 12))),
    ops.mask(ops.or(ops.shr(w2, 14), ops.shl(w3, 18))),
    ops.shr(w3, 8),
  ]
}

const scalarOps = {
  shl: (a: Code, n: number) => i32.shl(a, i32.const(n)),
  shr: (a: Code, n: number) => i32.shrU(a, i32.const(n)),
  or: i32.or,
  mask: (a: Code) => i32.and(a, i32.const(LIMB_MASK)),
}

const vectorOps = {
  shl: i32x4.shl,
  shr: i32x4.shrU,
  or: v128.or,
  mask: (a: Code) => v128.and(a, i32x4.splat(i32.const(LIMB_MASK))),
}

/** key → r (clamped), its powers, the vectors; h = 0. */
const init = {
  name: 'init' as const,
  params: 0,
  body: (_params: readonly Local[], local: (type: 'i64') => Local): Code => {
    const clamp = [0x0fff_ffff, 0x0fff_fffc, 0x0fff_fffc, 0x0fff_fffc]
    const words = clamp.map((mask, i) => i32.and(i32.load(at(KEY + 4 * i)), i32.const(mask)))
    const power = (exponent: number) => POWERS + 20 * (4 - exponent)
    const lane = (exponents: readonly number[], base: number): Code =>
      block(
        ...exponents.flatMap((exponent, lane) =>
          LIMBS.flatMap((k) => {
            const limb = i32.load(at(power(exponent) + 4 * k))
            const plain = i32.store(at(base + 16 * k + 4 * lane), limb)
            if (k === 0) return [plain]
            return [plain, i32.store(at(base + 16 * (4 + k) + 4 * lane), i32.mul(limb, i32.const(5)))]
          }),
        ),
      )
    return block(
      ...limbsOfWords(words, scalarOps).map((limb, k) => i32.store(at(power(1) + 4 * k), limb)),
      ...LIMBS.map((k) => i32.store(at(H + 4 * k), i32.const(0))),
      multiply(local, power(1), power(1), power(2)),
      multiply(local, power(2), power(1), power(3)),
      multiply(local, power(2), power(2), power(4)),
      lane([4, 4, 2, 2], LOOP_VECTORS),
      lane([4, 3, 2, 1], LAST_VECTORS),
    )
  },
}

/** Absorbs `count` blocks of 16 bytes at `address`, one at a time; `topBit` is 2^128 in limb 4, or 0 for a padded last block. */
const absorb = {
  name: 'absorb' as const,
  params: 3,
  body: ([address, count, topBit]: readonly Local[], local: (type: 'i64') => Local): Code => {
    const data = get(address as Local)
    const words = [0, 4, 8, 12].map((offset) => i32.load(data, offset))
    const limbs = limbsOfWords(words, scalarOps)
    limbs[4] = i32.or(limbs[4] as Code, get(topBit as Local))
    return when(
      get(count as Local),
      doWhile(
        get(count as Local),
        ...LIMBS.map((k) => i32.store(at(H + 4 * k), i32.add(i32.load(at(H + 4 * k)), limbs[k] as Code))),
        multiply(local, H, POWERS + 60, H),
        set(address as Local, i32.add(data, i32.const(BLOCK_BYTES))),
        set(count as Local, i32.sub(get(count as Local), i32.const(1))),
      ),
    )
  },
}

/** Absorbs 4·`count` whole blocks at `address`; `count` is at least 1. */
const absorbFours = {
  name: 'absorbFours' as const,
  params: 2,
  body: ([address, count]: readonly Local[], local: (type: 'i32' | 'i64' | 'v128') => Local): Code => {
    const data = get(address as Local)
    const words = [0, 1, 2, 3].map(() => local('v128'))
    const x = LIMBS.map(() => local('v128'))
    const d = LIMBS.map(() => local('v128'))
    const h = LIMBS.map(() => local('v128'))
    const r = Array.from({ length: 9 }, () => local('v128'))
    const scratch = local('v128')
    const [w0, w1, w2, w3] = words as [Local, Local, Local, Local]
    const pairLow = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]
    const pairHigh = pairLow.map((byte) => byte + 8)
    const halfLow = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
    const halfHigh = halfLow.map((byte) => byte + 8)
    const [t0, t1, t2, t3] = x as unknown as [Local, Local, Local, Local]
    // word i of every block into vector i
    const transpose = block(
      set(t0, v128.shuffle(v128.load(data, 0), v128.load(data, 16), pairLow)),
      set(t1, v128.shuffle(v128.load(data, 0), v128.load(data, 16), pairHigh)),
      set(t2, v128.shuffle(v128.load(data, 32), v128.load(data, 48), pairLow)),
      set(t3, v128.shuffle(v128.load(data, 32), v128.load(data, 48), pairHigh)),
      set(w0, v128.shuffle(get(t0), get(t2), halfLow)),
      set(w1, v128.shuffle(get(t0), get(t2), halfHigh)),
      set(w2, v128.shuffle(get(t1), get(t3), halfLow)),
      set(w3, v128.shuffle(get(t1), get(t3), halfHigh)),
    )
    const limbs = limbsOfWords(words.map(get), vectorOps)
    limbs[4] = v128.or(limbs[4] as Code, i32x4.splat(i32.const(1 << 24)))
    const addBlocks = LIMBS.map((k) => set(x[k] as Local, i32x4.add(limbs[k] as Code, get(h[k] as Local))))
    const products = LIMBS.map((k) =>
      set(
        d[k] as Local,
        LIMBS.flatMap((i) => {
          const j = (k - i + 5) % 5
          const factor = get(r[i + j < 5 ? j : 4 + j] as Local)
          return [i64x2.extmulLowU(get(x[i] as Local), factor), i64x2.extmulHighU(get(x[i] as Local), factor)]
        }).reduce((sum, product) => i64x2.add(sum, product)),
      ),
    )
    const mask = i64x2.splat(i64.const(BigInt(LIMB_MASK)))
    const carryFrom = (k: number): Code => {
      const from = get(d[k] as Local)
      const to = d[(k + 1) % 5] as Local
      const carried = i64x2.add(get(to), get(scratch))
      return block(
        set(scratch, i64x2.shrU(from, LIMB_BITS)),
        set(d[k] as Local, v128.and(from, mask)),
        // 2^130 is 5 mod p
        set(to, k === 4 ? i64x2.add(carried, i64x2.shl(get(scratch), 2)) : carried),
      )
    }
    const carries = [0, 3, 1, 4, 2, 0, 3].map(carryFrom)
    // the low halves of both 64-bit lanes, beside the zeros that blocks 2 and 3 start from
    const packLanes = [0, 1, 2, 3, 8, 9, 10, 11, 16, 16, 16, 16, 16, 16, 16, 16]
    const round = [transpose, ...addBlocks, ...products, ...carries]
    const loadVectors = (base: number) => r.map((vector, i) => set(vector, v128.load(at(base + 16 * i))))
    return block(
      ...LIMBS.map((k) => set(h[k] as Local, v128.and(v128.load(at(H + 4 * k)), v128.load(at(FIRST_LANE_MASK))))),
      ...loadVectors(LOOP_VECTORS),
      set(count as Local, i32.sub(get(count as Local), i32.const(1))),
      when(
        get(count as Local),
        doWhile(
          get(count as Local),
          ...round,
          ...LIMBS.map((k) => set(h[k] as Local, v128.shuffle(get(d[k] as Local), v128.zero, packLanes))),
          set(address as Local, i32.add(data, i32.const(4 * BLOCK_BYTES))),
          set(count as Local, i32.sub(get(count as Local), i32.const(1))),
        ),
      ),
      ...loadVectors(LAST_VECTORS),
      ...round,
      ...LIMBS.map((k) =>
        i64.store32(
          at(H + 4 * k),
          i64.add(i64x2.extractLane(get(d[k] as Local), 0), i64x2.extractLane(get(d[k] as Local), 1)),
        ),
      ),
    )
  },
}

/** tag = (h mod p + s) mod 2^128; wipes key, h and the powers. */
const finish = {
  name: 'finish' as const,
  params: 0,
  body: (_params: readonly Local[], local: (type: 'i32' | 'i64') => Local): Code => {
    const h = LIMBS.map(() => local('i32'))
    const g = LIMBS.map(() => local('i32'))
    const carry = local('i32')
    const choose = local('i32')
    const sum = local('i64')
    const limb = (k: number) => h[k] as Local
    const mask = i32.const(LIMB_MASK)
    const bits = i32.const(LIMB_BITS)
    const carryFrom = (k: number): Code =>
      block(
        set(carry, i32.shrU(get(limb(k)), bits)),
        set(limb(k), i32.and(get(limb(k)), mask)),
        set(
          limb((k + 1) % 5),
          i32.add(get(limb((k + 1) % 5)), k === 4 ? i32.mul(get(carry), i32.const(5)) : get(carry)),
        ),
      )
    // g = h + 5 - 2^130: not negative exactly when h ≥ p
    const minusP = LIMBS.map((k) => {
      const value = i32.add(get(limb(k)), k === 0 ? i32.const(5) : get(carry))
      return block(
        set(g[k] as Local, k === 4 ? i32.sub(value, i32.const(1 << LIMB_BITS)) : value),
        ...(k === 4
          ? []
          : [set(carry, i32.shrU(get(g[k] as Local), bits)), set(g[k] as Local, i32.and(get(g[k] as Local), mask))]),
      )
    })
    const chosen = LIMBS.map((k) =>
      set(limb(k), i32.xor(get(limb(k)), i32.and(get(choose), i32.xor(get(limb(k)), get(g[k] as Local))))),
    )
    const or = (low: number, lowShift: number, highShift: number): Code =>
      i32.or(i32.shrU(get(limb(low)), i32.const(lowShift)), i32.shl(get(limb(low + 1)), i32.const(highShift)))
    const words = [or(0, 0, 26), or(1, 6, 20), or(2, 12, 14), or(3, 18, 8)]
    const addPad = words.map((word, i) =>
      block(
        set(
          sum,
          i64.add(
            i64.add(i64.extendU(word), i64.load32u(at(KEY + 16 + 4 * i))),
            i === 0 ? i64.const(0n) : i64.shrU(get(sum), i64.const(32n)),
          ),
        ),
        i64.store32(at(TAG + 4 * i), get(sum)),
      ),
    )
    const secrets = [...range(KEY, 32, 16), ...range(H, FIRST_LANE_MASK - H, 16)]
    return block(
      ...LIMBS.map((k) => set(limb(k), i32.load(at(H + 4 * k)))),
      ...[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0].map(carryFrom),
      ...minusP,
      set(choose, i32.sub(i32.shrU(get(g[4] as Local), i32.const(31)), i32.const(1))),
      ...chosen,
      ...addPad,
      ...secrets.map((address) => v128.store(at(address), v128.zero)),
    )
  },
}

function range(start: number, bytes: number, step: number): number[] {
  return Array.from({ length: bytes / step }, (_, i) => start + i * step)
}

const kernel = instantiate(DATA + MAX_DATA_BYTES, [init, absorb, absorbFours, finish])
const memory = new Uint8Array(kernel.memory)
new Uint32Array(kernel.memory)[FIRST_LANE_MASK / 4] = 0xffff_ffff
const TOP_BIT = 1 << 24

/** Below this many blocks, setting the SIMD loop up costs more than it saves. */
const MIN_SIMD_BLOCKS = 8

/**
 * The Poly1305 tag of the parts, one behind the other, in an array of its own. `key` has 32 bytes and serves once.
 * The parts may have 288 KiB in all; more throws RangeError.
 */
export function poly1305(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) {
    if (length + part.length > MAX_DATA_BYTES - BLOCK_BYTES) throw new RangeError('too much data for one Poly1305 tag')
    memory.set(part, DATA + length)
    length += part.length
  }
  memory.set(key.subarray(0, POLY1305_KEY_BYTES), KEY)
  kernel.init()
  const blocks = Math.floor(length / BLOCK_BYTES)
  const fours = blocks < MIN_SIMD_BLOCKS ? 0 : Math.floor(blocks / 4)
  if (fours > 0) kernel.absorbFours(DATA, fours)
  const start = DATA + fours * 4 * BLOCK_BYTES
  kernel.absorb(start, blocks - fours * 4, TOP_BIT)
  const end = DATA + length
  const tail = end % BLOCK_BYTES
  if (tail !== 0) {
    memory[end] = 1
    memory.fill(0, end + 1, end + BLOCK_BYTES - tail)
    kernel.absorb(end - tail, 1, 0)
  }
  kernel.finish()
  return memory.slice(TAG, TAG + POLY1305_TAG_BYTES)
}
