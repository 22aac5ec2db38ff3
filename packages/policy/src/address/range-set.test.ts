import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { IpRange } from './ip-range.ts'
import { mergeRanges, subtractRanges } from './range-set.ts'

const range = fc
  .tuple(fc.constantFrom<4 | 6>(4, 6), fc.bigInt(0n, 40n), fc.bigInt(0n, 10n))
  .map(([family, first, length]): IpRange => ({ family, first, last: first + length }))
const ranges = fc.array(range, { maxLength: 12 })

/** Every address of some ranges, one by one. */
function addresses(list: readonly IpRange[]): ReadonlySet<string> {
  const all = new Set<string>()
  for (const { family, first, last } of list) for (let at = first; at <= last; at++) all.add(`${family}:${at}`)
  return all
}

function assertTidy(list: readonly IpRange[]): void {
  for (const [index, { family, first, last }] of list.entries()) {
    assert.ok(first <= last)
    const next = list[index + 1]
    if (next !== undefined) assert.ok(family < next.family || (family === next.family && last < next.first))
  }
}

test('merged ranges hold the same addresses, sorted and apart', () => {
  fc.assert(
    fc.property(ranges, (list) => {
      const merged = mergeRanges(list)
      assertTidy(merged)
      assert.deepEqual(addresses(merged), addresses(list))
      assert.deepEqual(mergeRanges(merged), merged)
    }),
  )
})

test('neighbours become one range', () => {
  const near: readonly IpRange[] = [
    { family: 4, first: 5n, last: 9n },
    { family: 4, first: 0n, last: 4n },
  ]
  assert.deepEqual(mergeRanges(near), [{ family: 4, first: 0n, last: 9n }])
})

test('subtracted ranges hold what is in the first alone', () => {
  fc.assert(
    fc.property(ranges, ranges, (from, without) => {
      const left = subtractRanges(mergeRanges(from), mergeRanges(without))
      assertTidy(left)
      const taken = addresses(without)
      assert.deepEqual(addresses(left), new Set([...addresses(from)].filter((address) => !taken.has(address))))
    }),
    { numRuns: 1000 },
  )
})
