/** What administration changes, and the audit log that takes nothing: then nothing has changed. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { SoftAuthenticator } from '@sallyport/identity/testing'
import { withCodes } from './asked-way.ts'
import { LOOPBACK_POLICY, TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const OTHER_POLICY = LOOPBACK_POLICY.replace('*:*', '10.0.0.0/8:*')

test('when the audit log cannot be written nothing is changed, and the answer says so', async () => {
  await using gate = await TestGateway.start({ flags: { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false } })
  const { api } = gate
  await api.call('user.add', { name: 'alice', keys: [gate.key().line] })
  const { bans, ...more } = await prepare(gate)
  const browser = new WebClient(gate)
  const { recoveryCodes: codes } = await browser.join((await api.call('user.invite', { user: 'alice' })).url)
  await withCodes(browser)
  await addPasskey(gate, browser)
  // A session of each of three browsers, with a certificate that goes with it.
  const [other, leaving] = [await browser.inAnotherBrowser(), await browser.inAnotherBrowser()]
  for (const each of [browser, other, leaving])
    await each.api.call('me.certificate-issue', { public_key: gate.key().line })
  const { url: link } = await api.call('user.invite', { user: 'alice' })
  const state = async () => {
    const { version, text } = await api.call('policy.show', {})
    const own = await browser.api.call('me.show')
    return {
      policy: [version, text],
      users: await api.call('user.list'),
      keys: await api.call('key.list', {}),
      targets: await api.call('target.list'),
      bans: await api.call('ban.list'),
      authorities: await api.call('ca.list'),
      certificates: await api.call('certificate.list', {}),
      tokens: own.tokens,
      passkeys: own.passkeys.map(({ id }) => id),
      codes: [own.totp, own.recovery_codes_left],
      called: own.display_name,
      sessions: own.sessions.map(({ id }) => id),
    }
  }
  const before = await state()
  const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
    'policy.apply': () => api.call('policy.apply', { text: OTHER_POLICY, message: 'other', allow_lockout: true }),
    'policy.rollback': () => api.call('policy.rollback', { version: 1, message: '', allow_lockout: true }),
    'user.add': () => api.call('user.add', { name: 'bob', keys: [more.spare] }),
    'user.update': () => api.call('user.update', { user: 'alice', role: 'auditor', disabled: true }),
    'user.remove': () => api.call('user.remove', { user: 'alice' }),
    'key.add': () => api.call('key.add', { user: 'alice', public_key: more.spare }),
    'key.remove': () => api.call('key.remove', { key: more.key }),
    'target.add': () => api.call('target.add', { name: 'db2', address: '10.0.0.2' }),
    'target.update': () => api.call('target.update', { target: 'db1', port: 2222 }),
    'target.remove': () => api.call('target.remove', { target: 'db1' }),
    'target.import': () => api.call('target.import', { targets: [{ name: 'db3', address: '10.0.0.3' }] }),
    'ban.add': () => api.call('ban.add', { source: '192.0.2.9', reason: 'a test' }),
    'ban.remove': () => api.call('ban.remove', { ban: bans }),
    'ca.rotate': () => api.call('ca.rotate', { kind: 'user' }),
    'ca.promote': () => api.call('ca.promote', { authority: more.authority }),
    'ca.retire': () => api.call('ca.retire', { authority: more.authority }),
    'key.revoke': () => api.call('key.revoke', { public_key: more.spare, reason: 'a test' }),
    'user.invite': () => api.call('user.invite', { user: 'alice' }),
    'auth.passkey-finish': () => browser.signIn(),
    'me.key-add': () => browser.api.call('me.key-add', { public_key: more.spare }),
    'me.token-add': () => browser.api.call('me.token-add', { name: 'ci', scopes: ['read'], seconds: 3600 }),
    'me.recovery-codes': () => browser.api.call('me.recovery-codes'),
    'me.certificate-issue': () => browser.api.call('me.certificate-issue', { public_key: more.spare }),
    'me.session-end': () => browser.api.call('me.session-end', { session: 'others' }),
    'me.passkey-remove': async () => {
      const [, spare] = (await browser.api.call('me.show')).passkeys
      await browser.api.call('me.passkey-remove', { passkey: spare?.id ?? '' })
    },
    'me.totp-remove': () => browser.api.call('me.totp-remove', {}),
    'user.sign-out': () => api.call('user.sign-out', { user: 'alice' }),
    'auth.recovery-code': () => other.api.call('auth.recovery-code', { user: 'alice', code: codes[0] ?? '' }),
    'link.finish': () => new WebClient(gate).join(link),
    // Last: it takes the browser's cookie.
    'auth.sign-out': () => leaving.api.call('auth.sign-out'),
    'target.enrol': () => api.call('target.enrol', { target: 'db1', host_key: more.spare }),
  }
  const database = new DatabaseSync(`${gate.stateDirectory}/sallyport.db`)
  database.exec("create trigger fault before insert on audit_entries begin select raise(abort, 'a fault'); end")
  for (const [name, attempt] of Object.entries(attempts)) {
    await assert.rejects(attempt, (error) => error instanceof ApiError && /audit log/.test(error.message), name)
    assert.deepEqual(await state(), before, name)
  }
  database.exec('drop trigger fault')
  database.close()
  for (const name of ['policy.apply', 'user.add', 'user.update', 'ban.add', 'ca.rotate', 'ca.promote'])
    await attempts[name]?.()
  const { users } = await api.call('user.list')
  assert.equal(users.length, before.users.users.length + 1)
  const { ok } = await api.call('audit.verify')
  assert.equal(ok, true)
})

async function addPasskey(gate: TestGateway, browser: WebClient): Promise<void> {
  const { ceremony, options } = await browser.api.call('me.passkey-begin')
  const spare = new SoftAuthenticator(gate.gateway.webOrigin ?? '')
  await browser.api.call('me.passkey-add', {
    ceremony,
    response: { ...spare.create(options as never) },
    name: 'spare',
  })
}

/** Something of each kind that can be taken away. */
async function prepare(gate: TestGateway) {
  const { api } = gate
  await api.call('target.add', { name: 'db1', address: '10.0.0.1' })
  const { id: bans } = await api.call('ban.add', { source: '192.0.2.8', reason: 'a test' })
  const { keys } = await api.call('key.list', { user: 'alice' })
  await api.call('policy.apply', { text: `${LOOPBACK_POLICY} `, message: 'again', allow_lockout: true })
  const { id: authority } = await api.call('ca.rotate', { kind: 'host' })
  return { bans, key: keys[0]?.id ?? '', authority, spare: gate.key().line }
}
