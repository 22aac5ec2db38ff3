import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MIN_POOLED_BYTES, returnPacketBuffer, takePacketBuffer } from './packet-buffers.ts'

test('memory that was given back is lent again, whatever view of it came back', () => {
  const first = takePacketBuffer(32_789)
  returnPacketBuffer(first.subarray(9))
  assert.equal(takePacketBuffer(20_000).buffer, first.buffer)
})

test('lent memory is never lent twice, also when it is given back twice', () => {
  const first = takePacketBuffer(30_000)
  returnPacketBuffer(first)
  returnPacketBuffer(first)
  assert.notEqual(takePacketBuffer(30_000).buffer, takePacketBuffer(30_000).buffer)
})

test('memory that is not the pool’s is left alone', () => {
  const foreign = new Uint8Array(36 * 1024)
  returnPacketBuffer(foreign)
  returnPacketBuffer(new Uint8Array(0))
  assert.notEqual(takePacketBuffer(30_000).buffer, foreign.buffer)
})

test('every size is served in its length; small ones never hold a large buffer', () => {
  for (const bytes of [
    0,
    1,
    100,
    MIN_POOLED_BYTES - 1,
    MIN_POOLED_BYTES,
    36 * 1024,
    36 * 1024 + 1,
    136 * 1024,
    270_000,
  ]) {
    const taken = takePacketBuffer(bytes)
    assert.equal(taken.length, bytes)
    if (bytes < MIN_POOLED_BYTES || bytes > 136 * 1024) assert.equal(taken.buffer.byteLength, bytes)
    returnPacketBuffer(taken)
  }
})

test('what is kept ready is bounded', () => {
  const taken = Array.from({ length: 500 }, () => takePacketBuffer(30_000))
  const buffers = new Set(taken.map((view) => view.buffer))
  for (const view of taken) returnPacketBuffer(view)
  const again = Array.from({ length: 500 }, () => takePacketBuffer(30_000))
  const kept = again.filter((view) => buffers.has(view.buffer)).length
  assert.ok(kept > 100 && kept * 36 * 1024 <= 4 * 1024 * 1024, `${kept} buffers were kept`)
})
