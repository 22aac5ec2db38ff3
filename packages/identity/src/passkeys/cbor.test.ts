import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CborError, readCbor } from './cbor.ts'

const hex = (text: string) => Uint8Array.fromHex(text)

test('values of RFC 8949 appendix A that authenticators send are read', () => {
  const examples: readonly (readonly [string, unknown])[] = [
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3863', -100],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['4401020304', hex('01020304')],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['83010203', [1, 2, 3]],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
  ]
  for (const [text, value] of examples) assert.deepEqual(readCbor(hex(text)), { value, end: text.length / 2 }, text)
  assert.deepEqual(readCbor(hex('a201020304')).value, new Map([[1, 2], [3, 4]])) // biome-ignore format: pairs
  assert.deepEqual(readCbor(hex('ff0700'), 1), { value: 7, end: 2 }, 'from the middle, and no further than the item')
})

test('everything else is refused: endless lengths, floats, tags, odd keys, depth, and what ends early', () => {
  for (const text of [
    '',
    '18',
    '1b0020000000000000',
    '5f42010243030405ff',
    '9f01ff',
    'bf61610161629fffff',
    'f93c00',
    'fb3ff199999999999a',
    'f818',
    'c074323031332d30332d32315432303a30343a30305a',
    'a14001',
    'a2616101616102',
    '5affffffff00',
    '9affffffff00',
    'baffffffff0001',
    '7b7fffffffffffffff',
    '61ff',
    '1c',
    '818181818100',
  ])
    assert.throws(() => readCbor(hex(text)), CborError, text)
  assert.deepEqual(readCbor(hex('8181818100')).value, [[[[0]]]])
})
