import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counted } from './count.ts'
import { formatBytes, formatSeconds, formatTime } from './values.ts'

test('spans have two units at most', () => {
  const table: [number, string][] = [
    [0, '0s'],
    [-3, '0s'],
    [59.4, '59s'],
    [59.6, '1m'],
    [200, '3m 20s'],
    [3600, '1h'],
    [18_720, '5h 12m'],
    [86_399, '23h 59m'],
    [1_047_600, '12d 3h'],
  ]
  for (const [seconds, text] of table) assert.equal(formatSeconds(seconds), text)
})

test('bytes have one decimal and powers of ten', () => {
  const table: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [1_400_000, '1.4 MB'],
    [2 ** 53, '9.0 PB'],
  ]
  for (const [bytes, text] of table) assert.equal(formatBytes(bytes), text)
})

test('times say how long ago or ahead', () => {
  const now = Date.parse('2026-01-31T12:00:00Z')
  assert.match(formatTime('2026-01-31T11:00:00Z', now), /^2026-0\d-\d\d \d\d:\d\d:\d\d \(1h ago\)$/)
  assert.match(formatTime('2026-01-31T12:00:30Z', now), /\(in 30s\)$/)
})

test('a number agrees with its noun', () => {
  assert.deepEqual([counted(0, 'key'), counted(1, 'key'), counted(2, 'key')], ['no keys', '1 key', '2 keys'])
  assert.equal(counted(2, 'entry', 'entries'), '2 entries')
})
