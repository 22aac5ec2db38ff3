import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { concatBytes } from '@sallyport/wire'
import { ciphers } from './ciphers.ts'

for (const entry of [...ciphers.values()].filter((cipher) => cipher.name.includes('gcm'))) {
  test(`${entry.name}: packets open in the order they were sealed`, () => {
    const key = randomBytes(entry.keyBytes)
    const iv = new Uint8Array(12).fill(0xff)
    const sealer = entry.sealer(key, iv)
    const opener = entry.opener(key, iv)
    for (let sequence = 0; sequence < 3; sequence++) {
      const packet = concatBytes(Uint8Array.of(0, 0, 0, 16), randomBytes(16))
      const out: Uint8Array[] = []
      sealer.seal(sequence, packet, out)
      const wire = concatBytes(...out)
      assert.equal(opener.length(sequence, wire), 16)
      assert.deepEqual(new Uint8Array(opener.open(sequence, wire)), packet.subarray(4))
    }
  })
}
