import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { AccountKey } from './account-key.ts'
import { AcmeClient } from './acme-client.ts'
import type { AcmeAnswer, AcmeRequest } from './acme-request.ts'

const BASE = 'https://acme.example'
const TOKEN = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA'
const key = new AccountKey(AccountKey.generate())

interface Asked {
  readonly url: string
  readonly header: Record<string, unknown>
  readonly payload: string
}

const decoded = (text: string) => Buffer.from(text, 'base64url').toString()

/** A server in memory, which checks every signature; `change` turns single answers into others. */
function server(change: (url: string, times: number) => Partial<AcmeAnswer> | undefined = () => undefined) {
  const asked: Asked[] = []
  const times = new Map<string, number>()
  let nonces = 0
  let valid = false
  let finalized = false
  const bodies: Record<string, () => object> = {
    '/dir': () => ({ newNonce: `${BASE}/nonce`, newAccount: `${BASE}/account`, newOrder: `${BASE}/order` }),
    '/account': () => ({ status: 'valid' }),
    '/order': () => ({
      status: finalized ? 'valid' : valid ? 'ready' : 'pending',
      authorizations: [`${BASE}/authorization`],
      finalize: `${BASE}/finalize`,
      certificate: `${BASE}/certificate`,
    }),
    '/authorization': () => ({
      status: valid ? 'valid' : 'pending',
      identifier: { type: 'dns', value: 'gw.example.com' },
      challenges: [{ type: 'http-01', url: `${BASE}/challenge`, token: TOKEN }],
    }),
    '/challenge': () => {
      valid = true
      return { status: 'processing' }
    },
    '/finalize': () => {
      finalized = true
      return { status: 'processing' }
    },
    '/certificate': () => ({}),
    '/nonce': () => ({}),
  }
  const request: AcmeRequest = async (url, { method, body }) => {
    const path = url.slice(BASE.length)
    const count = (times.get(path) ?? 0) + 1
    times.set(path, count)
    if (method === 'POST') {
      const jws = JSON.parse(body ?? '') as { protected: string; payload: string; signature: string }
      const publicKey = createPublicKey({ key: { ...key.jwk }, format: 'jwk' })
      const signed = Buffer.from(`${jws.protected}.${jws.payload}`)
      const signature = Buffer.from(jws.signature, 'base64url')
      assert.ok(verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature), url)
      asked.push({
        url: path,
        header: JSON.parse(decoded(jws.protected)) as Record<string, unknown>,
        payload: decoded(jws.payload),
      })
    }
    const location = path === '/account' ? `${BASE}/me` : `${BASE}/order`
    return Promise.resolve({
      status: 200,
      headers: { 'replay-nonce': `nonce-${++nonces}`, location },
      body: path === '/certificate' ? 'PEM' : JSON.stringify(bodies[path]?.() ?? {}),
      ...change(path, count),
    })
  }
  return { request, asked }
}

function order(request: AcmeRequest, seen: string[] = []) {
  let clock = 0
  const client = new AcmeClient({
    directory: `${BASE}/dir`,
    key,
    request,
    wait(ms) {
      clock += ms
      return Promise.resolve()
    },
    monotonic: () => clock,
  })
  return client.certificate(['gw.example.com'], new Uint8Array([1, 2, 3]), {
    email: 'ops@example.com',
    challenge: 'http-01',
    show({ name, token, keyAuthorization }) {
      seen.push(`${name} ${token} ${keyAuthorization === key.keyAuthorization(token)}`)
      return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve(void seen.push('gone')) })
    },
  })
}

test('an order goes through all its steps, each request signed for its own place with a nonce of its own', async () => {
  const { request, asked } = server()
  const seen: string[] = []
  assert.equal(await order(request, seen), 'PEM')
  assert.deepEqual(seen, [`gw.example.com ${TOKEN} true`, 'gone'])
  assert.ok(asked.every(({ url, header }) => header['url'] === `${BASE}${url}` && header['alg'] === 'ES256'))
  const nonces = asked.map(({ header }) => header['nonce'])
  assert.equal(new Set(nonces).size, nonces.length)
  assert.ok(asked[0]?.url === '/account' && 'jwk' in asked[0].header)
  assert.ok(asked.slice(1).every(({ header }) => header['kid'] === `${BASE}/me` && !('jwk' in header)))
  assert.equal(asked.find(({ url }) => url === '/authorization')?.payload, '', 'looking is a POST-as-GET')
  assert.equal(asked.find(({ url }) => url === '/finalize')?.payload, '{"csr":"AQID"}')
})

test('the key’s thumbprint is that of RFC 7638', () => {
  assert.match(key.keyAuthorization('x'), /^x\.[A-Za-z0-9_-]{43}$/)
  assert.deepEqual(Object.keys(key.jwk), ['crv', 'kty', 'x', 'y'])
})

test('a nonce that is refused is tried again with another, and not for ever', async () => {
  const bad = { status: 400, body: '{"type":"urn:ietf:params:acme:error:badNonce"}' }
  // One in five refused, as pebble does, comes to three in a row once in a hundred requests.
  assert.equal(await order(server((path, times) => (path === '/order' && times <= 5 ? bad : undefined)).request), 'PEM')
  const never = server((path) => (path === '/order' ? bad : undefined))
  await assert.rejects(order(never.request), /badNonce/)
  assert.equal(never.asked.filter(({ url }) => url === '/order').length, 10)
})

test('a server that stalls, lies or answers with something else is an error that says so, on one line', async () => {
  const stalled = server((path, times) =>
    path === '/order' && times > 1
      ? { body: JSON.stringify({ status: 'pending', authorizations: [], finalize: 'x' }) }
      : undefined,
  )
  await assert.rejects(order(stalled.request), /took too long/)
  const refused = server((path) =>
    path === '/account' ? { status: 403, body: '{"type":"x","detail":"no\\n\\u001b[31mred"}' } : undefined,
  )
  await assert.rejects(order(refused.request), (error: Error) => {
    assert.match(error.message, /403.*no/)
    return !error.message.includes('\n') && !error.message.includes('\u001b')
  })
  for (const body of ['', '[]', '{"newNonce":1}', '<html>'])
    await assert.rejects(order(server((path) => (path === '/dir' ? { body } : undefined)).request), /another form/)
})

test('a token that is no token is never shown, and neither is a challenge of another kind', async () => {
  for (const [type, token] of [
    ['http-01', '../../etc/passwd'],
    ['http-01', ''],
    ['dns-01', TOKEN],
  ] as const) {
    const body = JSON.stringify({
      status: 'pending',
      identifier: { type: 'dns', value: 'gw.example.com' },
      challenges: [{ type, url: `${BASE}/challenge`, token }],
    })
    const seen: string[] = []
    const { request } = server((path) => (path === '/authorization' ? { body } : undefined))
    await assert.rejects(order(request, seen), /offers no http-01/)
    assert.deepEqual(seen, [])
  }
})
