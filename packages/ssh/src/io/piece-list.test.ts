import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { appendPiece } from './piece-list.ts'

/** What a list keeps alive: each buffer once. */
function heldBytes(lists: readonly Uint8Array[][]): number {
  const buffers = new Set(lists.flat().map((piece) => piece.buffer))
  return [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0)
}

test('lists hold what was appended, in its order, whatever the sizes and whose turn it is', () => {
  const sizes = fc.oneof({ weight: 8, arbitrary: fc.nat(20) }, fc.integer({ min: 200, max: 300 }), fc.nat(3000))
  const turns = fc.array(fc.record({ list: fc.nat(2), size: sizes }), { maxLength: 600 })
  fc.assert(
    fc.property(turns, (appended) => {
      const lists: Uint8Array[][] = [[], [], []]
      const expected: number[][] = [[], [], []]
      let next = 0
      for (const { list, size } of appended) {
        const bytes = Uint8Array.from({ length: size }, () => next++ & 0xff)
        appendPiece(lists[list] as Uint8Array[], bytes)
        expected[list]?.push(...bytes)
      }
      lists.forEach((pieces, at) => {
        assert.deepEqual(Buffer.concat(pieces), Buffer.from(expected[at] ?? []))
      })
    }),
    { numRuns: 100 },
  )
})

test('single bytes for two peers that do not read, in turns, cost little more than themselves', () => {
  const lists: Uint8Array[][] = [[], []]
  const one = new Uint8Array(1)
  for (let i = 0; i < 200_000; i++) appendPiece(lists[i & 1] as Uint8Array[], one)
  assert.ok(lists.flat().length < 500, `${lists.flat().length} pieces`)
  assert.ok(heldBytes(lists) < 2 * 1024 * 1024, `${heldBytes(lists)} bytes held`)
})

test('a byte now and then for a peer that does not read does not hold the slabs of all others', () => {
  const stalled: Uint8Array[] = []
  for (let i = 0; i < 10_000; i++) {
    appendPiece(stalled, new Uint8Array(1))
    let busy: Uint8Array[] = []
    for (let j = 0; j < 33; j++) appendPiece(busy, new Uint8Array(250))
    busy = []
  }
  assert.ok(heldBytes([stalled]) < 1024 * 1024, `${heldBytes([stalled])} bytes held`)
})
