/** Every route × role × way of asking, against a list that stands apart from the route table on purpose. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RouteName, routes } from '@sallyport/api'
import { type ApiTokenId, ROLES, type Role, type UserId, type WebSessionId } from '@sallyport/model'
import type { Handlers } from '../src/control/handlers.ts'
import { apiApp } from '../src/http/api-app.ts'
import type { Peer } from '../src/http/peer.ts'
import { createLog } from '../src/ops/log-writer.ts'

const READ = ['owner', 'admin', 'auditor']
const CHANGE = ['owner', 'admin']

const EVERYBODY = ['owner', 'admin', 'auditor', 'member']
/** Also whoever has not signed in. */
const ANYONE = [...EVERYBODY, 'nobody']

/** Who may do what. A new route has to be entered here, and one that changes its callers has to be changed here. */
const MAY: Readonly<Record<RouteName, readonly string[]>> = {
  'user.list': READ,
  'user.add': CHANGE,
  'user.show': READ,
  'user.update': CHANGE,
  'user.remove': CHANGE,
  'key.list': READ,
  'key.add': CHANGE,
  'key.remove': CHANGE,
  'target.list': READ,
  'target.add': CHANGE,
  'target.show': READ,
  'target.update': CHANGE,
  'target.remove': CHANGE,
  'target.import': CHANGE,
  'policy.show': READ,
  'policy.history': READ,
  'policy.check': READ,
  'policy.explain': READ,
  'policy.apply': CHANGE,
  'policy.edit': CHANGE,
  'policy.rollback': CHANGE,
  'policy.diff': READ,
  'policy.who-can': READ,
  'policy.simulate': READ,
  'session.list': READ,
  'session.kill': CHANGE,
  'session.kill-user': CHANGE,
  'ban.list': READ,
  'ban.add': CHANGE,
  'ban.remove': CHANGE,
  'audit.search': READ,
  'audit.count': READ,
  'audit.tail': READ,
  'audit.verify': READ,
  'audit.export': READ,
  'daemon.status': READ,
  'daemon.doctor': READ,
  'daemon.config': READ,
  'daemon.ssh-config': EVERYBODY,
  'daemon.reload': CHANGE,
  'daemon.events': READ,
  'auth.state': ANYONE,
  'auth.passkey-begin': ANYONE,
  'auth.passkey-finish': ANYONE,
  'auth.recovery-code': ANYONE,
  'auth.password': ANYONE,
  'auth.sign-out': ANYONE,
  'link.show': ANYONE,
  'link.begin': ANYONE,
  'link.finish': ANYONE,
  'device.start': ANYONE,
  'device.poll': ANYONE,
  'device.exchange': ANYONE,
  'device.show': EVERYBODY,
  'device.decide': EVERYBODY,
  'device.loopback-approve': EVERYBODY,
  'me.show': EVERYBODY,
  'me.passkey-begin': EVERYBODY,
  'me.passkey-add': EVERYBODY,
  'me.passkey-rename': EVERYBODY,
  'me.passkey-remove': EVERYBODY,
  'me.totp-begin': EVERYBODY,
  'me.totp-confirm': EVERYBODY,
  'me.totp-remove': EVERYBODY,
  'me.password-set': EVERYBODY,
  'me.password-remove': EVERYBODY,
  'me.recovery-codes': EVERYBODY,
  'me.key-add': EVERYBODY,
  'me.key-remove': EVERYBODY,
  'me.session-end': EVERYBODY,
  'me.identity-begin': EVERYBODY,
  'me.identity-finish': EVERYBODY,
  'me.identity-unlink': EVERYBODY,
  'me.token-add': EVERYBODY,
  'me.token-remove': EVERYBODY,
  'me.certificate-issue': EVERYBODY,
  'approval.list': EVERYBODY,
  'approval.watch': EVERYBODY,
  'approval.show': EVERYBODY,
  'approval.begin': EVERYBODY,
  'approval.decide': EVERYBODY,
  'me.checks': EVERYBODY,
  'me.check-forget': EVERYBODY,
  'me.ssh-end': EVERYBODY,
  'user.invite': CHANGE,
  'user.unlink': CHANGE,
  'user.pending': READ,
  'user.approve': CHANGE,
  'user.deny': CHANGE,
  'user.forget': CHANGE,
  'idp.list': READ,
  'ca.list': READ,
  'ca.rotate': CHANGE,
  'ca.promote': CHANGE,
  'ca.retire': CHANGE,
  'ca.krl': READ,
  'certificate.list': READ,
  'certificate.revoke': CHANGE,
  'key.revoke': CHANGE,
  'target.enrol': CHANGE,
  'krl.download': ANYONE,
  'api.openapi': ANYONE,
  'host-key.list': READ,
  'host-key.rotate': CHANGE,
  'host-key.promote': CHANGE,
  'host-key.retire': CHANGE,
  'me.targets': EVERYBODY,
  'policy.groups': READ,
  'user.sign-out': CHANGE,
}
/** They take a body and change nothing. */
const LOOKING_POSTS = ['policy.check', 'policy.explain', 'policy.diff', 'policy.who-can', 'policy.simulate']
/** What a token may do by its scopes, said once more and apart: reading never changes, `me` and `device` are for people. */
const TOKEN_MAY: readonly (readonly [scope: string, may: (name: string, isRead: boolean) => boolean])[] = [
  ['*', (name, isRead) => isRead || !/^(?:me|device)\./.test(name)],
  ['read', (_, isRead) => isRead],
  ['policy', (name) => name.startsWith('policy.')],
  ['policy:read', (name, isRead) => name.startsWith('policy.') && isRead],
  ['me', (name, isRead) => name.startsWith('me.') && isRead],
  ['polic', () => false],
  ['', () => false],
]

