/** Holes that the web side of others had, looked for at a whole gateway; and what there is not, found not to be there. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { ApiError, type ApiErrorName, type RouteName, routes } from '@sallyport/api'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason
const names = Object.keys(routes) as RouteName[]

async function joined(gate: TestGateway, name = 'alice', role: 'member' | 'admin' = 'member'): Promise<WebClient> {
  await gate.api.call('user.add', { name, role })
  const browser = new WebClient(gate)
  await browser.join((await gate.api.call('user.invite', { user: name })).url)
  return browser
}

test('V-E02 V-E03 V-E18 nothing is recorded, so no route, path or ticket leads to a recording; to nobody', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  // A route of one of these names comes with the rows' own tests.
  assert.deepEqual(
    names.filter((name) => /record|replay|cast|thumbnail|ticket|viewer/.test(name + routes[name].path)),
    [],
  )
  const admin = await joined(gate, 'carol', 'admin')
  for (const browser of [new WebClient(gate), admin])
    for (const path of ['/v1/recordings', '/v1/sessions/ses_x/recording', '/v1/sessions/ses_x/replay', '/v1/tickets'])
      assert.equal((await browser.ask(path)).status, 404, path)
})

test('V-E09 V-B16 who a request says it comes from is nobody’s word: headers make no stranger known and nobody another', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const alice = await joined(gate)
  const claims = Object.fromEntries(
    ['x-sallyport-user', 'x-sallyport-role', 'remote-user', 'x-remote-user', 'x-forwarded-user', 'x-webauth-user'].map(
      (name) => [name, gate.ownerName],
    ),
  )
  const headers = { ...claims, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'evil.example' }
  assert.equal((await new WebClient(gate).ask('/v1/users', { headers })).status, 401)
  const shown = await alice.ask('/v1/me', { headers })
  assert.equal((JSON.parse(shown.body) as { user: string }).user, 'alice')
  assert.equal((await alice.ask('/v1/users', { headers })).status, 403)
  // What others wrote is data: no answer of the API is a page, a script, or to be guessed at.
  assert.match(String(shown.headers['content-type']), /^application\/json/)
  assert.equal(shown.headers['x-content-type-options'], 'nosniff')
})

test('V-E11 no path becomes a WebSocket, whichever site asks and whoever’s cookie comes along', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const alice = await joined(gate)
  const port = gate.gateway.webAddresses[0]?.port ?? 0
  const origins = ['', 'null', 'https://evil.example', `https://localhost.evil:${port}`, gate.gateway.webOrigin ?? '']
  for (const path of ['/', '/v1/me', '/v1/sessions', '/v1/approvals/watch', '/auth/oidc/callback'])
    for (const origin of origins) {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const lines = [
        `GET ${path} HTTP/1.1`,
        `Host: localhost:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        `Cookie: ${alice.cookie ?? ''}`,
        ...(origin === '' ? [] : [`Origin: ${origin}`]),
      ]
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      assert.match(chunk.toString('latin1'), /^HTTP\/1\.1 (?!101)\d{3} /, `${path} from ${origin}`)
      socket.destroy()
    }
})

test('V-E10 what is somebody else’s and what was never there get the same answer', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const [alice, mallory] = [await joined(gate), await joined(gate, 'mallory')]
  await alice.api.call('me.token-add', { name: 'script', scopes: ['me'], seconds: 3600 })
  const { passkeys, sessions, tokens } = await alice.api.call('me.show')
  const made = (id: string | undefined) => `${id?.slice(0, 4)}${'a'.repeat((id?.length ?? 4) - 4)}`
  for (const [method, path, id] of [
    ['DELETE', '/v1/me/passkeys/', passkeys[0]?.id],
    ['DELETE', '/v1/me/sessions/', sessions[0]?.id],
    ['DELETE', '/v1/me/tokens/', tokens[0]?.id],
  ] as const) {
    assert.ok(id !== undefined)
    const answers = await Promise.all(
      [id, made(id)].map(async (each) => {
        const { status, body } = await mallory.ask(path + each, { method })
        return [status, body.replaceAll(each, 'ID').replace(/"request_id":"[^"]*"/, '')]
      }),
    )
    assert.deepEqual(answers[0], answers[1], path)
    assert.equal(answers[0]?.[0], 404, path)
  }
  assert.deepEqual(
    [(await alice.api.call('me.show')).passkeys.length, (await alice.api.call('me.show')).tokens.length],
    [1, 1],
  )
})

test('V-E13 no list shows a token, a cookie, a link or a code that works', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const admin = await joined(gate, 'carol', 'admin')
  const { token } = await admin.api.call('me.token-add', { name: 'script', scopes: ['*'], seconds: 3600 })
  await gate.api.call('user.add', { name: 'bob' })
  await gate.api.call('user.invite', { user: 'bob' })
  const { user_code: userCode, device_code: deviceCode } = await new WebClient(gate).api.call('device.start')
  let looked = 0
  for (const name of names) {
    const { method, path, stream } = routes[name]
    if (method !== 'GET' || path.includes(':') || stream) continue
    const { status, body } = await admin.ask(path)
    looked += status === 200 ? 1 : 0
    assert.doesNotMatch(body, /sp[stld]_[A-Za-z0-9_-]{43}/, name)
    for (const secret of [token, admin.cookie?.split('=')[1] ?? '', deviceCode, userCode])
      assert.ok(!body.includes(secret), name)
  }
  assert.ok(looked > 10, `${looked} lists`)
})

test('V-E16 what an enrolment writes for a shell and for sshd holds no text that somebody chose', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const hostile = [
    'a\nb',
    "a'b",
    'a"b',
    '$(id)',
    '`id`',
    'a;b',
    'a b',
    '-oProxyCommand=x',
    'SALLYPORT_END',
    '%u',
    'a,b',
  ]
  const badRequest = (error: unknown) => error instanceof ApiError && error.status >= 400 && error.status < 500
  for (const text of hostile) {
    const odd = `${text}\nMatch all`
    const address = '192.0.2.1'
    await assert.rejects(gate.api.call('target.add', { name: odd, address }), badRequest)
    await assert.rejects(gate.api.call('target.add', { name: 'db1', address, tags: [`tag:${odd}`] }), badRequest)
  }
  const hostKey = gate.key().line.split(' ').slice(0, 2).join(' ')
  await gate.api.call('target.add', { name: 'db1', address: '192.0.2.1', tags: ['tag:db'], host_keys: [hostKey] })
  /** What is written, but for keys, certificates and lists, which are base64. */
  const written = async (name: string) => {
    const { script } = await gate.api.call('target.enrol', { target: 'db1', names: [name] })
    return script.replaceAll(/AAAA[A-Za-z0-9+/=]+/g, 'KEY').replace(/printf %s [A-Za-z0-9+/=]+ /, 'printf %s LIST ')
  }
  const plain = await written('db1.example.com')
  assert.match(plain, /ssh_host_ed25519_key-cert\.pub/, 'the names are in a certificate')
  for (const name of hostile) {
    const text = await written(name).catch((error: unknown) => {
      assert.ok(badRequest(error), String(error))
    })
    if (text !== undefined) assert.equal(text, plain, name)
  }
})

