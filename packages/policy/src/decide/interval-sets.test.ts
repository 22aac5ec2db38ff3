import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseIpAddress } from '../address/ip-address.ts'
import { prefixRange, rangeHolds } from '../address/ip-range.ts'
import { AddressSets, IntervalSets, Postings } from './interval-sets.ts'
import { lineSet, lineSetHolds } from './line-set.ts'

const UNIVERSE = 64

function union(found: readonly Postings[]) {
  const ids = found.flatMap((postings) => postings.ids)
  return lineSet((add) => ids.forEach(add), ids.length, UNIVERSE)
}

const range = fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)

test('a point has the lines of every range that holds it, asked once or again, before and after more ranges', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), fc.boolean(), (ranges, forget) => {
      const sets = new IntervalSets<number>(union, (point) => point + 1)
      for (const [line, [first, last]] of ranges.entries()) {
        const postings = new Postings()
        postings.add(line)
        sets.add(first, last, postings)
        for (let point = -1; point <= 62; point++) {
          const held = ranges.slice(0, line + 1).map(([from, to]) => from <= point && point <= to)
          for (const [at, expected] of held.entries()) {
            assert.equal(lineSetHolds(sets.at(point), at), expected, `line ${at} at ${point}`)
            if (forget) sets.forget()
          }
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('addresses of both families have the lines of the prefixes and lists that hold them', () => {
  const prefixes = ['10.0.0.0/8', '10.1.0.0/16', '0.0.0.0/1', 'fd00::/8', 'fd00:1::/32', '2000::/3', '10.1.0.0/16']
  const ranges = prefixes.map(prefixRange)
  const list = ['192.0.2.0/24', 'fd00:1::/48'].map(prefixRange)
  const sets = new AddressSets(union)
  for (const [line, each] of ranges.entries()) sets.ofRange(each).add(line)
  sets.ofRanges(list).add(10)
  sets.ofRanges(list).add(11)
  for (const text of [
    '10.0.0.1',
    '10.1.2.3',
    '11.0.0.0',
    '128.0.0.1',
    '192.0.2.9',
    'fd00:1::1',
    'fd00:2::',
    '2001::',
    '::1',
  ]) {
    const address = parseIpAddress(text)
    assert.ok(address !== undefined)
    for (const [line, each] of ranges.entries())
      assert.equal(lineSetHolds(sets.at(address), line), rangeHolds(each, address), `${prefixes[line]} at ${text}`)
    const listed = list.some((each) => rangeHolds(each, address))
    assert.deepEqual(
      [10, 11].map((line) => lineSetHolds(sets.at(address), line)),
      [listed, listed],
      text,
    )
  }
})
