import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayTimeText, fieldsOf, personIn, whatOf } from './event-text.ts'

test('an event is about its target and port, then about whom or what it names', () => {
  assert.equal(whatOf({ target: 'db-1', data: { port: 22 } }), 'db-1:22')
  assert.equal(whatOf({ target: null, data: { destination_host: '10.0.0.9', port: 22 } }), '10.0.0.9:22')
  assert.equal(whatOf({ target: null, data: { user: 'alice', version: 3 } }), 'alice')
  assert.equal(whatOf({ target: null, data: { version: 3 } }), 'version 3')
  assert.equal(whatOf({ target: null, data: {} }), '')
})

test('the day is told where it is not today', () => {
  const now = new Date(2026, 10, 22, 15)
  assert.equal(dayTimeText(new Date(2026, 10, 22, 14, 28, 9), now), '14:28:09')
  assert.equal(dayTimeText(new Date(2026, 10, 21, 14, 28, 9), now), '21 Nov 14:28:09')
})

test('fields are read as words and values on a line, and those with nothing in them not at all', () => {
  const data = {
    destination_host: 'db-1',
    keyType: ['a', 'b'],
    more: { a: 1 },
    old: false,
    tags: [],
    note: '',
    from: null,
  }
  assert.deepEqual(fieldsOf({ data }), [
    ['destination host', 'db-1'],
    ['key type', 'a, b'],
    ['more', '{"a":1}'],
    ['old', 'false'],
  ])
})

test('an event leads to who did it, and to whom it is about where the gateway or the machine did it', () => {
  assert.equal(personIn({ actor: 'alice', data: { user: 'bob' } }), 'alice')
  assert.equal(personIn({ actor: '@local:root', data: { user: 'bob' } }), 'bob')
  assert.equal(personIn({ actor: '@stranger', data: {} }), undefined)
})
