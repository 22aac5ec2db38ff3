import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type LineSet, lineSet, lineSetHolds, NO_LINE, NO_LINES, scanCommon } from './line-set.ts'

const UNIVERSE = 500
const range = fc
  .tuple(fc.nat(UNIVERSE - 1), fc.oneof(fc.constant(1), fc.nat(UNIVERSE)))
  .map(([from, length]) => [from, Math.min(UNIVERSE, from + length)] as const)
const ranges = fc.array(range, { maxLength: 12 })

function setOf(all: readonly (readonly [number, number])[], quick = false): LineSet {
  const count = all.reduce((sum, [from, end]) => sum + end - from, 0)
  const each = (add: (line: number) => void): void => {
    for (const [from, end] of all) for (let line = from; line < end; line++) add(line)
  }
  return lineSet(each, count, UNIVERSE, { quick })
}

function model(all: readonly (readonly [number, number])[]): ReadonlySet<number> {
  return new Set(all.flatMap(([from, end]) => Array.from({ length: end - from }, (_, index) => from + index)))
}

test('a line set holds the numbers of its ranges, once each, listed or mapped', () => {
  const seen = { list: 0, bits: 0 }
  fc.assert(
    fc.property(ranges, fc.boolean(), (all, quick) => {
      const set = setOf(all, quick)
      seen[set.list === undefined ? 'bits' : 'list']++
      const expected = model(all)
      assert.equal(set.size, expected.size)
      for (let line = 0; line < UNIVERSE; line++) assert.equal(lineSetHolds(set, line), expected.has(line))
    }),
    { numRuns: 300 },
  )
  assert.ok(seen.list > 0 && seen.bits > 0, JSON.stringify(seen))
})

test('a scan visits what all sets hold, ascending, and stops where it is told', () => {
  fc.assert(
    fc.property(fc.array(ranges, { minLength: 1, maxLength: 3 }), fc.nat(UNIVERSE), (all, stop) => {
      const sets = all.map((each, index) => setOf(each, index === 1)) as [LineSet, ...LineSet[]]
      const models = all.map(model)
      const common = Array.from({ length: UNIVERSE }, (_, line) => line).filter((line) =>
        models.every((each) => each.has(line)),
      )
      const visited: number[] = []
      const at = scanCommon(sets, (line) => {
        visited.push(line)
        return line >= stop
      })
      const end = common.findIndex((line) => line >= stop)
      assert.deepEqual(visited, end < 0 ? common : common.slice(0, end + 1))
      assert.equal(at, end < 0 ? NO_LINE : common[end])
    }),
    { numRuns: 300 },
  )
})

test('nothing is in common with the empty set', () => {
  assert.equal(
    scanCommon([setOf([[0, 100]]), NO_LINES], () => true),
    NO_LINE,
  )
})
