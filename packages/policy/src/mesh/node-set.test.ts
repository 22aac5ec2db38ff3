import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  addAll,
  addTo,
  intersectionOf,
  intersects,
  newSet,
  placesOf,
  setHolds,
  unionOf,
  withPlace,
} from './node-set.ts'

const places = fc.uniqueArray(fc.nat(200), { maxLength: 40 })
const ascending = (list: Iterable<number>): number[] => [...list].toSorted((a, b) => a - b)

function setOf(list: readonly number[]) {
  const set = newSet(201)
  for (const place of list) addTo(set, place)
  return set
}

test('a set of nodes is what a Set of numbers is', () => {
  fc.assert(
    fc.property(places, places, fc.nat(300), (a, b, place) => {
      const [one, two] = [setOf(a), setOf(b)]
      assert.deepEqual([...placesOf(one)], ascending(a))
      assert.equal(setHolds(one, place), a.includes(place))
      assert.deepEqual([...placesOf(unionOf([one, two]))], ascending(new Set([...a, ...b])))
      assert.deepEqual([...placesOf(intersectionOf(one, two))], ascending(a.filter((item) => b.includes(item))))
      assert.equal(
        intersects(one, two),
        a.some((item) => b.includes(item)),
      )
      const all = newSet(201)
      addAll(all, one)
      assert.deepEqual(all, one)
    }),
  )
})

test('adding and removing make a copy, and the set itself where nothing changes', () => {
  fc.assert(
    fc.property(places, fc.nat(300), (list, place) => {
      const set = setOf(list)
      const added = withPlace(set, place, true)
      assert.deepEqual([...placesOf(added)], ascending(new Set([...list, place])))
      assert.equal(added === set, list.includes(place))
      const removed = withPlace(set, place, false)
      assert.deepEqual([...placesOf(removed)], ascending(list.filter((item) => item !== place)))
      assert.equal(removed === set, !list.includes(place))
      assert.deepEqual([...placesOf(set)], ascending(list))
    }),
  )
})
