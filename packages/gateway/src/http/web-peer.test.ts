import assert from 'node:assert/strict'
import { randomBytes as nodeRandomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { openStore, type Store } from '@sallyport/store'
import { TemporaryDirectory } from '@sallyport/testkit'
import { Hono } from 'hono'
import { hashToken, mintToken } from './bearer-tokens.ts'
import { sessionCookie, sessionCookieIn } from './cookies.ts'
import type { Peer } from './peer.ts'
import { webPeer } from './web-peer.ts'

const random = (size: number): Uint8Array => new Uint8Array(nodeRandomBytes(size))
const NAME = sessionCookie('', 0).split('=')[0]

async function given(
  run: (parts: {
    store: Store
    ask: (headers: Record<string, string>) => Promise<Peer | string>
    pass: (ms: number) => void
  }) => Promise<void>,
): Promise<void> {
  using directory = new TemporaryDirectory('web-peer')
  let time = 1_000_000
  await using store = await openStore({ path: directory.file('db'), reserveBytes: 0, now: () => time })
  const users = async () => new Map((await store.users.list()).map((user) => [user.id as string, user]))
  const ask = async (headers: Record<string, string>) => {
    const known = await users()
    const peer = webPeer({ ...store, user: (id) => known.get(id), now: () => time })
    let result: Peer | string = 'not asked'
    const app = new Hono().all('*', async (c) => {
      result = await peer(c).catch((error: unknown) => (error instanceof ApiError ? error.reason : String(error)))
      return c.text('')
    })
    await app.request('https://gw/', { headers }, { incoming: { socket: { remoteAddress: '::ffff:192.0.2.7' } } })
    return result
  }
  await run({ store, ask, pass: (ms) => (time += ms) })
}

async function signedIn(store: Store, name = 'alice') {
  const user = await store.users.add({ name, role: 'admin' })
  const { token, hash } = mintToken('session', random)
  const session = await store.webSessions.add({
    userId: user.id,
    tokenHash: hash,
    method: 'passkey',
    factors: [{ factor: 'passkey', at: 1 }],
    source: '192.0.2.7',
    agent: 'test',
    expiresAt: 2_000_000,
  })
  return { user, token, session }
}

test('without credentials somebody is nobody, from the address of the socket', () =>
  given(async ({ ask }) => {
    const nobody = { by: 'nobody', actor: '@stranger', source: '192.0.2.7' }
    assert.deepEqual(await ask({}), nobody)
    assert.deepEqual(await ask({ 'x-forwarded-for': '10.0.0.1', 'remote-user': 'root' }), nobody)
  }))

test('a cookie or bearer token of a session is its owner, until it expires, ends, or the owner is disabled', () =>
  given(async ({ store, ask, pass }) => {
    const { user, token, session } = await signedIn(store)
    const peer = {
      by: 'session',
      role: 'admin',
      actor: 'alice',
      userId: user.id,
      source: '192.0.2.7',
      webSession: session.id,
      factors: [{ factor: 'passkey', at: 1 }],
    }
    const cookie = { cookie: `${NAME}=${token}` }
    const bearer = { authorization: `Bearer ${token}` }
    assert.deepEqual(await ask(cookie), peer)
    assert.deepEqual(await ask(bearer), peer)
    await store.users.change(user.id, { disabled: true })
    assert.equal(((await ask(cookie)) as Peer).by, 'nobody')
    assert.equal(await ask(bearer), 'caller.unknown')
    await store.users.change(user.id, { disabled: false })
    pass(999_999)
    assert.deepEqual(await ask(cookie), peer)
    pass(1)
    assert.equal(((await ask(cookie)) as Peer).by, 'nobody')
  }))

test('an API token is its owner with its scopes alone; a wrong one is refused, not taken for nobody', () =>
  given(async ({ store, ask }) => {
    const { user } = await signedIn(store)
    const { token, hash } = mintToken('api', random)
    const draft = { userId: user.id, name: 'ci', scopes: ['read'], expiresAt: 2_000_000, tokenHash: hash }
    const { id } = await store.apiTokens.add(draft)
    const peer = (await ask({ authorization: `Bearer ${token}` })) as Peer
    assert.ok(peer.by === 'token')
    assert.deepEqual([peer.token, peer.scopes, peer.actor], [id, ['read'], 'alice'])
    assert.equal(((await ask({ cookie: `${NAME}=${token}` })) as Peer).by, 'nobody', 'a token is no cookie')
    for (const wrong of ['', 'Bearer', 'Bearer x', `Bearer ${token}x`, `bearer ${token}`, `Basic ${token}`]) {
      assert.equal(await ask({ authorization: wrong }), 'caller.unknown', wrong)
    }
  }))

test('a cookie that stands twice counts as none, whichever of the two is good', () => {
  const good = `${NAME}=sps_good`
  assert.equal(sessionCookieIn(good), 'sps_good')
  assert.equal(sessionCookieIn(`a=b; ${good}; c=d`), 'sps_good')
  assert.equal(sessionCookieIn(`${NAME}=sps_evil; ${good}`), undefined)
  assert.equal(sessionCookieIn(`${good}; ${NAME}=`), undefined)
  assert.equal(sessionCookieIn(`x${good}`), undefined)
  assert.equal(sessionCookieIn(undefined), undefined)
})

test('V-E13 the cookie is for this host alone, over HTTPS alone, and out of reach of scripts', () => {
  const cookie = sessionCookie('t', 60)
  for (const part of ['__Host-', 'Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/'])
    assert.ok(cookie.includes(part), part)
  assert.doesNotMatch(cookie, /Domain/i)
})

test('tokens say their kind, have 256 random bits, and are kept as a hash', () => {
  const [one, two] = [mintToken('api', random), mintToken('api', random)]
  assert.match(one.token, /^spt_[A-Za-z0-9_-]{43}$/)
  assert.notEqual(one.token, two.token)
  assert.equal(one.hash, hashToken(one.token))
  assert.doesNotMatch(one.hash, new RegExp(one.token.slice(4, 12)))
})