const INPUTS: Partial<Record<RouteName, object>> = {
  'approval.decide': { decision: 'deny' },
  'user.add': { name: 'x' },
  'key.add': { public_key: 'x' },
  'target.add': { name: 'x', address: 'x' },
  'target.import': { targets: [] },
  'policy.explain': { user: 'x', host: 'x' },
  'policy.apply': { text: '' },
  'policy.edit': { edits: [{ kind: 'remove', path: ['acls', 0] }], expected_version: 1 },
  'policy.rollback': { version: 1 },
  'policy.who-can': { host: 'x' },
  'ban.add': { source: '1.1.1.1' },
  'auth.passkey-finish': { ceremony: 'x', response: {} },
  'auth.recovery-code': { user: 'x', code: 'x' },
  'auth.password': { user: 'x', password: 'x' },
  'me.password-set': { password: 'x' },
  'me.key-add': { public_key: 'x' },
  'me.identity-begin': { provider: 'x' },
  'me.identity-finish': { ticket: 'x' },
  'me.identity-unlink': { issuer: 'x', subject: 'x' },
  'user.unlink': { issuer: 'x', subject: 'x' },
  'link.finish': { ceremony: 'x', response: {}, passkey_name: 'x' },
  'device.poll': { device_code: 'x' },
  'device.exchange': { code: 'x', verifier: 'x'.repeat(43) },
  'device.decide': { approve: true },
  'device.loopback-approve': { port: 1024, state: 'x'.repeat(16), challenge: 'x'.repeat(43) },
  'me.passkey-add': { ceremony: 'x', response: {}, name: 'x' },
  'me.passkey-rename': { name: 'x' },
  'me.totp-confirm': { code: 'x' },
  'me.token-add': { name: 'x', scopes: ['read'], seconds: 60 },
  'me.certificate-issue': { public_key: 'x' },
  'ca.rotate': { kind: 'user' },
  'certificate.revoke': { serial: 1, reason: 'x' },
  'key.revoke': { public_key: 'x', reason: 'x' },
}
/** What a proxy would say of whom it speaks for, and what nobody should believe. */
const CLAIMS = {
  'x-real-ip': '127.0.0.1',
  'x-forwarded-for': '127.0.0.1',
  forwarded: 'for=127.0.0.1',
  'x-sallyport-role': 'owner',
  'remote-user': 'root',
  authorization: 'Bearer x',
  cookie: 'session=x',
}
const CALLED = 500

/** An app that takes every request for one of this peer. */
function appFor(role: string, peer: Peer = { by: 'socket', role: role as Role, actor: '@local:test' }) {
  const called: string[] = []
  const refused: string[] = []
  const handlers = Object.fromEntries(
    Object.keys(routes).map((name) => [
      name,
      () => {
        called.push(name)
        throw new Error('called')
      },
    ]),
  ) as unknown as Handlers
  const app = apiApp({
    handlers,
    peer: () => peer,
    hosts: () => new Set(['sallyport.local']),
    log: createLog({ level: 'silent', format: 'json', write: () => {} }),
    randomBytes: (size) => new Uint8Array(size),
    stopping: new AbortController().signal,
    refused: (_actor, name) => void refused.push(name),
  })
  const ask = async (
    name: string,
    change: { method?: string; body?: unknown; headers?: object; path?: string } = {},
  ) => {
    const { method, path } = routes[name as RouteName]
    const how = change.method ?? method
    const body =
      how === 'GET' || how === 'HEAD' ? {} : { body: JSON.stringify(change.body ?? INPUTS[name as RouteName] ?? {}) }
    const headers = { host: 'sallyport.local', 'content-type': 'application/json', ...change.headers }
    const url = `http://sallyport.local${change.path ?? path.replaceAll(/:[a-z]+/g, 'x')}`
    return (await app.request(url, { method: how, headers, ...body })).status
  }
  return { ask, called, refused }
}

test('V-E01 every route × role: exactly the cells of the list reach their handler, whatever the caller claims to be', async () => {
  assert.deepEqual(Object.keys(MAY).sort(), Object.keys(routes).sort())
  for (const role of [...ROLES, 'stranger', '', '__proto__']) {
    for (const headers of [{}, CLAIMS]) {
      const { ask, called, refused } = appFor(role)
      for (const [name, roles] of Object.entries(MAY)) {
        const may = roles === ANYONE || roles.includes(role)
        assert.equal(await ask(name, { headers }), may ? CALLED : 403, `${name} as ${role}`)
        assert.equal(called.length, may ? 1 : 0, name)
        assert.deepEqual(refused.splice(0), may ? [] : [name], 'a refusal is told to the log')
        called.length = 0
      }
    }
  }
})

