import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { UserId, WebSessionId } from '@sallyport/model'
import { DEVICE_INTERVAL_MS, DEVICE_LIFE_MS, DEVICE_REQUESTS_MAX, DeviceRequests } from './device-requests.ts'
import { LOOPBACK_CODES_MAX, LOOPBACK_LIFE_MS, LoopbackCodes } from './loopback-codes.ts'

const approval = { userId: 'usr_a' as UserId, approver: 'web_a' as WebSessionId }
const laptop = { agent: 'sallyport/0 on laptop', source: '192.0.2.1' }

function requests() {
  const clock = { now: 0 }
  return { clock, waiting: new DeviceRequests({ randomBytes, now: () => clock.now }) }
}

test('user codes are eight consonants, each as likely as the others', () => {
  const { waiting } = requests()
  const counts = new Map<string, number>()
  for (let round = 0; round < 1000; round++) {
    const { userCode } = waiting.start(laptop)
    assert.match(userCode, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/)
    for (const letter of userCode) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  assert.equal(counts.size, 20)
  // 400 expected of each, with a standard deviation below 20
  for (const [letter, count] of counts) assert.ok(count > 280 && count < 520, `${letter}: ${count}`)
})

test('bytes that would make some letters likelier are drawn again', () => {
  const draws = [new Uint8Array(32).fill(1), new Uint8Array(8).fill(255), Uint8Array.of(239, 0, 19, 20, 240, 241, 1, 2)]
  const waiting = new DeviceRequests({ randomBytes: (size) => draws.shift() ?? new Uint8Array(size), now: () => 0 })
  assert.equal(waiting.start(laptop).userCode, 'ZBZBCDBB')
})

test('a poll too soon makes the next ones wait longer; one in time does not', () => {
  const { clock, waiting } = requests()
  const { deviceCode } = waiting.start(laptop)
  clock.now += DEVICE_INTERVAL_MS
  assert.deepEqual(waiting.poll(deviceCode), { status: 'pending', intervalMs: DEVICE_INTERVAL_MS })
  clock.now += 100
  assert.deepEqual(waiting.poll(deviceCode), { status: 'slow-down', intervalMs: DEVICE_INTERVAL_MS + 5000 })
  clock.now += DEVICE_INTERVAL_MS
  assert.deepEqual(waiting.poll(deviceCode), { status: 'slow-down', intervalMs: DEVICE_INTERVAL_MS + 10_000 })
  clock.now += DEVICE_INTERVAL_MS + 10_000
  assert.equal(waiting.poll(deviceCode).status, 'pending')
})

test('a request is decided once, answered once, and ends after its time even if it was approved', () => {
  const { clock, waiting } = requests()
  const first = waiting.start(laptop)
  assert.equal(waiting.decide(first.userCode, approval)?.agent, laptop.agent)
  assert.equal(waiting.decide(first.userCode, 'denied'), undefined)
  assert.equal(waiting.find(first.userCode), undefined)
  assert.equal(waiting.poll(first.deviceCode).status, 'approved')
  assert.equal(waiting.poll(first.deviceCode).status, 'expired')
  const late = waiting.start(laptop)
  waiting.decide(late.userCode, approval)
  clock.now += DEVICE_LIFE_MS
  assert.equal(waiting.poll(late.deviceCode).status, 'expired')
  const forgotten = waiting.start(laptop)
  clock.now += DEVICE_LIFE_MS
  assert.equal(waiting.find(forgotten.userCode), undefined)
  waiting.start(laptop)
  assert.equal(waiting.size, 1, 'what has expired takes no room')
})

test('a flood from one address makes room with its own requests', () => {
  const { waiting } = requests()
  const mine = waiting.start(laptop)
  for (let count = 0; count < DEVICE_REQUESTS_MAX * 2; count++) waiting.start({ ...laptop, source: '198.51.100.9' })
  assert.equal(waiting.size, DEVICE_REQUESTS_MAX)
  assert.equal(waiting.find(mine.userCode)?.source, laptop.source)
})

test('codes for the browser’s way end after their time, and never pile up', () => {
  const clock = { now: 0 }
  const codes = new LoopbackCodes({ randomBytes, now: () => clock.now })
  const verifier = 'v'.repeat(43)
  const challenge = '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM'
  const late = codes.issue(approval, challenge)
  clock.now += LOOPBACK_LIFE_MS
  assert.equal(codes.redeem(late, verifier), undefined)
  for (let count = 0; count < LOOPBACK_CODES_MAX * 2; count++) codes.issue(approval, challenge)
  assert.equal(codes.size, LOOPBACK_CODES_MAX)
  assert.equal(codes.redeem('spd_', verifier), undefined)
})
