import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { CHACHA20_KEY_BYTES, ChaCha20 } from './chacha20.ts'

test('the block function gives RFC 8439 A.1 test vectors 1 and 2', () => {
  const chacha = new ChaCha20(new Uint8Array(CHACHA20_KEY_BYTES))
  assert.equal(
    chacha.block(0, 0).toHex(),
    '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7' +
      'da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586',
  )
  assert.equal(
    chacha.block(0, 1).toHex(),
    '9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed' +
      '29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f',
  )
})

test('sequence number and counter fill the words that node:crypto fills', () => {
  const bytes = fc.uint8Array({ minLength: CHACHA20_KEY_BYTES, maxLength: CHACHA20_KEY_BYTES })
  const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
  fc.assert(
    fc.property(bytes, uint32, fc.integer({ min: 0, max: 5000 }), fc.uint8Array(), (key, sequence, counter, data) => {
      const iv = new Uint8Array(16)
      const view = new DataView(iv.buffer)
      view.setUint32(0, counter, true)
      view.setUint32(12, sequence)
      const expected = createCipheriv('chacha20', key, iv).update(data)
      assert.deepEqual(new ChaCha20(key).xor(sequence, counter, data), new Uint8Array(expected))
    }),
  )
})
