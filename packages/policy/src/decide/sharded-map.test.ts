import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ShardedMap } from './sharded-map.ts'

const key = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((number) => `name-${number}`),
  fc.integer({ min: 0, max: 40 }),
  fc.bigInt({ min: 0n, max: 40n }),
)
const change = fc.tuple(key, fc.option(fc.nat(), { nil: undefined }))

test('a sharded map holds what a Map holds, and the one before a change stays what it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat())), fc.array(fc.array(change)), (entries, rounds) => {
      let model = new Map(entries)
      let map = ShardedMap.of<string | number | bigint, number>(new Map(entries))
      for (const changes of rounds) {
        const before = map
        const modelBefore = model
        model = new Map(model)
        for (const [name, value] of changes) {
          if (value === undefined) model.delete(name)
          else model.set(name, value)
        }
        map = map.with(new Map(changes))
        for (const [held, expected] of [
          [map, model],
          [before, modelBefore],
        ] as const) {
          assert.deepEqual(new Map(held.entries()), expected)
          assert.equal(held.size, expected.size)
        }
      }
      for (const [name, value] of model) assert.equal(map.get(name), value)
    }),
    { numRuns: 300 },
  )
})

test('a map that grows from nothing keeps its shards small', () => {
  let map = ShardedMap.of<string, number>(new Map())
  for (let index = 0; index < 3000; index++) map = map.with(new Map([[`name-${index}`, index]]))
  assert.equal(map.size, 3000)
  for (let index = 0; index < 3000; index++) assert.equal(map.get(`name-${index}`), index)
  assert.equal(map.has('name-3000'), false)
})
