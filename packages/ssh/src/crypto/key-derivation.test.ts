import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { concatBytes } from '@sallyport/wire'
import { DERIVED_KEY, deriveKey, encodeSecret } from './key-derivation.ts'

const material = {
  hash: 'sha256',
  encodedSecret: encodeSecret('mpint', Uint8Array.of(0x80, 1)),
  exchangeHash: new Uint8Array(32).fill(2),
  sessionId: new Uint8Array(32).fill(3),
} as const

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  )

test('a secret is a number or a string, as its method says', () => {
  assert.deepEqual(encodeSecret('mpint', Uint8Array.of(0, 0x80, 1)), Uint8Array.of(0, 0, 0, 3, 0, 0x80, 1))
  assert.deepEqual(encodeSecret('mpint', Uint8Array.of(0, 0, 1)), Uint8Array.of(0, 0, 0, 1, 1))
  assert.deepEqual(encodeSecret('string', Uint8Array.of(0, 0x80, 1)), Uint8Array.of(0, 0, 0, 3, 0, 0x80, 1))
  assert.deepEqual(encodeSecret('string', Uint8Array.of(0, 0, 1)), Uint8Array.of(0, 0, 0, 3, 0, 0, 1))
})

test('the first block hashes secret, exchange hash, letter and session id', () => {
  const { encodedSecret, exchangeHash, sessionId } = material
  const letter = new TextEncoder().encode('C')
  const expected = sha256(encodedSecret, exchangeHash, letter, sessionId)
  assert.deepEqual(deriveKey(material, DERIVED_KEY.keyClientToServer, 32), expected)
  assert.deepEqual(deriveKey(material, DERIVED_KEY.keyClientToServer, 12), expected.subarray(0, 12))
  assert.equal(deriveKey(material, DERIVED_KEY.keyClientToServer, 0).length, 0)
})

test('longer keys go on with the hash of all key so far', () => {
  const { encodedSecret, exchangeHash } = material
  const first = deriveKey(material, DERIVED_KEY.keyClientToServer, 32)
  const second = sha256(encodedSecret, exchangeHash, first)
  const third = sha256(encodedSecret, exchangeHash, first, second)
  assert.deepEqual(
    deriveKey(material, DERIVED_KEY.keyClientToServer, 80),
    concatBytes(first, second, third).subarray(0, 80),
  )
})

test('every letter gives another key', () => {
  const keys = Object.values(DERIVED_KEY).map((letter) => deriveKey(material, letter, 32).toHex())
  assert.equal(new Set(keys).size, 6)
})
