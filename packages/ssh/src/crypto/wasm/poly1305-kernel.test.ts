import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { poly1305 } from './poly1305-kernel.ts'
import { poly1305Twin } from './poly1305-twin.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(/\s/g, ''))
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const ZERO_16 = '00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00'
const FULL_16 = 'ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff'

/** RFC 8439 §2.5.2 and A.3; the latter's cases 7 to 11 are about carries and the final reduction. */
const vectors = [
  {
    name: '§2.5.2',
    key: '85 d6 be 78 57 55 6d 33 7f 44 52 fe 42 d5 06 a8 01 03 80 8a fb 0d b2 fd 4a bf f6 af 41 49 f5 1b',
    data: ascii('Cryptographic Forum Research Group'),
    tag: 'a8 06 1d c1 30 51 36 c6 c2 2b 8b af 0c 01 27 a9',
  },
  { name: 'A.3 #1', key: ZERO_16 + ZERO_16, data: new Uint8Array(64), tag: ZERO_16 },
  {
    name: 'A.3 #7',
    key: `02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ${ZERO_16}`,
    data: hex(FULL_16),
    tag: '03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00',
  },
  {
    name: 'A.3 #8',
    key: `02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ${FULL_16}`,
    data: hex('02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00'),
    tag: '03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00',
  },
  {
    name: 'A.3 #9',
    key: `01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ${ZERO_16}`,
    data: hex(
      `${FULL_16} f0 ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 11 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`,
    ),
    tag: '05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00',
  },
  {
    name: 'A.3 #10',
    key: `01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ${ZERO_16}`,
    data: hex(
      `${FULL_16} fb fe fe fe fe fe fe fe fe fe fe fe fe fe fe fe 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01`,
    ),
    tag: ZERO_16,
  },
  {
    name: 'A.3 #11',
    key: `02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ${ZERO_16}`,
    data: hex('fd ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff'),
    tag: 'fa ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff',
  },
]

for (const { name, key, data, tag } of vectors) {
  test(`Poly1305, RFC 8439 ${name}`, () => {
    assert.deepEqual(poly1305(hex(key), data), hex(tag))
    assert.deepEqual(poly1305Twin(hex(key), data), hex(tag))
  })
}

test('every length up to 40 blocks gives the tag of the slow twin', () => {
  for (let length = 0; length <= 640; length++) {
    const key = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + length * 11) & 0xff)
    const data = Uint8Array.from({ length }, (_, i) => (i * i * 31 + length) & 0xff)
    assert.deepEqual(poly1305(key, data), poly1305Twin(key, data), `${length} bytes`)
  }
})

test('numbers near the prime give the tag of the slow twin', () => {
  const word = fc.constantFrom(0x00, 0x01, 0x03, 0xfb, 0xfc, 0xfe, 0xff)
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const extreme = fc.oneof(fc.constant(new Uint8Array(32).fill(0xff)), key)
  const data = fc.array(word, { maxLength: 400, size: 'max' }).map((bytes) => Uint8Array.from(bytes))
  fc.assert(
    fc.property(extreme, data, (key, data) => {
      assert.deepEqual(poly1305(key, data), poly1305Twin(key, data))
    }),
    { numRuns: 500 },
  )
})

test('parts give the tag of their whole', () => {
  const key = new Uint8Array(32).fill(7)
  const data = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff)
  assert.deepEqual(poly1305(key, data.subarray(0, 4), data.subarray(4)), poly1305(key, data))
})

test('a whole packet fits, more throws instead of writing past the end', () => {
  const key = new Uint8Array(32).fill(9)
  const largest = new Uint8Array(256 * 1024 + 1024 + 4)
  assert.deepEqual(poly1305(key, largest), poly1305Twin(key, largest))
  assert.throws(() => poly1305(key, new Uint8Array(288 * 1024)), RangeError)
})
