import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type IpRange, rangeHolds } from '../address/ip-range.ts'
import { type AddressGroups, addressGroups } from './address-groups.ts'

function range(family: 4 | 6, first: number, last = first): IpRange {
  return { family, first: BigInt(first), last: BigInt(last) }
}

function grouped(sets: readonly (readonly IpRange[])[]): AddressGroups {
  const made = addressGroups(sets)
  for (;;) {
    const step = made.next()
    if (step.done === true) return step.value
  }
}

test('addresses of one set are one group, however many stretches they are', () => {
  const ranges = Array.from({ length: 1000 }, (_, index) => range(4, 4 * index))
  assert.equal(grouped([ranges]).groups.length, 1)
  assert.equal(grouped([ranges, ranges]).groups.length, 1)
  assert.equal(grouped([ranges, ranges.slice(0, 500)]).groups.length, 2)
})

test('a range within a set divides it', () => {
  const { groups } = grouped([[range(4, 0, 99), range(4, 200, 299)], [range(4, 50, 59)]])
  assert.deepEqual(
    groups.map((group) => group.map(({ first, last }) => [Number(first), Number(last)])),
    [
      [[0, 49]],
      [[50, 59]],
      [
        [60, 99],
        [200, 299],
      ],
    ],
  )
})

test('whoever shares a group is in the same sets, and every address of a set is in a group', () => {
  const point = fc.nat(20)
  const ranges = fc.array(
    fc
      .tuple(fc.constantFrom(4 as const, 6 as const), point, point)
      .map(([family, a, b]) => range(family, Math.min(a, b), Math.max(a, b))),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(fc.array(ranges, { maxLength: 5 }), (sets) => {
      const groups = grouped(sets)
      const inSets = (family: 4 | 6, value: bigint): string =>
        sets.map((set) => set.some((each) => rangeHolds(each, { family, value }))).join()
      for (const family of [4, 6] as const) {
        for (let value = 0n; value <= 21n; value++) {
          const number = groups.of({ family, value })
          const holding = inSets(family, value)
          assert.equal(number !== undefined, holding.includes('true'))
          if (number === undefined) continue
          const [first] = groups.groups[number] ?? []
          assert.ok(first !== undefined)
          assert.equal(inSets(first.family, first.first), holding)
          for (const set of sets)
            assert.equal(
              groups.within(set).has(number),
              set.some((each) => rangeHolds(each, { family, value })),
            )
        }
      }
    }),
    { numRuns: 500 },
  )
})