test('V-E01 another method, another case or another way to write a path reaches no handler that the role may not reach', async () => {
  for (const role of ['member', 'auditor']) {
    const { ask, called } = appFor(role)
    for (const name of Object.keys(MAY)) {
      const path = routes[name as RouteName].path.replaceAll(/:[a-z]+/g, 'x')
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) await ask(name, { method })
      for (const other of [
        `/${path}`,
        `${path}/`,
        path.toUpperCase(),
        path.replace('/v1', '/v1/.'),
        `${path}%2f..`,
        `${path}?role=owner`,
      ])
        await ask(name, { path: other })
    }
    for (const name of called) assert.ok(MAY[name as RouteName].includes(role), `${name} as ${role}`)
  }
})

const PERSON = { actor: 'alice', userId: 'usr_aaaaaaaaaaaaaaaa' as UserId, source: '192.0.2.7' }
const NOBODY: Peer = { by: 'nobody', actor: '@stranger', source: '192.0.2.7' }
const sessionOf = (role: Role): Peer => ({
  ...PERSON,
  by: 'session',
  role,
  webSession: 'web_aaaaaaaaaaaaaaaa' as WebSessionId,
  factors: [],
})
const tokenOf = (role: Role, scope: string): Peer => ({
  ...PERSON,
  by: 'token',
  role,
  token: 'tok_aaaaaaaaaaaaaaaa' as ApiTokenId,
  scopes: [scope],
})

test('V-E01 V-C09 whoever has not signed in reaches what is open to anyone, and gets a 401 from everything else', async () => {
  const { ask, called, refused } = appFor('nobody', NOBODY)
  for (const [name, roles] of Object.entries(MAY)) {
    assert.equal(await ask(name, { headers: CLAIMS }), roles === ANYONE ? CALLED : 401, name)
    assert.equal(called.length, roles === ANYONE ? 1 : 0, name)
    called.length = 0
  }
  assert.deepEqual(refused, [], 'strangers do not fill the log')
})

test('V-E01 every route × role × session or token of every scope: exactly the listed cells', async () => {
  for (const role of ROLES) {
    const session = appFor(role, sessionOf(role))
    for (const [name, roles] of Object.entries(MAY)) {
      assert.equal(await session.ask(name), roles.includes(role) ? CALLED : 403, `${name} as ${role} by session`)
    }
    for (const [scope, mayBy] of TOKEN_MAY) {
      const token = appFor(role, tokenOf(role, scope))
      for (const [name, roles] of Object.entries(MAY)) {
        const isRead = routes[name as RouteName].method === 'GET' || LOOKING_POSTS.includes(name)
        const may = roles === ANYONE || (roles.includes(role) && mayBy(name, isRead))
        assert.equal(await token.ask(name), may ? CALLED : 403, `${name} as ${role} by a token for “${scope}”`)
      }
    }
  }
})

test('V-E11 another site changes nothing in the name of who is signed in, whatever it sends', async () => {
  const foreign = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://sallyport.local.evil.example' },
    { origin: 'http://sallyport.local:1' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://sallyport.local' },
  ]
  for (const peer of [sessionOf('owner'), NOBODY]) {
    const { ask, called } = appFor('owner', peer)
    for (const [name, { method }] of Object.entries(routes)) {
      if (method === 'GET' || (peer === NOBODY && MAY[name as RouteName] !== ANYONE)) continue
      for (const headers of foreign)
        assert.equal(await ask(name, { headers }), 403, `${name} ${JSON.stringify(headers)}`)
      assert.deepEqual(called, [], name)
      for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: 'http://sallyport.local' }, {}]) {
        assert.equal(await ask(name, { headers }), CALLED, `${name} ${JSON.stringify(headers)}`)
      }
      called.length = 0
    }
  }
})

test('V-E12 every route under a foreign Host is misdirected, for the owner too', async () => {
  const { ask, called } = appFor('owner')
  for (const name of Object.keys(MAY))
    for (const host of ['evil.example', 'localhost', 'sallyport.local.evil.example', ''])
      assert.equal(await ask(name, { headers: { host } }), 421, `${name} at ${host}`)
  assert.deepEqual(called, [])
})

test('V-E10 keys that no schema has are refused in every body, those of the prototype among them', async () => {
  const { ask, called } = appFor('owner')
  for (const [name, { method }] of Object.entries(routes)) {
    if (method === 'GET') continue
    for (const key of ['__proto__', 'constructor', 'prototype', 'role_override']) {
      const own = Object.entries(INPUTS[name as RouteName] ?? {})
      const body: unknown = Object.fromEntries([...own, [key, { role: 'owner' }]])
      assert.equal(await ask(name, { body }), 400, `${name} with ${key}`)
    }
    assert.equal(await ask(name, { headers: { 'content-type': 'text/plain' } }), 400, name)
  }
  assert.deepEqual(called, [])
})
