import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeInput, encodeInput } from './input-codec.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

function roundTrip(route: Route, input: Record<string, unknown>, parameters: Record<string, string> = {}) {
  const { path, body } = encodeInput(route, input)
  const url = new URL(path, 'http://x')
  return decodeInput(route, parameters, url.searchParams, body === undefined ? undefined : JSON.parse(body))
}

test('a GET input travels in the query and keeps its types', () => {
  const sent = { type: 'passage', limit: 7, before: 0 }
  const result = roundTrip(routes['audit.search'], sent)
  assert.deepEqual(result.data, sent)
  assert.deepEqual(roundTrip(routes['audit.tail'], { follow: true, last: 0 }).data, { follow: true, last: 0 })
})

test('a text that looks like a number stays a text where the schema has a text', () => {
  assert.deepEqual(roundTrip(routes['audit.search'], { actor: '1000' }).data, { actor: '1000', limit: 100 })
})

test('a path parameter is escaped and joined with the body', () => {
  const fingerprint = 'SHA256:a/b+c='
  assert.equal(encodeInput(routes['key.remove'], { key: fingerprint }).path, '/v1/keys/SHA256%3Aa%2Fb%2Bc%3D')
  const result = roundTrip(routes['user.update'], { user: 'alice', disabled: true }, { user: 'alice' })
  assert.deepEqual(result.data, { user: 'alice', disabled: true })
})

test('a field of a query that may have several values has each of them once, and one is one', () => {
  const sent = { type: ['passage', 'access'], outcome: ['denied', 'failed', 'banned'], actor: 'alice', limit: 7 }
  const { path } = encodeInput(routes['audit.search'], sent)
  assert.equal(
    path,
    '/v1/audit?type=passage&type=access&outcome=denied&outcome=failed&outcome=banned&actor=alice&limit=7',
  )
  assert.deepEqual(roundTrip(routes['audit.search'], sent).data, sent)
  assert.equal(roundTrip(routes['audit.search'], { actor: Array.from({ length: 51 }, String) }).success, false)
  assert.equal(roundTrip(routes['audit.search'], { text: ['a', 'b'] }).success, false)
})

test('a field that comes a hundred thousand times is read in a time that grows with it, and refused', () => {
  const query = new URLSearchParams('a=&'.repeat(100_000))
  const started = performance.now()
  assert.equal(decodeInput(routes['auth.state'], {}, query, undefined).success, false)
  // Copying what came before at each would take minutes.
  assert.ok(performance.now() - started < 20_000)
})

test('a parameter that stands twice is refused', () => {
  const twice = new URLSearchParams('limit=1&limit=2')
  assert.equal(decodeInput(routes['audit.search'], {}, twice, undefined).success, false)
  const both = decodeInput(routes['user.update'], { user: 'alice' }, new URLSearchParams(), { user: 'bob' })
  assert.equal(both.success, false)
})

test('names that reach into prototypes are unknown fields', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const query = new URLSearchParams([[name, '1']])
    assert.equal(decodeInput(routes['audit.search'], {}, query, undefined).success, false, name)
    const body: unknown = JSON.parse(`{"name":"a","${name}":1}`)
    assert.equal(decodeInput(routes['user.add'], {}, new URLSearchParams(), body).success, false, name)
  }
})

test('a body that is no object is refused', () => {
  for (const body of [1, 'x', [], null, true])
    assert.equal(decodeInput(routes['user.add'], {}, new URLSearchParams(), body).success, false)
})
