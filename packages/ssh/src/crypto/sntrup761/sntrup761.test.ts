import assert from 'node:assert/strict'
import { createHash, hash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { concatBytes } from '@sallyport/wire'
import * as fc from 'fast-check'
import { decodePublicKey, decodeRounded, encodePublicKey, encodeRounded } from './encoding.ts'
import { centeredMod3, centeredModQ, reciprocalModQ } from './modular.ts'
import { CIPHERTEXT_BYTES, HALF_Q, P, PUBLIC_KEY_BYTES, Q, W } from './parameters.ts'
import { multiplyMod3, multiplyModQ, reciprocalMod3, reciprocalOfTripleModQ } from './ring.ts'
import { type RandomSource, randomShort, randomSmall } from './sampling.ts'
import { decapsulate, encapsulate, generateKey, sntrup761 } from './sntrup761.ts'

/** SHA-512(seed | uint32le 0), SHA-512(seed | uint32le 1), … */
function seeded(seed: number): RandomSource {
  let counter = 0
  let left: Uint8Array = new Uint8Array(0)
  return (count) => {
    while (left.length < count) {
      const block = new Uint8Array(5)
      block[0] = seed
      new DataView(block.buffer).setUint32(1, counter++, true)
      left = concatBytes(left, hash('sha512', block, 'buffer'))
    }
    const taken = left.subarray(0, count)
    left = left.subarray(count)
    return taken
  }
}

test('keys, ciphertexts and secrets are those of the C code in OpenSSH for the same random bytes', () => {
  // SHA-256 of what sntrup761.c (OpenBSD revision 1.9) makes of seeds 0…9: public key, ciphertext, key, decapsulated
  // key, and the key for the ciphertext with bits 1 + seed of byte `seed` flipped.
  const outputs = createHash('sha256')
  for (let seed = 0; seed < 10; seed++) {
    const random = seeded(seed)
    const secret = generateKey(random)
    const encapsulated = encapsulate(secret.publicKey, random)
    assert.ok(encapsulated !== undefined)
    const { ciphertext, sharedKey } = encapsulated
    const altered = new Uint8Array(ciphertext)
    altered[seed] = (altered[seed] as number) ^ (1 + seed)
    outputs.update(secret.publicKey).update(ciphertext).update(sharedKey)
    outputs.update(decapsulate(secret, ciphertext)).update(decapsulate(secret, altered))
  }
  assert.equal(outputs.digest('hex'), 'c1df18cc64cf2dfd183987e21fdd4e21331821bfcb54dfcb45e7ac40969e3625')
})

test('both sides have the same key; an altered, foreign or random ciphertext gives another, always the same', () => {
  for (let round = 0; round < 5; round++) {
    const own = sntrup761.generate()
    const { ciphertext, sharedKey } = sntrup761.encapsulate(own.publicKey)
    assert.deepEqual(own.decapsulate(ciphertext), sharedKey)
    const altered = new Uint8Array(ciphertext)
    const at = (round * 331) % CIPHERTEXT_BYTES
    altered[at] = (altered[at] as number) ^ 0x40
    for (const wrong of [
      altered,
      randomBytes(CIPHERTEXT_BYTES),
      sntrup761.encapsulate(sntrup761.generate().publicKey).ciphertext,
    ]) {
      const key = own.decapsulate(wrong)
      assert.equal(key.length, 32)
      assert.notDeepEqual(key, sharedKey)
      assert.deepEqual(own.decapsulate(wrong), key)
    }
  }
})

test('public keys that encode no polynomial are refused', () => {
  const { publicKey } = sntrup761.generate()
  assert.notEqual(decodePublicKey(publicKey), undefined)
  const tooLarge = new Uint8Array(publicKey).fill(0xff, PUBLIC_KEY_BYTES - 2)
  assert.equal(decodePublicKey(tooLarge), undefined)
  assert.equal(decodePublicKey(publicKey.subarray(1)), undefined)
  assert.throws(() => sntrup761.encapsulate(tooLarge), RangeError)
})

const modQ = fc.integer({ min: -HALF_Q, max: HALF_Q })
const polynomial = fc.array(modQ, { minLength: P, maxLength: P }).map((values) => Int16Array.from(values))

test('what is encoded decodes to itself, and what decodes encodes to itself', () => {
  fc.assert(
    fc.property(polynomial, (values) => {
      assert.deepEqual(decodePublicKey(encodePublicKey(values)), values)
      const rounded = values.map((x) => x - centeredMod3(x))
      assert.deepEqual(decodeRounded(encodeRounded(rounded)), rounded)
    }),
    { numRuns: 20 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: PUBLIC_KEY_BYTES, maxLength: PUBLIC_KEY_BYTES }), (bytes) => {
      const decoded = decodePublicKey(bytes)
      if (decoded !== undefined) assert.deepEqual(encodePublicKey(decoded), bytes)
    }),
    { numRuns: 50 },
  )
})

