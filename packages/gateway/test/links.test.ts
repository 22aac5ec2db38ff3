/** One-time links: for whom they were made, from whom, and what they take over. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { atConsole } from './at-console.ts'
import { TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
const PASSWORD = 'seven green bottles on a wall'
const dead = (error: unknown) => error instanceof ApiError && error.reason === 'link.unknown'

test('a link for a member opens no account of the owner that they became meanwhile', async () => {
  await using gate = await TestGateway.start({ flags })
  const admin = await atConsole(gate, 'carol', 'admin')
  await gate.api.call('user.add', { name: 'alice' })
  const { url } = await admin.api.call('user.invite', { user: 'alice' })
  await gate.api.call('user.update', { user: 'alice', role: 'owner' })
  await assert.rejects(new WebClient(gate).join(url), dead)
})

test('a link counts no more once whoever made it is no admin, is disabled or removed', async () => {
  await using gate = await TestGateway.start({ flags })
  for (const name of ['alice', 'bob']) await gate.api.call('user.add', { name })
  const ends = {
    demoted: () => gate.api.call('user.update', { user: 'demoted', role: 'member' }),
    disabled: () => gate.api.call('user.update', { user: 'disabled', disabled: true }),
    removed: () => gate.api.call('user.remove', { user: 'removed' }),
  }
  for (const [name, end] of Object.entries(ends)) {
    const admin = await atConsole(gate, name, 'admin')
    const { url } = await admin.api.call('user.invite', { user: 'alice' })
    const own = await gate.api.call('user.invite', { user: 'bob' })
    await end()
    await assert.rejects(new WebClient(gate).join(url), dead, name)
    await new WebClient(gate).join(own.url)
  }
})

test('a link for a disabled account is dead for good, also once it is enabled again', async () => {
  await using gate = await TestGateway.start({ flags })
  await gate.api.call('user.add', { name: 'alice' })
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  await gate.api.call('user.update', { user: 'alice', disabled: true })
  await gate.api.call('user.update', { user: 'alice', disabled: false })
  await assert.rejects(new WebClient(gate).join(url), dead)
})

test('of two who finish one link at once, one gets in', async () => {
  await using gate = await TestGateway.start({ flags })
  await gate.api.call('user.add', { name: 'alice' })
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  const [one, two] = await Promise.allSettled([new WebClient(gate).join(url), new WebClient(gate).join(url)])
  assert.deepEqual([one.status, two.status].sort(), ['fulfilled', 'rejected'])
  assert.equal((await gate.events('link-used')).length, 1)
  assert.equal((await gate.events('signed-in')).length, 1)
})

test('whoever signs in without a passkey has an account all the same: a link takes it over, and loudly', async () => {
  await using gate = await TestGateway.start({ flags: { ...flags, 'https.passwords': true } })
  const admin = await atConsole(gate, 'carol', 'admin')
  await admin.api.call('me.password-set', { password: PASSWORD })
  const { passkeys } = await admin.api.call('me.show')
  await admin.api.call('me.passkey-remove', { passkey: passkeys[0]?.id ?? '' })
  const link = await gate.api.call('user.invite', { user: 'carol' })
  assert.equal(link.purpose, 'recover')
  const broken = await gate.event('break-glass')
  assert.deepEqual([broken.data['user'], broken.data['means']], ['carol', 'local-link'])
  const again = new WebClient(gate)
  await again.join(link.url)
  assert.equal((await again.api.call('me.show')).password, false, 'the password before counts no more')
  await until(async () => (await admin.api.call('auth.state')).signed_in === null)
})

test('what somebody calls themselves with a link is written down', async () => {
  await using gate = await TestGateway.start({ flags })
  await gate.api.call('user.add', { name: 'alice' })
  const token = (await gate.api.call('user.invite', { user: 'alice' })).url.split('/').at(-1) ?? ''
  const browser = new WebClient(gate)
  const { ceremony, options } = await browser.api.call('link.begin', { token })
  const response = { ...browser.authenticator.create(options as never) }
  const facts = { token, ceremony, response, passkey_name: 'laptop', display_name: 'Alice Liddell' }
  const { signed_in } = await browser.api.call('link.finish', facts)
  assert.equal(signed_in.display_name, 'Alice Liddell')
  const changed = await gate.event('user-changed')
  assert.deepEqual([changed.actor, changed.data['changes']], ['alice', ['displayName']])
})
