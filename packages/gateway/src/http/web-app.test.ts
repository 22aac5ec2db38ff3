import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { webApp } from './web-app.ts'

const INDEX = new TextEncoder().encode('<!doctype html><title>console</title>')

const app = webApp({
  api: new Hono(),
  pages: new Hono(),
  hosts: () => new Set(['gw.example.com']),
  files: new Map([
    ['/index.html', { type: 'text/html', bytes: INDEX, gzipped: undefined, immutable: false }],
    ['/assets/a.js', { type: 'text/javascript', bytes: new Uint8Array(1), gzipped: undefined, immutable: true }],
  ]),
  randomBytes: (size) => new Uint8Array(size),
  strictTransport: () => false,
})

async function asked(path: string): Promise<readonly [status: number, type: string | null]> {
  const { status, headers } = await app.request(`https://gw.example.com${path}`, {
    headers: { host: 'gw.example.com' },
  })
  return [status, headers.get('content-type')]
}

test('a page about somebody with a mail address, or about a host with its domain, is a page', async () => {
  for (const path of [
    '/',
    '/users/alice@example.com',
    '/users/alice%40example.com',
    '/targets/db-1.example.com',
    '/users/j.r',
  ])
    assert.deepEqual(await asked(path), [200, 'text/html; charset=UTF-8'], path)
})

test('a file that is not there is none', async () => {
  assert.equal((await asked('/assets/a.js'))[0], 200)
  for (const path of ['/favicon.ico', '/assets/b.js', '/assets/b', '/assets/../package.json', '/assets/..%2fa.json'])
    assert.equal((await asked(path))[0], 404, path)
})