test('coefficients are reduced to the middle residues', () => {
  const sum = fc.oneof(
    fc.integer({ min: -7_999_999, max: 7_999_999 }),
    fc.integer({ min: -3, max: 3 }).map((n) => n * Q),
  )
  fc.assert(
    fc.property(sum, (x) => {
      const reduced = centeredModQ(x)
      assert.ok(Math.abs(reduced) <= HALF_Q)
      assert.equal(Math.abs((x - reduced) % Q), 0)
    }),
    { numRuns: 2000 },
  )
  for (let x = -16_000; x < 16_000; x++) {
    assert.ok(Math.abs(centeredMod3(x)) <= 1)
    assert.equal(Math.abs((x - centeredMod3(x)) % 3), 0)
  }
  for (const x of [1, 2, 3, -1, 1234, HALF_Q]) assert.equal(centeredModQ(x * reciprocalModQ(x)), 1)
  assert.equal(reciprocalModQ(0), 0)
})

/** The product as one multiplies on paper. */
function slowProduct(a: Int16Array, b: Int16Array, modulus: number): number[] {
  const sums = Array<number>(2 * P).fill(0)
  for (let i = 0; i < P; i++) for (let j = 0; j < P; j++) sums[i + j] = at(sums, i + j) + at(a, i) * at(b, j)
  for (let i = 2 * P - 1; i >= P; i--) {
    sums[i - P] = at(sums, i - P) + at(sums, i)
    sums[i - P + 1] = at(sums, i - P + 1) + at(sums, i)
  }
  return sums.slice(0, P).map((sum) => ((sum % modulus) + modulus) % modulus)
}

function residues(values: Int16Array, modulus: number): number[] {
  return Array.from(values, (x) => (x + modulus) % modulus)
}

test('products are those of the slow twin', () => {
  const full = new Int16Array(P).fill(HALF_Q)
  const ones = new Int16Array(P).fill(1)
  const pairs: [Int16Array, Int16Array][] = [
    [full, ones],
    [full.map((x) => -x), ones],
  ]
  for (let round = 0; round < 4; round++) pairs.push([generateKey(randomBytes).h, randomShort(randomBytes)])
  for (const [a, b] of pairs) {
    assert.deepEqual(residues(multiplyModQ(a, b), Q), slowProduct(a, b, Q))
    const small = a.map(centeredMod3)
    assert.deepEqual(residues(multiplyMod3(small, b), 3), slowProduct(small, b, 3))
  }
})

const one = Array.from({ length: P }, (_, i) => (i === 0 ? 1 : 0))

test('a reciprocal times its polynomial is one', () => {
  for (let round = 0; round < 5; round++) {
    const f = randomShort(randomBytes)
    const reciprocal = reciprocalOfTripleModQ(f)
    assert.deepEqual(
      slowProduct(
        reciprocal,
        f.map((x) => 3 * x),
        Q,
      ),
      one,
    )
    const g = randomSmall(randomBytes)
    const reciprocalMod = reciprocalMod3(g)
    if (reciprocalMod !== undefined) assert.deepEqual(slowProduct(reciprocalMod, g, 3), one)
  }
})

test('a polynomial without a reciprocal is found out', () => {
  assert.equal(reciprocalMod3(new Int16Array(P)), undefined)
  assert.notEqual(reciprocalMod3(Int16Array.from(one)), undefined)
})

test('short polynomials have exactly 286 coefficients that are not zero, in places that vary', () => {
  const seen = new Int32Array(P)
  const signs = { plus: 0, minus: 0 }
  for (let round = 0; round < 200; round++) {
    const short = randomShort(randomBytes)
    assert.equal(short.filter((x) => x !== 0).length, W)
    short.forEach((x, i) => {
      seen[i] = at(seen, i) + (x & 1)
      if (x === 1) signs.plus++
      if (x === -1) signs.minus++
    })
  }
  // 200 draws of 286/761: mean 75, deviation 7; plus and minus: 57,200 draws, deviation 120
  assert.ok(seen.every((count) => count > 75 - 7 * 7 && count < 75 + 7 * 7))
  assert.ok(Math.abs(signs.plus - signs.minus) < 2 * 7 * 120)
})

test('small polynomials have all three coefficients, a third each', () => {
  const counts = [0, 0, 0]
  for (let round = 0; round < 100; round++) {
    for (const x of randomSmall(randomBytes)) counts[x + 1] = at(counts, x + 1) + 1
  }
  for (const count of counts) assert.ok(Math.abs(count - (100 * P) / 3) < 7 * 130)
})

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number
}
