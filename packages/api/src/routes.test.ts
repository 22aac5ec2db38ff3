import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLES } from '@sallyport/model'
import { API_ERRORS } from './error-codes.ts'
import { isRead, pathParameters, type Route, scopeHolds } from './route.ts'
import { routes } from './routes.ts'

const table: [string, Route][] = Object.entries(routes)

/** What people do about themselves, or before anybody knows them. */
const PERSONAL: ReadonlySet<string> = new Set(['auth', 'link', 'me', 'device', 'approval'])
/** About the caller alone, though its noun is not. */
const OWN: ReadonlySet<string> = new Set(['daemon.ssh-config'])
/** What anybody may fetch without being anybody. */
const PUBLIC: ReadonlySet<string> = new Set(['krl', 'api'])
const nounOf = (name: string): string => name.slice(0, name.indexOf('.'))

test('every route says who may call it, and about others nobody below auditor may', () => {
  for (const [name, { callers }] of table) {
    if (PERSONAL.has(nounOf(name)) || OWN.has(name) || PUBLIC.has(nounOf(name))) continue
    assert.ok(callers !== 'anyone', name)
    assert.ok(
      callers.every((role) => ROLES.includes(role) && role !== 'member'),
      name,
    )
  }
})

test('what anybody may fetch takes no input and changes nothing', () => {
  for (const [name, route] of table) {
    if (!PUBLIC.has(nounOf(name))) continue
    assert.ok(route.method === 'GET' && Object.keys(route.input.shape).length === 0, name)
  }
})

test('only owners and admins may change anything', () => {
  for (const [name, route] of table) {
    if (isRead(route) || PERSONAL.has(nounOf(name))) continue
    assert.deepEqual(route.callers, ['owner', 'admin'], name)
  }
})

test('of what takes a body, these only look', () => {
  const looking = table.filter(([, route]) => isRead(route) && route.method !== 'GET').map(([name]) => name)
  assert.deepEqual(looking, ['policy.check', 'policy.explain', 'policy.diff', 'policy.who-can', 'policy.simulate'])
})

test('a token that reads policies may check and simulate one, and put none into force', () => {
  const may = (scope: string): string[] =>
    table.filter(([name, route]) => nounOf(name) === 'policy' && scopeHolds(scope, name, route)).map(([name]) => name)
  const looking = [
    'policy.show',
    'policy.groups',
    'policy.history',
    'policy.check',
    'policy.explain',
    'policy.diff',
    'policy.who-can',
    'policy.simulate',
  ]
  for (const scope of ['read', 'policy:read']) assert.deepEqual(may(scope).toSorted(), looking.toSorted(), scope)
})

test('no two routes share a method and a path', () => {
  const places = table.map(([, { method, path }]) => `${method} ${path.replaceAll(/:[a-z_]+/g, ':')}`)
  assert.equal(new Set(places).size, places.length)
})

test('every path parameter is a field of the input', () => {
  for (const [name, { path, input }] of table)
    for (const parameter of pathParameters(path)) assert.ok(parameter in input.shape, `${name}: ${parameter}`)
})

test('every input refuses fields it does not know', () => {
  for (const [name, { input }] of table) {
    const result = input.safeParse({ never_declared: 1 })
    assert.ok(!result.success && result.error.issues.some((issue) => issue.code === 'unrecognized_keys'), name)
  }
})

test('error codes are unique', () => {
  const codes = Object.values(API_ERRORS).map(({ code }) => code)
  assert.equal(new Set(codes).size, codes.length)
})
