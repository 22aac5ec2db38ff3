/**
 * Streamlined NTRU Prime 761 as a KEM ("NTRU Prime: round 3", 2020, §3 and 4; draft-josefsson-ntruprime-streamlined).
 * Not in OpenSSL. Written with fixed loops over typed arrays; what depends on a secret is masked, never branched on.
 */
import { hash, randomBytes } from 'node:crypto'
import { concatBytes } from '@sallyport/wire'
import type { Kem } from '../hybrid-kex.ts'
import { decodePublicKey, decodeRounded, encodePublicKey, encodeRounded, encodeSmall } from './encoding.ts'
import { centeredMod3, centeredModQ, nonZeroMask } from './modular.ts'
import { CIPHERTEXT_BYTES, HASH_BYTES, P, PUBLIC_KEY_BYTES, ROUNDED_BYTES, SMALL_BYTES, W } from './parameters.ts'
import { multiplyMod3, multiplyModQ, reciprocalMod3, reciprocalOfTripleModQ } from './ring.ts'
import { type RandomSource, randomShort, randomSmall } from './sampling.ts'

/** What the secret key holds besides f: decapsulation needs all of it. */
export interface SecretKey {
  readonly f: Int16Array
  readonly gReciprocal: Int16Array
  readonly publicKey: Uint8Array
  readonly h: Int16Array
  /** Takes the place of the plaintext where a ciphertext turns out to be false. */
  readonly rejection: Uint8Array
}

/** The first byte of what is hashed says what for (§4.6); only half of SHA-512 is used. */
const HASH_FOR = { falseSession: 0, session: 1, confirm: 2, plaintext: 3, publicKey: 4 } as const

function prefixed(purpose: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha512', concatBytes(Uint8Array.of(purpose), ...parts), 'buffer').subarray(0, HASH_BYTES)
}

/** §3.2: g with a reciprocal mod 3, short f, h = g / (3f). */
export function generateKey(random: RandomSource): SecretKey {
  let g = randomSmall(random)
  let gReciprocal = reciprocalMod3(g)
  while (gReciprocal === undefined) {
    g = randomSmall(random)
    gReciprocal = reciprocalMod3(g)
  }
  const f = randomShort(random)
  const h = multiplyModQ(reciprocalOfTripleModQ(f), g)
  return { f, gReciprocal, h, publicKey: encodePublicKey(h), rejection: random(SMALL_BYTES) }
}

/** Undefined where `publicKey` encodes no polynomial. */
export function encapsulate(
  publicKey: Uint8Array,
  random: RandomSource,
): { ciphertext: Uint8Array; sharedKey: Uint8Array } | undefined {
  const h = decodePublicKey(publicKey)
  if (h === undefined) return undefined
  const r = randomShort(random)
  const plaintext = encodeSmall(r)
  const ciphertext = hide(h, publicKey, r, plaintext)
  return { ciphertext, sharedKey: session(HASH_FOR.session, plaintext, ciphertext) }
}

/** Any 1039 bytes give a key; unless they were made by `encapsulate` for this key, one that nobody knows (§3.3). */
export function decapsulate(secret: SecretKey, ciphertext: Uint8Array): Uint8Array {
  const r = decrypt(secret, decodeRounded(ciphertext.subarray(0, ROUNDED_BYTES)))
  const plaintext = encodeSmall(r)
  const again = hide(secret.h, secret.publicKey, r, plaintext)
  let difference = 0
  for (let i = 0; i < CIPHERTEXT_BYTES; i++) difference |= (ciphertext[i] as number) ^ (again[i] as number)
  const isFalse = nonZeroMask(difference)
  const chosen = plaintext.map((byte, i) => byte ^ (isFalse & (byte ^ (secret.rejection[i] as number))))
  return session(HASH_FOR.session + isFalse, chosen, ciphertext)
}

/** The ciphertext of r: h·r rounded to multiples of 3, and a hash that confirms it. */
function hide(h: Int16Array, publicKey: Uint8Array, r: Int16Array, plaintext: Uint8Array): Uint8Array {
  const product = multiplyModQ(h, r)
  const rounded = product.map((x) => x - centeredMod3(x))
  const confirmation = prefixed(
    HASH_FOR.confirm,
    prefixed(HASH_FOR.plaintext, plaintext),
    prefixed(HASH_FOR.publicKey, publicKey),
  )
  return concatBytes(encodeRounded(rounded), confirmation)
}

/** r from c = round(h·r); a fixed polynomial of the right weight where the result has another weight. */
function decrypt({ f, gReciprocal }: SecretKey, c: Int16Array): Int16Array {
  const e = multiplyModQ(c, f).map((x) => centeredMod3(centeredModQ(3 * x)))
  const r = multiplyMod3(e, gReciprocal)
  let weight = 0
  for (let i = 0; i < P; i++) weight += (r[i] as number) & 1
  const wrong = nonZeroMask(weight - W)
  return r.map((x, i) => {
    const fallback = i < W ? 1 : 0
    return x ^ (wrong & (x ^ fallback))
  })
}

function session(purpose: number, plaintext: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return prefixed(purpose, prefixed(HASH_FOR.plaintext, plaintext), ciphertext)
}

/** sntrup761 with the system's random source. */
export const sntrup761: Kem = {
  name: 'sntrup761',
  publicKeyBytes: PUBLIC_KEY_BYTES,
  ciphertextBytes: CIPHERTEXT_BYTES,
  generate() {
    const secret = generateKey(randomBytes)
    return { publicKey: secret.publicKey, decapsulate: (ciphertext) => decapsulate(secret, ciphertext) }
  },
  encapsulate(publicKey) {
    const encapsulated = encapsulate(publicKey, randomBytes)
    if (encapsulated === undefined) throw new RangeError('a public key that is not in canonical form')
    return encapsulated
  },
}
