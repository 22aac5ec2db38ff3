/** Second factors that the door remembers: seen, forgotten, and gone with what they rested on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SoftAuthenticator } from '@sallyport/identity/testing'
import { CODE, checking, decide, given, refused, skip, withCodes } from './asked-way.ts'
import { PtySsh } from './pty-ssh.ts'
import { until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

/** Alice, whose browser has said yes for an hour; `goes`: whether ssh gets through without being asked. */
async function remembered() {
  const { gate, browser, config } = await given(checking('1h'), { web: true })
  const jump = () => gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived'])
  const yes = async () => {
    const [waiting] = (await browser.api.call('approval.list')).approvals
    await decide(browser, waiting?.code ?? CODE.exec((await jump()).stderr)?.[1] ?? '')
  }
  const goes = async () => (await jump()).stdout.toString() === 'arrived\n'
  await yes()
  assert.ok(await goes())
  return { gate, browser, config, goes, yes }
}

const reasons = async (gate: { events(type: string): Promise<readonly { data: Record<string, unknown> }[]> }) =>
  (await gate.events('checks-forgotten')).map(({ data }) => data['reason'])

test('what is remembered is seen by its owner, and asked for again once it is forgotten; open ways that rest on it end', {
  skip,
}, async () => {
  const { gate, browser, config, goes } = await remembered()
  await using _ = gate
  await using open = new PtySsh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived; sleep 600'])
  await open.shows(/arrived/)
  const { checks } = await browser.api.call('me.checks')
  assert.deepEqual(
    checks.map(({ source, target, method }) => [source, target, method]),
    [['127.0.0.1', 'db', 'passkey']],
  )
  await assert.rejects(browser.api.call('me.check-forget', { check: 'x' }), refused('credential.not-found'))
  assert.deepEqual(await browser.api.call('me.check-forget', { check: checks[0]?.id ?? '' }), { forgotten: 1 })
  await open.exited
  assert.equal(await goes(), false)
  assert.deepEqual((await browser.api.call('me.checks')).checks, [])
  const [event] = await gate.events('checks-forgotten')
  assert.deepEqual([event?.actor, event?.data['count'], event?.data['target']], ['alice', 1, 'db'])
  await gate.restart({ 'listen.https': ['127.0.0.1:0'] })
  assert.equal(await goes(), false, 'a restart brings nothing back')
})

test('V-B07 nothing is remembered of whoever was disabled, also once they are back', { skip }, async () => {
  const { gate, goes } = await remembered()
  await using _ = gate
  await gate.api.call('user.update', { user: 'alice', disabled: true })
  assert.equal(await goes(), false)
  await gate.api.call('user.update', { user: 'alice', disabled: false })
  assert.equal(await goes(), false)
  assert.deepEqual(await reasons(gate), ['user-disabled'])
})

test('open ways that rest on what is remembered end with a login from there that is disowned, and with a recovery', {
  skip,
}, async () => {
  for (const how of ['recovered', 'disowned']) {
    const { gate, browser, config, goes } = await remembered()
    await using _ = gate
    await using open = new PtySsh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived; sleep 600'])
    await open.shows(/arrived/)
    let ended = false
    void open.exited.then(() => (ended = true))
    if (how === 'recovered') await new WebClient(gate).join((await gate.api.call('user.invite', { user: 'alice' })).url)
    else {
      await gate.api.call('target.add', { name: 'db2', address: '127.0.0.3', tags: ['tag:db'] })
      const { stderr } = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db2', 'true'])
      await decide(browser, CODE.exec(stderr)?.[1] ?? '', 'report')
    }
    await until(() => ended).catch(() => assert.fail(`a way goes on that was opened by what was ${how}`))
    assert.equal(await goes(), false)
  }
})

test('signing out everywhere forgets, by the person and by an admin', { skip }, async () => {
  const { gate, browser, goes, yes } = await remembered()
  await using _ = gate
  await browser.api.call('me.session-end', { session: 'others' })
  assert.equal(await goes(), false)
  await yes()
  assert.ok(await goes())
  await gate.api.call('user.sign-out', { user: 'alice' })
  assert.equal(await goes(), false)
  assert.deepEqual(await reasons(gate), ['signed-out', 'signed-out'])
})

test('what a passkey proved goes with a passkey, what codes proved with the codes', { skip }, async () => {
  const { gate, browser, goes, yes } = await remembered()
  await using _ = gate
  await withCodes(browser)
  await browser.api.call('me.totp-remove')
  assert.ok(await goes(), 'it was proved with the passkey')
  const begun = await browser.api.call('me.passkey-begin')
  const spare = new SoftAuthenticator(gate.gateway.webOrigin ?? '')
  const response = { ...spare.create(begun.options as never) }
  const added = await browser.api.call('me.passkey-add', { ceremony: begun.ceremony, response, name: 'spare' })
  assert.ok(await goes())
  await browser.api.call('me.passkey-remove', { passkey: added.id })
  assert.equal(await goes(), false)
  await yes()
  assert.ok(await goes())
  assert.deepEqual(await reasons(gate), ['credential-removed'])
})

test('people end their own SSH sessions, and are told that it was their account', { skip }, async () => {
  const { gate, browser, config } = await remembered()
  await using _ = gate
  await using ssh = new PtySsh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived; sleep 600'])
  await ssh.shows(/arrived/)
  const { ended } = await browser.api.call('me.ssh-end')
  assert.equal(ended.length, 1)
  assert.equal(await ssh.exited, 255)
  assert.match(ssh.shown, /SP2514 session\.ended-by-owner/)
  await until(async () => (await gate.api.call('session.list', {})).sessions.length === 0)
  const event = await gate.event('session-ended')
  assert.equal(event.actor, 'alice')
})
