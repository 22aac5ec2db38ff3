import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOf, momentFrom, momentParam, questionOf, readQuery, tokensOf, valueText } from './audit-query.ts'
import { filterOf, readAuditSearch, valuesOf } from './audit-search.ts'

const now = new Date(2026, 10, 22, 14, 30)

test('words with a field are filters, the others one text; a field without a value is a word', () => {
  assert.deepEqual(readQuery('actor:alice  Type:access no route'), { actor: 'alice', type: 'access', text: 'no route' })
  assert.deepEqual(readQuery('actor: 10.0.0.1:22'), { text: 'actor: 10.0.0.1:22' })
  assert.deepEqual(readQuery('after:2026-11-22T14:00:00Z'), { after: '2026-11-22T14:00:00Z' })
  assert.deepEqual(readQuery('  '), {})
  assert.deepEqual(readQuery('actor:alice,bob after:today actor:bob,carol after:2h'), {
    actor: 'alice,bob,carol',
    after: '2h',
  })
})

test('times may be said in days, spans and dates', () => {
  assert.deepEqual(momentFrom('today', now), new Date(2026, 10, 22))
  assert.deepEqual(momentFrom('yesterday', now), new Date(2026, 10, 21))
  assert.deepEqual(momentFrom('2h', now), new Date(2026, 10, 22, 12, 30))
  assert.deepEqual(momentFrom('2026-11-01', now), new Date(2026, 10, 1))
  assert.deepEqual(momentFrom('2026-11-01T10:00:00Z', now), new Date('2026-11-01T10:00:00Z'))
  for (const none of ['noon', '2026-99-99', '5x', '']) assert.equal(momentFrom(none, now), undefined, none)
})

test('the question has what is filtered by and nothing else', () => {
  const search = readAuditSearch({ actor: 'alice', after: '2h', event: 7 })
  assert.deepEqual(questionOf(search, now), { actor: 'alice', from: new Date(2026, 10, 22, 12, 30).toISOString() })
  assert.deepEqual(tokensOf(search), [
    { field: 'actor', value: 'alice' },
    { field: 'after', value: '2h' },
  ])
})

test('a filter of several values asks for each of them', () => {
  const search = readAuditSearch({ outcome: 'denied,failed', actor: 'alice,,bob,alice', target: 'db-1', text: 'a,b' })
  assert.deepEqual(questionOf(search, now), {
    outcome: ['denied', 'failed'],
    actor: ['alice', 'bob'],
    target: 'db-1',
    text: 'a,b',
  })
  assert.equal(faultOf(search, now), undefined)
  assert.match(faultOf(readAuditSearch({ outcome: 'denied,lost' }), now) ?? '', /^“lost” is no outcome/)
})

test('a value with a comma in it, such as a target that somebody asked for, is one value', () => {
  const values = ['db-1,10.0.0.5', 'db-2', 'a\\', ',', 'corp\\alice']
  assert.deepEqual(valuesOf(filterOf(values)), values)
  const search = readAuditSearch({ target: filterOf(['db-1,10.0.0.5']) })
  assert.deepEqual(questionOf(search, now), { target: 'db-1,10.0.0.5' })
  assert.deepEqual(valuesOf('corp\\alice'), ['corp\\alice'], 'as it was typed')
  assert.deepEqual(readQuery('target:a\\,b target:c'), { target: 'a\\,b,c' })
})

test('a time that is none is told', () => {
  assert.match(faultOf(readAuditSearch({ after: 'noon' }), now) ?? '', /^“noon” is no time/)
  assert.equal(faultOf(readAuditSearch({ after: 'today' }), now), undefined)
})

test('an outcome is a filter, and one that is none is told', () => {
  assert.deepEqual(questionOf(readAuditSearch({ outcome: 'denied' }), now), { outcome: 'denied' })
  assert.match(faultOf(readAuditSearch({ outcome: 'lost' }), now) ?? '', /^“lost” is no outcome/)
})

test('a moment in the address bar means the same everywhere, and is read by its reader’s clock', () => {
  const at = new Date(2026, 10, 22, 14, 15)
  assert.equal(momentParam(at), `${at.toISOString().slice(0, 16)}Z`)
  assert.deepEqual(momentFrom(momentParam(at), now), at)
  assert.deepEqual(momentFrom(momentParam(new Date(at.getTime() + 1), true), now), new Date(at.getTime() + 1000))
  assert.equal(valueText('after', momentParam(at), now), '14:15')
  assert.equal(valueText('before', momentParam(new Date(2026, 10, 21, 9, 0, 30)), now), '21 Nov 09:00:30')
  assert.equal(valueText('after', 'today', now), 'today')
  assert.equal(valueText('text', '2026-11-22T14:15Z', now), '2026-11-22T14:15Z')
})
