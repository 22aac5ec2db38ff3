import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { MIN_POOLED_BYTES, PacketBuffers, returnPacketBuffer } from './packet-buffers.ts'

mock.timers.enable({ apis: ['setTimeout'] })
/** Two looks: all that is kept is given up. */
const giveUpAll = () => {
  mock.timers.tick(1000)
  mock.timers.tick(1000)
}
beforeEach(giveUpAll)

test('memory that was given back is lent again, whatever view of it came back', () => {
  const buffers = new PacketBuffers()
  const first = buffers.take(32_789)
  returnPacketBuffer(first.subarray(9))
  assert.ok(buffers.take(20_000).buffer === first.buffer)
})

test('lent memory is never lent twice, also when it is given back twice', () => {
  const buffers = new PacketBuffers()
  const first = buffers.take(30_000)
  returnPacketBuffer(first)
  returnPacketBuffer(first)
  assert.ok(buffers.take(30_000).buffer !== buffers.take(30_000).buffer)
})

test('memory goes back to whose it is, and is never lent to another', () => {
  const [one, other] = [new PacketBuffers(), new PacketBuffers()]
  const first = one.take(30_000)
  returnPacketBuffer(first)
  const taken = Array.from({ length: 10 }, () => other.take(30_000))
  for (const view of taken) returnPacketBuffer(view)
  assert.ok(taken.every((view) => view.buffer !== first.buffer))
  assert.ok(one.take(30_000).buffer === first.buffer)
  assert.ok(
    Array.from({ length: 10 }, () => one.take(30_000)).every((view) => !taken.some((t) => t.buffer === view.buffer)),
  )
})

test('memory that is nobody’s is left alone', () => {
  const foreign = new Uint8Array(36 * 1024)
  returnPacketBuffer(foreign)
  returnPacketBuffer(new Uint8Array(0))
  assert.ok(new PacketBuffers().take(30_000).buffer !== foreign.buffer)
})

test('every size is served in its length; small ones never hold a large buffer', () => {
  const buffers = new PacketBuffers()
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
    const taken = buffers.take(bytes)
    assert.equal(taken.length, bytes)
    if (bytes < MIN_POOLED_BYTES || bytes > 136 * 1024) assert.equal(taken.buffer.byteLength, bytes)
    returnPacketBuffer(taken)
  }
})

/** How many of so many buffers are kept when they come back. */
function kept(count: number, buffers: PacketBuffers): number {
  const taken = Array.from({ length: count }, () => buffers.take(30_000))
  const before = new Set(taken.map((view) => view.buffer))
  for (const view of taken) returnPacketBuffer(view)
  const again = Array.from({ length: count }, () => buffers.take(30_000))
  for (const view of again) returnPacketBuffer(view)
  return again.filter((view) => before.has(view.buffer)).length
}

test('what is kept ready is bounded, for each and for all together', () => {
  const one = kept(500, new PacketBuffers())
  assert.ok(one > 100 && one * 36 * 1024 <= 4 * 1024 * 1024, `${one} buffers were kept`)
  const all = one + Array.from({ length: 12 }, () => kept(500, new PacketBuffers())).reduce((sum, count) => sum + count)
  assert.ok(all > 5 * one && all * 36 * 1024 <= 32 * 1024 * 1024, `${all} buffers were kept`)
  giveUpAll()
  assert.equal(kept(500, new PacketBuffers()), one, 'what was given up leaves room')
})

test('what is not used is given up, what is in use stays', () => {
  const [busy, idle] = [new PacketBuffers(), new PacketBuffers()]
  const [first, second] = [busy.take(30_000), idle.take(100_000)]
  returnPacketBuffer(first)
  returnPacketBuffer(second)
  for (let i = 0; i < 3; i++) {
    mock.timers.tick(1000)
    const again = busy.take(30_000)
    assert.ok(again.buffer === first.buffer)
    returnPacketBuffer(again)
  }
  assert.ok(idle.take(100_000).buffer !== second.buffer)
  giveUpAll()
  assert.ok(busy.take(30_000).buffer !== first.buffer)
})
