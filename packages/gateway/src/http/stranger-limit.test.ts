import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STRANGER_BURST, STRANGER_PER_SECOND, STRANGERS_MAX, StrangerLimit } from './stranger-limit.ts'

test('V-E04 a source has its burst, then what trickles in, and another source its own', () => {
  let now = 0
  const limit = new StrangerLimit(() => now)
  for (let n = 0; n < STRANGER_BURST; n++) assert.equal(limit.take('a'), 0)
  assert.equal(limit.take('a'), 1)
  assert.equal(limit.take('b'), 0)
  now += 1000
  for (let n = 0; n < STRANGER_PER_SECOND; n++) assert.equal(limit.take('a'), 0)
  assert.equal(limit.take('a'), 1)
  now += 1e9
  for (let n = 0; n < STRANGER_BURST; n++) assert.equal(limit.take('a'), 0, 'never more than the burst')
  assert.equal(limit.take('a'), 1)
})

test('whoever is refused does not push the end of it away by asking', () => {
  let now = 0
  const limit = new StrangerLimit(() => now)
  for (let n = 0; n < STRANGER_BURST; n++) limit.take('a')
  for (let ms = 0; ms < 900; ms++) {
    now++
    limit.take('a')
  }
  now += 200
  assert.equal(limit.take('a'), 0)
})

test('any number of sources fit into the bounded table, and the one that keeps asking is not forgotten', () => {
  const limit = new StrangerLimit(() => 0)
  for (let n = 0; n < STRANGER_BURST; n++) limit.take('busy')
  for (let n = 0; n < 3 * STRANGERS_MAX; n++) {
    limit.take(`source ${n}`)
    if (n % 1000 === 0) assert.notEqual(limit.take('busy'), 0)
  }
  assert.equal(limit.size, STRANGERS_MAX)
  assert.notEqual(limit.take('busy'), 0)
})
