/** `device.*`: how a command gets a session from somebody at a browser, over HTTPS to a whole gateway. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ApiError, type ApiErrorName } from '@sallyport/api'
import { DEVICE_INTERVAL_MS } from '../src/sign-in/device-requests.ts'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'] }
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason
/** Somewhat longer: a timer may be a millisecond early. */
const interval = () => new Promise((resolve) => setTimeout(resolve, DEVICE_INTERVAL_MS + 100))

async function atConsole(gate: TestGateway, name = 'alice', role: 'member' | 'admin' = 'member'): Promise<WebClient> {
  await gate.api.call('user.add', { name, role })
  const { url } = await gate.api.call('user.invite', { user: name })
  const browser = new WebClient(gate)
  await browser.join(url)
  return browser
}

function pkce() {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  return { verifier, challenge, state: randomBytes(16).toString('base64url') }
}

async function throughBrowser(browser: WebClient, command: WebClient): Promise<string> {
  const { verifier, challenge, state } = pkce()
  const { redirect } = await browser.api.call('device.loopback-approve', { port: 4711, state, challenge })
  const code = new URL(redirect).searchParams.get('code') ?? ''
  const { token } = await command.api.call('device.exchange', { code, verifier })
  command.token = token
  return token
}

test('a code that somebody approves at the console signs the command in, once', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  const command = new WebClient(gate)
  const begun = await command.api.call('device.start')
  assert.match(begun.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  assert.equal(begun.verification_uri, `${gate.gateway.webOrigin}/device`)
  assert.equal(begun.verification_uri_complete, `${gate.gateway.webOrigin}/device?code=${begun.user_code}`)
  const poll = () => command.api.call('device.poll', { device_code: begun.device_code })
  assert.equal((await poll()).status, 'slow-down', 'at once is too soon')
  const code = begun.user_code.toLowerCase().replace('-', ' ')
  const shown = await browser.api.call('device.show', { code })
  assert.deepEqual([shown.user_code, shown.agent, shown.source], [begun.user_code, 'test', '127.0.0.1'])
  await browser.api.call('device.decide', { code, approve: true })
  await assert.rejects(browser.api.call('device.decide', { code, approve: false }), refused('device.unknown'))
  const answer = await poll()
  assert.equal(answer.status, 'approved')
  assert.equal(answer.session?.signed_in.user, 'alice')
  assert.equal((await poll()).status, 'expired', 'the token is given once')
  command.token = answer.session?.token
  const { sessions } = await command.api.call('me.show')
  const own = sessions.find(({ current }) => current)
  assert.deepEqual([own?.method, own?.agent], ['device', 'test'])
  const events = await gate.events('signed-in')
  assert.equal(events.at(-1)?.data['method'], 'device')
})

test('polling in time is pending; a denial is told, and is in the log', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  const command = new WebClient(gate)
  const { device_code, user_code } = await command.api.call('device.start')
  await interval()
  assert.deepEqual(await command.api.call('device.poll', { device_code }), {
    status: 'pending',
    interval: DEVICE_INTERVAL_MS / 1000,
    session: null,
  })
  await browser.api.call('device.decide', { code: user_code, approve: false })
  assert.equal((await command.api.call('device.poll', { device_code })).status, 'denied')
  const [event] = await gate.events('sign-in-refused')
  assert.deepEqual([event?.actor, event?.data['reason']], ['alice', 'denied'])
})

test('the browser of the same machine carries a code that only the command can redeem, once', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  const command = new WebClient(gate)
  const { verifier, challenge, state } = pkce()
  const { redirect } = await browser.api.call('device.loopback-approve', { port: 4711, state, challenge })
  const url = new URL(redirect)
  assert.equal(url.origin, 'http://127.0.0.1:4711')
  assert.equal(url.searchParams.get('state'), state)
  const code = url.searchParams.get('code') ?? ''
  const { token, signed_in } = await command.api.call('device.exchange', { code, verifier })
  assert.equal(signed_in.user, 'alice')
  command.token = token
  assert.equal((await command.api.call('me.show')).user, 'alice')
  await assert.rejects(command.api.call('device.exchange', { code, verifier }), refused('sign-in.refused'))
})

test('a code that another program caught is worth nothing without the verifier, and is used up', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  const thief = new WebClient(gate)
  const { verifier, challenge, state } = pkce()
  const { redirect } = await browser.api.call('device.loopback-approve', { port: 4711, state, challenge })
  const code = new URL(redirect).searchParams.get('code') ?? ''
  await assert.rejects(
    thief.api.call('device.exchange', { code, verifier: pkce().verifier }),
    refused('sign-in.refused'),
  )
  await assert.rejects(thief.api.call('device.exchange', { code, verifier }), refused('sign-in.refused'))
})