test('V-F07 a copy of a passkey, whose counter stands still, is refused and told to the auditor', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const alice = await joined(gate)
  await alice.signIn()
  alice.authenticator.counter -= 1
  await assert.rejects(alice.signIn(), refused('sign-in.refused'))
  const [event] = await gate.events('sign-in-refused')
  assert.equal(event?.data['reason'], 'passkey-cloned alice')
  await alice.signIn()
})

test('V-F10 a session begins with each sign-in and is never one that somebody brought along', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const [alice, mallory] = [await joined(gate), await joined(gate, 'mallory')]
  const planted = mallory.cookie ?? ''
  const made = `__Host-sallyport=sps_${'x'.repeat(43)}`
  for (const cookie of [planted, made]) {
    alice.cookie = cookie
    await alice.signIn()
    assert.notEqual(alice.cookie, cookie)
    assert.equal((await alice.api.call('me.show')).user, 'alice')
  }
  const before = alice.cookie
  await alice.signIn()
  assert.notEqual(alice.cookie, before)
  const other = new WebClient(gate)
  other.cookie = planted
  assert.equal((await other.api.call('me.show')).user, 'mallory', 'what was planted is still whose it was')
  other.cookie = made
  await assert.rejects(other.api.call('me.show'), refused('caller.unknown'))
})

test('V-F10 a stream ends for whoever was signed out, was disabled, or may no longer read it', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const ends = {
    'signed out': (user: string) => gate.api.call('user.sign-out', { user }),
    disabled: (user: string) => gate.api.call('user.update', { user, disabled: true }),
    'a member': (user: string) => gate.api.call('user.update', { user, role: 'member' }),
  }
  for (const [index, [how, end]] of Object.entries(ends).entries()) {
    const user = `admin${index}`
    const admin = await joined(gate, user, 'admin')
    await using following = follow(admin)
    const happens = async () => {
      const { id } = await gate.api.call('ban.add', { source: '203.0.113.7' })
      await gate.api.call('ban.remove', { ban: id })
    }
    await until(async () => {
      await happens()
      return following.lines > 0
    })
    await end(user)
    await until(async () => {
      await happens()
      return following.over
    }).catch(() => assert.fail(`goes on for whoever is ${how}`))
  }
})

/** Reads what happens until the gateway says no more. */
function follow(browser: WebClient): AsyncDisposable & { readonly lines: number; readonly over: boolean } {
  const stopping = new AbortController()
  const seen = { lines: 0, over: false }
  const reading = (async () => {
    for await (const _ of browser.stream('daemon.events', stopping.signal)) seen.lines++
    seen.over = true
  })().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  return {
    get lines() {
      return seen.lines
    },
    get over() {
      return seen.over
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await reading
    },
  }
}

test('V-F10 tokens and live sessions end with their owner', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  for (const end of ['disable', 'remove'] as const) {
    const alice = await joined(gate)
    const { token } = await alice.api.call('me.token-add', { name: 'script', scopes: ['*'], seconds: 3600 })
    const script = new WebClient(gate)
    script.token = token
    const key = gate.key()
    await gate.api.call('key.add', { user: 'alice', public_key: key.line })
    const config = gate.sshConfig(key, { more: 'Match originalhost gate\n  User alice\nMatch all' })
    await using way = gate.start(config, ['-N', 'gate'])
    await until(async () => (await gate.api.call('session.list', { user: 'alice' })).sessions.length === 1)
    assert.equal((await script.api.call('me.show')).user, 'alice')
    if (end === 'disable') await gate.api.call('user.update', { user: 'alice', disabled: true })
    else await gate.api.call('user.remove', { user: 'alice' })
    await assert.rejects(script.api.call('me.show'), refused('caller.unknown'))
    await assert.rejects(alice.api.call('me.show'), refused('caller.unknown'))
    await way.exited
    await gate.api.call('user.remove', { user: 'alice' }).catch(() => {})
  }
})
