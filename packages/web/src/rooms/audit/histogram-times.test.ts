import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axisOf, edgeAt, frameClock } from './histogram-times.ts'

const HOUR_S = 3600
const midnight = new Date(2026, 10, 22)
const frame = (from: Date, to: Date, seconds: number, buckets: number) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  start: from.toISOString(),
  bucket_seconds: seconds,
  buckets: Array.from({ length: buckets }, () => ({ count: 0, denied: 0 })),
})

test('a day is told by the clock, days by their dates, and seconds where bars are that narrow', () => {
  const today = frame(midnight, new Date(2026, 10, 22, 14, 30), 900, 58)
  assert.equal(frameClock(today)(new Date(2026, 10, 22, 6)), '06:00')
  const two = frame(new Date(2026, 10, 21, 12), new Date(2026, 10, 22, 12), 900, 96)
  assert.equal(frameClock(two)(new Date(2026, 10, 22, 6)), '22 Nov 06:00')
  const month = frame(new Date(2026, 9, 22), midnight, 24 * HOUR_S, 31)
  assert.equal(frameClock(month)(new Date(2026, 10, 1)), '1 Nov')
  const minute = frame(midnight, new Date(midnight.getTime() + 60_000), 1, 60)
  assert.equal(frameClock(minute)(midnight), '00:00:00')
})

test('the axis goes from the first bar to the end of the last, and edges never leave what was counted', () => {
  const to = new Date(2026, 10, 22, 23, 30)
  const day = frame(midnight, to, HOUR_S, 24)
  assert.deepEqual(axisOf(day).slice(0, 4), ['00:00', '06:00', '12:00', '18:00'])
  assert.deepEqual(axisOf(frame(midnight, to, HOUR_S, 2)), ['00:00', '01:00', '02:00'], 'no moment twice')
  assert.deepEqual(edgeAt(day, 1), new Date(2026, 10, 22, 1))
  assert.deepEqual(edgeAt(day, 24), to)
})
