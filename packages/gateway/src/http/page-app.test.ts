import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageRoutes } from '@sallyport/api'
import { type PageHandlers, pageApp } from './page-app.ts'

const HOST = 'gw.example.com:8443'

function app(options: { readonly waits?: number } = {}) {
  const called: string[] = []
  const handlers = Object.fromEntries(
    Object.keys(pageRoutes).map((name) => [
      name,
      () => {
        called.push(name)
        return Promise.resolve({ kind: 'page', status: 200, html: name, cookies: [] })
      },
    ]),
  ) as unknown as PageHandlers
  const pages = pageApp({
    handlers,
    hosts: () => new Set([HOST]),
    peer: () => Promise.resolve({ by: 'nobody', actor: '@stranger', source: '' }),
    stranger: () => options.waits ?? 0,
    failed: (what, error) => assert.fail(`${what} ${String(error)}`),
  })
  const ask = async (path: string, method = 'GET', host = HOST) =>
    (await pages.request(`https://${HOST}${path}`, { method, headers: { host } }, { incoming: { socket: {} } })).status
  return { pages, ask, called }
}

test('V-E01 pages and redirects are exactly the rows of their table: another path or method reaches no handler', async () => {
  const { pages, ask, called } = app()
  const registered = pages.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(
    registered.sort(),
    Object.values(pageRoutes)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  )
  for (const { path } of Object.values(pageRoutes)) {
    const real = path.replaceAll(/:[a-z]+/g, 'work')
    assert.equal(await ask(real), 200, real)
    assert.equal(called.length, 1)
    called.length = 0
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      assert.equal(await ask(real, method), 404, method)
    for (const other of [`${real}/`, `/${real}`, real.toUpperCase(), `${real}/x`, '/auth/', '/auth/x'])
      assert.equal(await ask(other), 404, other)
  }
  assert.deepEqual(called, [])
})

test('V-E12 a foreign Host is misdirected, and whoever asks too often waits', async () => {
  const { ask, called } = app()
  for (const host of ['evil.example', 'gw.example.com', ''])
    assert.equal(await ask('/auth/oidc/callback', 'GET', host), 421)
  assert.equal(await app({ waits: 3 }).ask('/auth/oidc/callback'), 429)
  assert.deepEqual(called, [])
})
