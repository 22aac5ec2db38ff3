import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventOf, everyEvent } from '../test/sample-events.ts'
import { AuditError } from './errors.ts'
import type { AuditEvent } from './event.ts'
import { decodeLine, encodeLine, fieldKey, GENESIS_HASH, hashLine, LINE_MAX_BYTES, prepareEvent } from './line.ts'

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const lineOf = (event: AuditEvent) => encodeLine(7, TIME, GENESIS_HASH, prepareEvent(event))

suite('lines of the log', () => {
  test('a line is canonical JSON: place first, then type, context and fields in the order of the table', () => {
    const line = lineOf({
      type: 'passage-failed',
      reason: 'refused',
      port: 22,
      passage: 'psg_abcdefghijklmnop' as never,
      address: '192.0.2.7',
      source: '198.51.100.1',
      actor: 'alice',
    })
    assert.equal(
      line,
      `{"seq":7,"time":"2026-01-02T03:04:05.678Z","previous":"${GENESIS_HASH}","type":"passage-failed","actor":"alice",` +
        '"source":"198.51.100.1","passage":"psg_abcdefghijklmnop","address":"192.0.2.7","port":22,"reason":"refused"}',
    )
  })

  test('every event type is read back from its line with what was put in', () => {
    for (const event of everyEvent()) {
      const record = decodeLine(lineOf(event))
      assert.ok(record, event.type)
      const { seq, time, previous, type, actor, session, source } = record
      assert.deepEqual(
        { seq, time, previous, type, actor, session, source },
        {
          seq: 7,
          time: TIME,
          previous: GENESIS_HASH,
          type: event.type,
          actor: 'text',
          session: 'text',
          source: 'text',
        },
      )
      const given = Object.keys(event).filter((name) => !['type', 'actor', 'session', 'source'].includes(name))
      assert.deepEqual(new Set(Object.keys(record.fields)), new Set(given.map(fieldKey)))
    }
  })

  const hostile = [
    { name: 'C0', text: Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join('') },
    { name: 'DEL and C1', text: Array.from({ length: 33 }, (_, i) => String.fromCharCode(0x7f + i)).join('') },
    { name: 'ESC sequences', text: '\x1b]0;owned\x07\x1b[2J' },
    { name: 'line separators', text: 'a\u2028b\u2029c\r\n' },
    { name: 'bidirectional overrides', text: '\u202eevil\u2066' },
    { name: 'quotes and backslashes', text: '"\\'.repeat(5000) },
    { name: 'a megabyte of ESC', text: '\x1b'.repeat(1_000_000) },
    { name: 'a megabyte of letters of three bytes', text: '日'.repeat(1_000_000) },
    { name: 'a megabyte of emoji', text: '😀'.repeat(500_000) },
  ]
  for (const { name, text } of hostile) {
    test(`V-I03 ${name} in every field of every event: one printable line of at most 8 KiB`, () => {
      for (const event of everyEvent(text)) {
        const line = lineOf(event)
        assert.ok(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u.test(line), event.type)
        assert.ok(Buffer.byteLength(line) <= LINE_MAX_BYTES, `${event.type}: ${Buffer.byteLength(line)}`)
        assert.ok(decodeLine(line), event.type)
        // What a reader gets from parsing it is as harmless as the line.
        const values = JSON.stringify(Object.values(JSON.parse(line) as object).flat()).replaceAll('\\\\', '')
        assert.ok(!/\\u00[0-9a-f]{2}|\\[nrtbf]/.test(values), event.type)
      }
    })
  }

  const wrong: { name: string; event: unknown }[] = [
    { name: 'an unknown type', event: { type: 'door-kicked', actor: 'alice' } },
    { name: 'a type of the prototype', event: { type: 'toString', actor: 'alice' } },
    { name: 'a missing actor', event: { type: 'connection-opened', door: 'ssh' } },
    { name: 'a missing field', event: { type: 'connection-opened', actor: 'alice' } },
    { name: 'a field of another type', event: { type: 'connection-opened', actor: 'alice', door: 22 } },
    { name: 'an unknown field', event: { type: 'connection-opened', actor: 'alice', door: 'ssh', password: 'x' } },
    { name: 'a negative number', event: { ...eventOf('penalty-applied'), seconds: -1 } },
    { name: 'a fraction', event: { ...eventOf('penalty-applied'), seconds: 0.5 } },
    { name: 'a time that is none', event: { ...eventOf('ban-added'), until: Number.NaN } },
    { name: 'a list with something else in it', event: { ...eventOf('config-changed'), keys: ['a', 1] } },
  ]
  for (const { name, event } of wrong) {
    test(`an event with ${name} is refused`, () => {
      assert.throws(
        () => prepareEvent(event as AuditEvent),
        (error) => error instanceof AuditError && error.code === 'event-invalid',
      )
    })
  }

  test('an optional field that is undefined is left out', () => {
    const { tail } = prepareEvent({ ...eventOf('connection-opened'), session: undefined })
    assert.ok(!tail.includes('session'))
  })

  const good = lineOf(eventOf('connection-opened'))
  const spoilt = [
    { name: 'is no JSON', line: good.slice(0, -1) },
    { name: 'has a key twice', line: good.replace('"actor":', '"actor":"mallory","actor":') },
    { name: 'has a space', line: good.replace('":"', '": "') },
    { name: 'spells a letter another way', line: good.replace('text', '\\u0074ext') },
    { name: 'has no place', line: good.replace('"seq":7,', '') },
    { name: 'has a place that is no number', line: good.replace('"seq":7', '"seq":"7"') },
    { name: 'has a time in another form', line: good.replace('.678Z', 'Z') },
    { name: 'has no hash of the one before', line: good.replace(GENESIS_HASH, '') },
    { name: 'has an object for a field', line: good.replace('"door":"text"', '"door":{}') },
    { name: 'is null', line: 'null' },
  ]
  for (const { name, line } of spoilt) {
    test(`a line that ${name} is not read`, () => {
      assert.notEqual(line, good)
      assert.equal(decodeLine(line), undefined)
    })
  }

  test('a type and fields of a later version are read', () => {
    const record = decodeLine(good.replace('connection-opened', 'door-painted').replace('"door"', '"colour"'))
    assert.deepEqual(record && [record.type, record.fields], ['door-painted', { colour: 'text' }])
  })

  test('the hash is SHA-256 over the UTF-8 of the line', () => {
    assert.equal(hashLine('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
