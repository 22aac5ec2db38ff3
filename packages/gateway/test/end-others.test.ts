/** A proof that is taken away or changed, and where its owner is signed in besides. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SoftAuthenticator } from '@sallyport/identity/testing'
import { withCodes } from './asked-way.ts'
import { TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false, 'https.passwords': true }

/** Alice at two browsers, the other one with a certificate. */
async function given() {
  const gate = await TestGateway.start({ flags })
  await gate.api.call('user.add', { name: 'alice' })
  const here = new WebClient(gate)
  const { recoveryCodes } = await here.join((await gate.api.call('user.invite', { user: 'alice' })).url)
  const again = async () => {
    const other = await here.inAnotherBrowser()
    await other.api.call('me.certificate-issue', { public_key: gate.key().line })
    return other
  }
  const isIn = async (browser: WebClient) => (await browser.api.call('auth.state')).signed_in !== null
  const valid = async () =>
    (await gate.api.call('certificate.list', { user: 'alice' })).certificates.filter(({ revoked }) => revoked === null)
      .length
  const spare = async () => {
    const { ceremony, options } = await here.api.call('me.passkey-begin')
    const response = { ...new SoftAuthenticator(gate.gateway.webOrigin ?? '').create(options as never) }
    return (await here.api.call('me.passkey-add', { ceremony, response, name: 'spare' })).id
  }
  return { gate, here, again, isIn, valid, spare, recoveryCodes }
}

test('what takes a proof away or changes it signs out everywhere else, certificates included, unless told not to', async () => {
  const { gate, here, again, isIn, valid, spare } = await given()
  await using _ = gate
  const password = 'seven green bottles on a wall'
  const takes: Readonly<Record<string, (keep: { end_others?: boolean }) => Promise<unknown>>> = {
    'a passkey is removed': async (keep) => here.api.call('me.passkey-remove', { passkey: await spare(), ...keep }),
    'one-time codes are removed': async (keep) => {
      await withCodes(here)
      await here.api.call('me.totp-remove', keep)
    },
    'the password is changed': (keep) => here.api.call('me.password-set', { password, ...keep }),
    'the password is removed': async (keep) => {
      await here.api.call('me.password-set', { password, end_others: false })
      await here.api.call('me.password-remove', keep)
    },
  }
  await here.api.call('me.password-set', { password })
  for (const [what, take] of Object.entries(takes)) {
    const other = await again()
    await take({ end_others: false })
    assert.deepEqual([await isIn(here), await isIn(other), await valid()], [true, true, 1], `${what}, and told not to`)
    if (what === 'the password is removed') await here.api.call('me.password-set', { password })
    await take({})
    assert.deepEqual([await isIn(here), await isIn(other), await valid()], [true, false, 0], what)
    await here.api.call('me.password-set', { password })
  }
})

test('a first password signs nobody out', async () => {
  const { gate, here, again, isIn } = await given()
  await using _ = gate
  const other = await again()
  await here.api.call('me.password-set', { password: 'seven green bottles on a wall' })
  assert.deepEqual([await isIn(here), await isIn(other)], [true, true])
})

test('a recovery code signs out everywhere else, unless told not to', async () => {
  const { gate, here, again, isIn, valid, recoveryCodes } = await given()
  await using _ = gate
  await again()
  const found = new WebClient(gate)
  const [first = '', second = ''] = recoveryCodes
  await found.api.call('auth.recovery-code', { user: 'alice', code: first, end_others: false })
  assert.deepEqual([await isIn(here), await isIn(found), await valid()], [true, true, 1])
  const last = new WebClient(gate)
  await last.api.call('auth.recovery-code', { user: 'alice', code: second })
  assert.deepEqual([await isIn(here), await isIn(found), await isIn(last), await valid()], [false, false, true, 0])
})

test('V-F10 a browser that signs in anew is signed out of what it had', async () => {
  const { gate, here, again, isIn } = await given()
  await using _ = gate
  const other = await again()
  const before = new WebClient(gate)
  before.cookie = other.cookie
  // The same passkey in the same browser, as when the console asks for a fresh proof.
  await other.signIn()
  assert.notEqual(other.cookie, before.cookie)
  assert.deepEqual([await isIn(before), await isIn(other), await isIn(here)], [false, true, true])
  assert.equal((await here.api.call('me.show')).sessions.length, 2)
  const ended = await gate.events('signed-out')
  assert.deepEqual(
    ended.map(({ actor }) => actor),
    ['alice'],
  )
})
