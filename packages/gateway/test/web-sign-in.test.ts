/** Links, passkeys, sessions, tokens and recovery codes, over HTTPS to a whole gateway. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type ApiErrorName } from '@sallyport/api'
import { SoftAuthenticator } from '@sallyport/identity/testing'
import { TOTP } from 'otpauth'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'] }
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

async function joined(gate: TestGateway, name = 'alice', role: 'member' | 'admin' = 'member') {
  await gate.api.call('user.add', { name, role })
  const { url } = await gate.api.call('user.invite', { user: name })
  const browser = new WebClient(gate)
  const { recoveryCodes } = await browser.join(url)
  return { browser, url, recoveryCodes }
}

test('a link registers a passkey, signs in, and works once', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser, url, recoveryCodes } = await joined(gate)
  assert.equal(recoveryCodes.length, 10)
  const { signed_in } = await browser.api.call('auth.state')
  assert.equal(signed_in?.user, 'alice')
  await assert.rejects(new WebClient(gate).join(url), refused('link.unknown'))
  const types = (await gate.events()).map(({ type }) => type)
  for (const type of ['link-made', 'link-used', 'credential-added', 'signed-in']) assert.ok(types.includes(type), type)
})

test('whoever opens the door page may compare what ssh shows: host keys and the authority that certifies them', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const { ssh } = await new WebClient(gate).api.call('auth.state')
  const { host_keys: keys } = await gate.api.call('host-key.list')
  assert.deepEqual(
    ssh.host_keys.map(({ fingerprint }) => fingerprint),
    keys.filter(({ state }) => state === 'active').map(({ fingerprint }) => fingerprint),
  )
  const next = await gate.api.call('ca.rotate', { kind: 'host' })
  assert.equal((await new WebClient(gate).api.call('auth.state')).ssh.host_authority, ssh.host_authority)
  await gate.api.call('ca.promote', { authority: next.id })
  assert.equal((await new WebClient(gate).api.call('auth.state')).ssh.host_authority, next.fingerprint)
})

test('V-E04 a newer link makes the older one useless, and a made-up one is unknown', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  await gate.api.call('user.add', { name: 'alice' })
  const first = await gate.api.call('user.invite', { user: 'alice' })
  const second = await gate.api.call('user.invite', { user: 'alice' })
  await assert.rejects(new WebClient(gate).join(first.url), refused('link.unknown'))
  await assert.rejects(new WebClient(gate).join(`/join/spl_${'x'.repeat(43)}`), refused('link.unknown'))
  await new WebClient(gate).join(second.url)
})

test('a passkey signs in again, from another browser too; one that nobody registered does not', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser } = await joined(gate)
  await browser.api.call('auth.sign-out')
  assert.equal(browser.cookie, undefined)
  assert.equal((await browser.api.call('auth.state')).signed_in, null)
  await browser.signIn()
  assert.equal((await browser.api.call('me.show')).passkeys.length, 1)
  await assert.rejects(new WebClient(gate).signIn(), refused('sign-in.refused'))
})

test('V-F10 signing out, being disabled, and a new link for a lost device end what was open', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser } = await joined(gate)
  const stolen = new WebClient(gate)
  stolen.cookie = browser.cookie
  await browser.api.call('auth.sign-out')
  await assert.rejects(stolen.api.call('me.show'), refused('caller.unknown'))

  await browser.signIn()
  await gate.api.call('user.update', { user: 'alice', disabled: true })
  await assert.rejects(browser.api.call('me.show'), refused('caller.unknown'))
  await assert.rejects(browser.signIn(), refused('sign-in.refused'))
  await gate.api.call('user.update', { user: 'alice', disabled: false })

  await browser.signIn()
  const { url, purpose } = await gate.api.call('user.invite', { user: 'alice' })
  assert.equal(purpose, 'recover')
  await new WebClient(gate).join(url)
  await assert.rejects(browser.api.call('me.show'), refused('caller.unknown'))
  await assert.rejects(browser.signIn(), refused('sign-in.refused'), 'the lost passkey')
})

test('roles are read anew at every request', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser } = await joined(gate, 'alice', 'admin')
  await browser.api.call('user.list')
  await gate.api.call('user.update', { user: 'alice', role: 'member' })
  await assert.rejects(browser.api.call('user.list'), refused('caller.not-allowed'))
})

test('the last passkey stays; another one can be added, renamed and removed', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser } = await joined(gate)
  const [first] = (await browser.api.call('me.show')).passkeys
  await assert.rejects(browser.api.call('me.passkey-remove', { passkey: first?.id ?? '' }), refused('credential.last'))
  const other = new SoftAuthenticator(gate.gateway.webOrigin ?? '')
  const { ceremony, options } = await browser.api.call('me.passkey-begin')
  const response = { ...other.create(options as never) }
  const added = await browser.api.call('me.passkey-add', { ceremony, response, name: 'phone' })
  await browser.api.call('me.passkey-rename', { passkey: added.id, name: 'new phone' })
  await browser.api.call('me.passkey-remove', { passkey: first?.id ?? '' })
  assert.deepEqual(
    (await browser.api.call('me.show')).passkeys.map(({ name }) => name),
    ['new phone'],
  )
})

test('a passkey of somebody else is not there to be renamed or removed', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser: alice } = await joined(gate)
  const { browser: mallory } = await joined(gate, 'mallory')
  const [passkey] = (await alice.api.call('me.show')).passkeys
  const named = { passkey: passkey?.id ?? '' }
  await assert.rejects(mallory.api.call('me.passkey-remove', named), refused('credential.not-found'))
  await assert.rejects(mallory.api.call('me.passkey-rename', { ...named, name: 'x' }), refused('credential.not-found'))
  const [session] = (await alice.api.call('me.show')).sessions
  await assert.rejects(
    mallory.api.call('me.session-end', { session: session?.id ?? '' }),
    refused('credential.not-found'),
  )
})

test('a recovery code signs in once, however it is typed; a wrong one and a wrong name are told the same', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const { recoveryCodes } = await joined(gate)
  const [code = ''] = recoveryCodes
  const browser = new WebClient(gate)
  await browser.api.call('auth.recovery-code', { user: 'alice', code: ` ${code.toUpperCase().replaceAll('-', '')}` })
  assert.equal((await browser.api.call('me.show')).recovery_codes_left, 9)
  const answers = []
  for (const [user, typed] of [
    ['alice', code],
    ['alice', 'wrong'],
    ['nobody', code],
  ] as const) {
    const body = JSON.stringify({ user, code: typed })
    const headers = { 'content-type': 'application/json' }
    const { status, body: text } = await new WebClient(gate).ask('/v1/auth/recovery-code', {
      method: 'POST',
      headers,
      body,
    })
    answers.push(`${status} ${text.replace(/"request_id":"[^"]*"/, '')}`)
  }
  assert.equal(new Set(answers).size, 1, answers.join('\n'))
})

test('V-F08 one-time codes are set up by their first code, which then is used up', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser } = await joined(gate)
  const { secret } = await browser.api.call('me.totp-begin')
  const code = new TOTP({ secret }).generate()
  await assert.rejects(browser.api.call('me.totp-confirm', { code: '000000' }), refused('code.refused'))
  await browser.api.call('me.totp-confirm', { code })
  await assert.rejects(browser.api.call('me.totp-confirm', { code }), refused('code.refused'))
  assert.equal((await browser.api.call('me.show')).totp, true)
  await assert.rejects(browser.api.call('me.totp-begin'), refused('credential.exists'))
  await browser.api.call('me.totp-remove')
})

test('an API token does what its scopes and its owner may, and nothing about the owner', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { browser } = await joined(gate, 'alice', 'admin')
  const made = await browser.api.call('me.token-add', { name: 'ci', scopes: ['policy', 'read'], seconds: 3600 })
  const script = new WebClient(gate)
  script.token = made.token
  await script.api.call('user.list')
  await script.api.call('policy.show')
  await assert.rejects(script.api.call('user.add', { name: 'x' }), refused('caller.not-allowed'))
  await assert.rejects(script.api.call('me.recovery-codes'), refused('caller.not-allowed'))
  await assert.rejects(
    script.api.call('me.token-add', { name: 'more', scopes: ['*'], seconds: 60 }),
    refused('caller.not-allowed'),
  )
  assert.doesNotMatch(JSON.stringify(await browser.api.call('me.show')), new RegExp(made.token), 'shown once')
  await browser.api.call('me.token-remove', { token: made.id })
  await assert.rejects(script.api.call('user.list'), refused('caller.unknown'))
})

test('the first start’s link is for the owner, while nobody has a passkey', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const url = /https:\S+\/setup\/\S+/.exec(gate.gateway.greeting)?.[0] ?? ''
  const browser = new WebClient(gate)
  await browser.join(url)
  assert.equal((await browser.api.call('auth.state')).signed_in?.role, 'owner')
  await gate.restart(flags)
  assert.doesNotMatch(gate.gateway.greeting, /setup/)
})
