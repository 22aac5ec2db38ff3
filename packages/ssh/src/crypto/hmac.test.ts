import assert from 'node:assert/strict'
import { test } from 'node:test'
import { macs } from './macs.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** RFC 4231 §4. The first four bytes of the data go in as the sequence number, which is what the MAC covers first. */
const vectors = [
  {
    name: '§4.2',
    key: new Uint8Array(20).fill(0x0b),
    data: ascii('Hi There'),
    sha256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    sha512:
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde' +
      'daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  },
  {
    name: '§4.3',
    key: ascii('Jefe'),
    data: ascii('what do ya want for nothing?'),
    sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    sha512:
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
      '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  },
]

for (const entry of macs.values()) {
  for (const { name, key, data, sha256, sha512 } of vectors) {
    test(`${entry.name} gives RFC 4231 ${name}`, () => {
      const sequence = new DataView(data.buffer).getUint32(0)
      const tag = entry.keyed(key).tag(sequence, data.subarray(4, 6), data.subarray(6))
      assert.equal(tag.length, entry.tagBytes)
      assert.equal(new Uint8Array(tag).toHex(), entry.name.includes('256') ? sha256 : sha512)
    })
  }
}
