import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgumentError } from 'commander'
import { portNumber, wholeNumber } from './option-values.ts'
import { parseDestination } from './parse-destination.ts'
import { parseMoment } from './parse-moment.ts'
import { parseSpan } from './parse-span.ts'

test('a destination is [ssh] [login@]HOST[:PORT] [PORT]', () => {
  const table: [words: string, host: string, port: number, login?: string][] = [
    ['db1', 'db1', 22],
    ['db1:5432', 'db1', 5432],
    ['db1 5432', 'db1', 5432],
    ['root@db1', 'db1', 22, 'root'],
    ['ssh root@db1', 'db1', 22, 'root'],
    ['ssh root@db1:2222', 'db1', 2222, 'root'],
    ['ssh db1 2222', 'db1', 2222],
    ['ssh', 'ssh', 22],
    ['ssh 2222', 'ssh', 2222],
    ['ssh ssh', 'ssh', 22],
    ['ssh://root@db1:2222', 'db1', 2222, 'root'],
    ['alice@example.com@db1', 'db1', 22, 'alice@example.com'],
    ['root@[2001:db8::1]:22', '2001:db8::1', 22, 'root'],
    ['10.0.0.7 443', '10.0.0.7', 443],
    ['[2001:db8::1]:22', '2001:db8::1', 22],
    ['[2001:db8::1] 443', '2001:db8::1', 443],
    ['2001:db8::1', '2001:db8::1', 22],
    ['2001:db8::1 443', '2001:db8::1', 443],
    ['::1', '::1', 22],
  ]
  for (const [words, host, port, login] of table) {
    const expected = login === undefined ? { host, port } : { host, port, login }
    assert.deepEqual(parseDestination(words.split(' ')), expected, words)
  }
})

test('what is no destination is refused', () => {
  const bad = [
    '',
    'db1:0',
    'db1:65536',
    'db1:x',
    'db1 x',
    'db1:22 23',
    'a b c',
    'ssh a 1 2',
    '[::1',
    'db1/24',
    '@',
    '@db1',
    'a]b',
  ]
  for (const words of bad) assert.throws(() => parseDestination(words.split(' ')), { reason: 'usage.invalid' }, words)
})

test('spans are whole numbers with units', () => {
  const table: [string, number][] = [
    ['45s', 45],
    ['30m', 1800],
    ['12h', 43_200],
    ['1d12h', 129_600],
    ['2w', 1_209_600],
  ]
  for (const [text, seconds] of table) assert.equal(parseSpan(text), seconds)
  for (const text of ['', '5', 'h', '1.5h', '-1h', '1h 2m', '1y', '1234567s'])
    assert.throws(() => parseSpan(text), InvalidArgumentError, text)
})

test('a moment is a span back, or RFC 3339 with its zone', () => {
  const now = Date.parse('2026-01-31T12:00:00Z')
  const table: [string, string][] = [
    ['2h', '2026-01-31T10:00:00.000Z'],
    ['1d12h', '2026-01-30T00:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31 12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
  ]
  for (const [text, time] of table) assert.equal(parseMoment(text, now), time)
  for (const text of ['', 'yesterday', '31/01/2026', '2026-13-01', '2026-01-31T12:00', '1', 'Jan 1'])
    assert.throws(() => parseMoment(text, now), InvalidArgumentError, text)
})

test('numbers are plain decimal within their bounds', () => {
  assert.equal(portNumber('22'), 22)
  for (const text of ['0', '65536', '-1', '+5', '1e3', '0x10', '22 ', '', 'x']) assert.throws(() => portNumber(text))
  assert.equal(wholeNumber(0, 10)('0'), 0)
})
