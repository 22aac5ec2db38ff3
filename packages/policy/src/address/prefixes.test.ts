import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type IpRange, parseIpRange } from './ip-range.ts'
import { prefixesOf } from './prefixes.ts'
import { mergeRanges } from './range-set.ts'

function rangeOf(text: string): IpRange {
  const parsed = parseIpRange(text)
  assert.ok(parsed.ok, text)
  return parsed.range
}

test('a range becomes the fewest prefixes', () => {
  for (const [text, ...prefixes] of [
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['192.0.2.1-192.0.2.6', '192.0.2.1/32', '192.0.2.2/31', '192.0.2.4/31', '192.0.2.6/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['2001:db8::-2001:db8::2', '2001:db8::/127', '2001:db8::2/128'],
  ] as const) {
    assert.deepEqual(prefixesOf(rangeOf(text)), prefixes, text)
  }
})

test('prefixes hold the addresses of their range and no others', () => {
  const address = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n })
  fc.assert(
    fc.property(address, address, (a, b) => {
      const range: IpRange = { family: 4, first: a < b ? a : b, last: a < b ? b : a }
      const prefixes = prefixesOf(range)
      assert.ok(prefixes.length <= 62)
      assert.deepEqual(mergeRanges(prefixes.map(rangeOf)), [range])
    }),
  )
})
