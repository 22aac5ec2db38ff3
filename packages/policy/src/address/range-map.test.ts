import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type IpRange, rangeHolds } from './ip-range.ts'
import { RangeMap } from './range-map.ts'

const range: fc.Arbitrary<IpRange> = fc
  .tuple(fc.constantFrom<4 | 6>(4, 6), fc.bigInt({ min: 0n, max: 60n }), fc.bigInt({ min: 0n, max: 60n }))
  .map(([family, a, b]) => ({ family, first: a < b ? a : b, last: a < b ? b : a }))

test('finds exactly the ranges that hold an address, as a walk does', () => {
  fc.assert(
    fc.property(
      fc.array(range, { maxLength: 40 }),
      fc.constantFrom<4 | 6>(4, 6),
      fc.bigInt({ min: 0n, max: 61n }),
      (ranges, family, value) => {
        const map = new RangeMap<IpRange>()
        for (const each of ranges) map.at(each, () => each)
        const walked = new Set(
          ranges.filter((each) => rangeHolds(each, { family, value })).map((each) => map.at(each, () => each)),
        )
        const found = map.holding({ family, value })
        assert.equal(found.length, walked.size)
        assert.deepEqual(new Set(found), walked)
      },
    ),
    { numRuns: 1000 },
  )
})

test('equal ranges share one value', () => {
  const map = new RangeMap<object>()
  const first = map.at({ family: 4, first: 1n, last: 9n }, () => ({}))
  assert.equal(
    map.at({ family: 4, first: 1n, last: 9n }, () => ({})),
    first,
  )
  assert.notEqual(
    map.at({ family: 6, first: 1n, last: 9n }, () => ({})),
    first,
  )
})
