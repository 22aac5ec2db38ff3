/** Every route × role × way of asking, against a list that stands apart from the route table on purpose. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RouteName, routes } from '@sallyport/api'
import { ROLES, type Role } from '@sallyport/model'
import type { Handlers } from '../src/control/handlers.ts'
import { apiApp } from '../src/http/api-app.ts'
import { createLog } from '../src/ops/log-writer.ts'

const READ = ['owner', 'admin', 'auditor']
const CHANGE = ['owner', 'admin']

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
  'target.remove': CHANGE,
  'target.import': CHANGE,
  'policy.show': READ,
  'policy.history': READ,
  'policy.check': READ,
  'policy.explain': READ,
  'policy.apply': CHANGE,
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
  'audit.tail': READ,
  'audit.verify': READ,
  'audit.export': READ,
  'daemon.status': READ,
  'daemon.doctor': READ,
  'daemon.config': READ,
  'daemon.ssh-config': READ,
  'daemon.reload': CHANGE,
  'daemon.events': READ,
}

const INPUTS: Partial<Record<RouteName, object>> = {
  'user.add': { name: 'x' },
  'key.add': { public_key: 'x' },
  'target.add': { name: 'x', address: 'x' },
  'target.import': { targets: [] },
  'policy.explain': { user: 'x', host: 'x' },
  'policy.apply': { text: '' },
  'policy.rollback': { version: 1 },
  'policy.who-can': { host: 'x' },
  'ban.add': { source: '1.1.1.1' },
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

function appFor(role: string) {
  const called: string[] = []
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
    peer: () => ({ by: 'socket', role: role as Role, actor: '@local:test' }),
    hosts: () => new Set(['sallyport.local']),
    log: createLog({ level: 'silent', format: 'json', write: () => {} }),
    randomBytes: (size) => new Uint8Array(size),
    stopping: new AbortController().signal,
    refused: () => {},
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
  return { ask, called }
}

test('V-E01 every route × role: exactly the cells of the list reach their handler, whatever the caller claims to be', async () => {
  assert.deepEqual(Object.keys(MAY).sort(), Object.keys(routes).sort())
  for (const role of [...ROLES, 'stranger', '', '__proto__']) {
    for (const headers of [{}, CLAIMS]) {
      const { ask, called } = appFor(role)
      for (const [name, roles] of Object.entries(MAY)) {
        const may = roles.includes(role)
        assert.equal(await ask(name, { headers }), may ? CALLED : 403, `${name} as ${role}`)
        assert.equal(called.length, may ? 1 : 0, name)
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
