import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formatGoDuration, parseGoDuration } from './go-duration.ts'

// From the documentation and tests of Go's package time.
for (const [text, seconds] of [
  ['0', 0],
  ['5s', 5],
  ['-5s', -5],
  ['+5s', 5],
  ['5.0s', 5],
  ['.5s', 0.5],
  ['1.s', 1],
  ['1h15m30.918s', 4530.918],
  ['3h30m', 12_600],
  ['10ns', 1e-8],
  ['11us', 1.1e-5],
  ['12\u00b5s', 1.2e-5],
  ['12\u03bcs', 1.2e-5],
  ['39h9m14.425s', 140_954.425],
  ['0.100000000000000000000h', 360],
] as const) {
  test(`${text} is ${seconds} seconds`, () => assert.deepEqual(parseGoDuration(text), { ok: true, value: seconds }))
}

for (const [text, message] of [
  ['', 'time: invalid duration ""'],
  ['abc', 'time: invalid duration "abc"'],
  ['-', 'time: invalid duration "-"'],
  ['.', 'time: invalid duration "."'],
  ['.s', 'time: invalid duration ".s"'],
  ['3', 'time: missing unit in duration "3"'],
  ['1h30', 'time: missing unit in duration "1h30"'],
  ['7d', 'time: unknown unit "d" in duration "7d"'],
  ['1h 30m', 'time: unknown unit "h " in duration "1h 30m"'],
  ['9999999999h', 'time: invalid duration "9999999999h"'],
] as const) {
  test(`"${text}" is refused in Go's words`, () => assert.deepEqual(parseGoDuration(text), { ok: false, message }))
}

for (const [seconds, text] of [
  [0, '0s'],
  [1e-9, '1ns'],
  [1.1e-6, '1.1\u00b5s'],
  [0.0022, '2.2ms'],
  [3.3, '3.3s'],
  [605, '10m5s'],
  [605.001, '10m5.001s'],
  [17_645.001, '4h54m5.001s'],
  [604_801, '168h0m1s'],
  [-60, '-1m0s'],
] as const) {
  test(`${seconds} seconds print as ${text}`, () => assert.equal(formatGoDuration(seconds), text))
}

test('what is printed reads as the same duration', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 15), max: 10 ** 15 }), (nanoseconds) => {
      const seconds = nanoseconds / 1e9
      const again = parseGoDuration(formatGoDuration(seconds))
      assert.ok(again.ok && Math.abs(again.value - seconds) < 2e-9, formatGoDuration(seconds))
    }),
  )
})