test('V-C08 the command’s session has the factors of the browser’s as they were shown then, and ends no later', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  const before = (await browser.api.call('auth.state')).signed_in
  await gate.restart({ ...flags, 'https.session_limit': '48h' })
  const command = new WebClient(gate)
  await throughBrowser(browser, command)
  const after = (await command.api.call('auth.state')).signed_in
  assert.deepEqual(after?.factors, before?.factors)
  assert.equal(after?.expires_at, before?.expires_at, 'a longer limit since then does not make it longer')
  await gate.restart({ ...flags, 'https.session_limit': '1m' })
  await throughBrowser(browser, command)
  const short = (await command.api.call('auth.state')).signed_in
  assert.ok(Date.parse(short?.expires_at ?? '') < Date.now() + 61_000, 'nor is a shorter limit ignored')
})

test('V-C08 a certificate ends with the session that asked for it', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: { ...flags, 'https.session_limit': '10m' } })
  const browser = await atConsole(gate)
  const command = new WebClient(gate)
  await throughBrowser(browser, command)
  const session = (await command.api.call('auth.state')).signed_in
  const issued = await command.api.call('me.certificate-issue', { public_key: gate.key().line, seconds: 86_400 })
  assert.ok(Date.parse(issued.valid_before) <= Date.parse(session?.expires_at ?? ''), issued.valid_before)
})

test('V-C08 a command, a script and somebody who signed out let nobody in; roles are those of now', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate, 'alice', 'admin')
  const command = new WebClient(gate)
  await throughBrowser(browser, command)
  const { challenge, state } = pkce()
  const asked = { port: 4711, state, challenge }
  await assert.rejects(command.api.call('device.loopback-approve', asked), refused('caller.not-allowed'))
  const { user_code, device_code } = await new WebClient(gate).api.call('device.start')
  await assert.rejects(
    command.api.call('device.decide', { code: user_code, approve: true }),
    refused('caller.not-allowed'),
  )
  const script = new WebClient(gate)
  script.token = (await browser.api.call('me.token-add', { name: 'ci', scopes: ['*', 'device'], seconds: 60 })).token
  await assert.rejects(script.api.call('device.loopback-approve', asked), refused('caller.not-allowed'))
  await assert.rejects(gate.api.call('device.loopback-approve', asked), refused('caller.not-allowed'))

  await command.api.call('user.list')
  await gate.api.call('user.update', { user: 'alice', role: 'member' })
  await assert.rejects(command.api.call('user.list'), refused('caller.not-allowed'))

  await browser.api.call('device.decide', { code: user_code, approve: true })
  await browser.api.call('auth.sign-out')
  const answer = await new WebClient(gate).api.call('device.poll', { device_code })
  assert.deepEqual([answer.status, answer.session], ['denied', null], 'approved, and signed out before it was fetched')
})

test('V-E04 who types codes that nobody was given is stopped', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  for (let guess = 0; guess < 10; guess++)
    await assert.rejects(browser.api.call('device.show', { code: 'BCDF-GHJK' }), refused('device.unknown'))
  const { user_code } = await new WebClient(gate).api.call('device.start')
  await assert.rejects(browser.api.call('device.show', { code: user_code }), refused('request.too-many'))
})

test('what a client’s ssh needs names only the targets that whoever asks may reach', { skip }, async () => {
  const policy = '{"acls":[{"action":"accept","src":["alice@"],"dst":["192.0.2.7:22"]}]}'
  await using gate = await TestGateway.start({ flags, policy })
  await gate.api.call('target.add', { name: 'open', address: '192.0.2.7' })
  await gate.api.call('target.add', { name: 'shut', address: '192.0.2.8' })
  const alice = await atConsole(gate)
  const bob = await atConsole(gate, 'bob')
  const named = async ({ api }: Pick<WebClient, 'api'>) => {
    const { user, targets } = await api.call('daemon.ssh-config')
    return [user, ...targets.map(({ name }) => name)]
  }
  assert.deepEqual(await named(alice), ['alice', 'open'])
  assert.deepEqual(await named(bob), ['bob'])
  assert.deepEqual(await named(gate), [null, 'open', 'shut'], 'through the socket all of them')
  const { authorities } = await alice.api.call('daemon.ssh-config')
  const { authorities: all } = await gate.api.call('ca.list')
  assert.deepEqual(
    authorities,
    all.filter(({ kind }) => kind === 'host').map(({ line }) => line),
  )
})
