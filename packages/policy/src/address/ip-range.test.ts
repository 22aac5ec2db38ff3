import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formatIpRange, looksLikeIp, parseIpRange } from './ip-range.ts'

const read: readonly (readonly [string, string])[] = [
  ['10.0.0.5', '10.0.0.5'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['10.0.0.5/32', '10.0.0.5'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['::/0', '::/0'],
  ['fd00::/8', 'fd00::/8'],
  ['10.0.0.1-10.0.0.9', '10.0.0.1-10.0.0.9'],
  ['10.0.0.0-10.0.0.255', '10.0.0.0/24'],
  ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
  ['::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::/0'],
]
for (const [text, expected] of read) {
  test(`reads ${text}`, () => {
    const result = parseIpRange(text)
    assert.ok(result.ok)
    assert.equal(formatIpRange(result.range), expected)
  })
}

test('masks bits beyond the prefix length and says so', () => {
  const result = parseIpRange('10.1.2.3/8')
  assert.ok(result.ok)
  assert.equal(result.masked, '10.0.0.0/8')
  assert.equal(formatIpRange(result.range), '10.0.0.0/8')
})

for (const text of [
  '10.0.0.0/33',
  '10.0.0.0/08',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '/8',
  'fd00::/129',
  '::ffff:10.0.0.0/95',
  '10.0.0.9-10.0.0.1',
  '10.0.0.1-fd00::1',
  '10.0.0.1-',
  '-',
  '10.0.0.1-10.0.0.2-10.0.0.3',
  '10.0.0.0/8/8',
]) {
  test(`refuses ${text}`, () => assert.equal(parseIpRange(text).ok, false))
}

test('tells host names from what was meant as an address', () => {
  for (const text of ['10.0.0.256', '10.0.0', '300/8', 'fd00::1::', '1.2.3.4-', '::gg'.slice(0, 2)])
    assert.ok(looksLikeIp(text), text)
  for (const text of ['db1', 'web-1', 'a.b', 'deadbeef', 'db-10.0.0.1']) assert.ok(!looksLikeIp(text), text)
})

test('every range prints to what reads the same', () => {
  const bound = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n })
  fc.assert(
    fc.property(bound, bound, (a, b) => {
      const range = { family: 4 as const, first: a < b ? a : b, last: a < b ? b : a }
      const result = parseIpRange(formatIpRange(range))
      assert.ok(result.ok)
      assert.deepEqual(result.range, range)
    }),
  )
})
