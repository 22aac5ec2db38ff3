import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countParam, given, oneOfParam, textParam } from './search-param.ts'

test('a number in the address bar is a text again, and nothing is nothing', () => {
  assert.deepEqual([22, true, 'db', '', undefined, {}, null].map(textParam), [
    '22',
    'true',
    'db',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('only what may be chosen is chosen', () => {
  assert.equal(oneOfParam('admin', ['owner', 'admin'] as const), 'admin')
  assert.equal(oneOfParam('__proto__', ['owner', 'admin'] as const), undefined)
})

test('a line is a whole number from 1', () => {
  assert.deepEqual([1, '7', 0, -1, 1.5, 'x', undefined].map(countParam), [
    1,
    7,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('filters that filter nothing do not stand in the address bar', () =>
  assert.deepEqual(given({ text: '', role: undefined, line: 3 }), { line: 3 }))
