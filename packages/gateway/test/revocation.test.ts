import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasOpenSsh, LOOPBACK_POLICY, NOTHING_POLICY, TestGateway, until } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
/** What was promised: a change ends what it no longer allows within this time. */
const LIMIT_MS = 5000

/** A gateway with alice on it, who has a way open to the server behind. */
async function withAlice() {
  const gate = await TestGateway.start()
  const target = await gate.sshd()
  const key = await gate.user('alice')
  const way = gate.start(gate.sshConfig(key, { target }), ['-W', `127.0.0.1:${target.port}`, 'alice@gate'])
  await way.said('SSH-2.0-OpenSSH_')
  return { gate, target, key, way }
}

async function endedInTime(way: { readonly exited: Promise<number | null> }, change: Promise<unknown>): Promise<void> {
  await change
  const start = performance.now()
  await way.exited
  const ms = performance.now() - start
  assert.ok(ms < LIMIT_MS, `${ms} ms`)
}

test('V-D18 a removed key ends the session it opened', { skip }, async () => {
  const { gate, way } = await withAlice()
  await using _gate = gate
  await using _way = way
  const { public_keys } = await gate.api.call('user.show', { user: 'alice' })
  await endedInTime(way, gate.api.call('key.remove', { key: public_keys[0]?.id ?? '' }))
  assert.match(way.stderr, /SP2503 session\.key-removed/)
  const ended = await gate.event('session-ended')
  assert.deepEqual(
    [ended.actor, ended.data['reason'], ended.data['user']],
    ['@gateway', 'session.key-removed', 'alice'],
  )
  const closed = await gate.event('passage-closed')
  assert.equal(closed.data['reason'], 'session.key-removed')
})

test('V-D18 a disabled user loses the session, and a removed one', { skip }, async () => {
  for (const call of ['disable', 'remove'] as const) {
    const { gate, way } = await withAlice()
    await using _gate = gate
    await using _way = way
    const change =
      call === 'disable'
        ? gate.api.call('user.update', { user: 'alice', disabled: true })
        : gate.api.call('user.remove', { user: 'alice' })
    await endedInTime(way, change)
    assert.match(way.stderr, /SP2502 session\.user-disabled/)
  }
})

test('V-D18 a policy change ends the passages it no longer allows, and only those', { skip }, async () => {
  const { gate, target, way } = await withAlice()
  await using _gate = gate
  await using _way = way
  await using kept = gate.start(gate.sshConfig(gate.ownerKey, { target }), ['-W', `127.0.0.1:${target.port}`, 'gate'])
  await kept.said('SSH-2.0-OpenSSH_')
  const text = '{"acls":[{"action":"accept","src":["autogroup:owner"],"dst":["127.0.0.1:*"]}]}'
  const applied = gate.api.call('policy.apply', { text, allow_lockout: true })
  await endedInTime(way, applied)
  assert.equal((await applied).ended_passages, 1)
  const closed = await gate.event('passage-closed')
  assert.equal(closed.data['reason'], 'session.policy-changed')
  // Alice's ssh had nothing else to do, and has ended.
  await until(async () => (await gate.api.call('session.list')).sessions.length === 1)
  const { sessions } = await gate.api.call('session.list')
  assert.deepEqual(
    sessions.map(({ user, passages }) => [user, passages.length]),
    [[gate.ownerName, 1]],
  )
  const bytes = async () => {
    const [passage] = (await gate.api.call('session.list')).sessions[0]?.passages ?? []
    return passage === undefined ? 0 : passage.bytes_in + passage.bytes_out
  }
  const before = await bytes()
  kept.write('SSH-2.0-still-there\r\n')
  await until(async () => (await bytes()) > before)
})

test('V-D18 the next connection is decided by the new policy', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: NOTHING_POLICY })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  const command = ['-J', 'gate', 'server', 'echo hi']
  assert.match((await gate.ssh(config, command)).stderr, /SP210[23]/)
  await gate.api.call('policy.apply', { text: LOOPBACK_POLICY })
  assert.equal((await gate.ssh(config, command)).stdout.toString(), 'hi\n')
})

test('V-D18 a ban ends the sessions of the source', { skip }, async () => {
  const { gate, way } = await withAlice()
  await using _gate = gate
  await using _way = way
  await endedInTime(way, gate.api.call('ban.add', { source: '127.0.0.0/8', reason: 'test', seconds: 600 }))
  assert.match(way.stderr, /SP2505 session\.banned/)
})

test('a target that leads elsewhere ends the passages to where it led', { skip }, async () => {
  await using gate = await TestGateway.start({
    policy: '{"tagOwners":{"tag:x":[]},"acls":[{"action":"accept","src":["*"],"dst":["tag:x:*"]}]}',
  })
  const target = await gate.sshd()
  const input = { name: 'db1', address: '127.0.0.1', port: target.port, tags: ['tag:x'] }
  await gate.api.call('target.add', input)
  await using way = gate.start(gate.sshConfig(gate.ownerKey), ['-W', 'db1:22', 'gate'])
  await way.said('SSH-2.0-OpenSSH_')
  await endedInTime(
    way,
    gate.api.call('target.import', { targets: [{ ...input, address: '127.0.0.2' }], on_conflict: 'replace' }),
  )
})

/** Longer than a name, and with what would break a line. */
const REASON =
  'maintenance at noon: the disks of\nthe data bases are exchanged then and there, thank you for your patience'

test('an administrator ends one session, or all of a user, and the user reads why', { skip }, async () => {
  const { gate, target, key, way } = await withAlice()
  await using _gate = gate
  await using _way = way
  const { sessions } = await gate.api.call('session.list', { user: 'alice' })
  assert.equal(sessions.length, 1)
  assert.match(sessions[0]?.passages[0]?.inner_banner ?? '', /^SSH-2\.0-OpenSSH/)
  await endedInTime(way, gate.api.call('session.kill', { session: sessions[0]?.id ?? '', reason: REASON }))
  assert.match(way.stderr, /SP2501 session\.killed.*maintenance at noon: .*, thank you for your patience/)
  const config = gate.sshConfig(key, { target })
  const two = [1, 2].map(() => gate.start(config, ['-W', `127.0.0.1:${target.port}`, 'alice@gate']))
  for (const each of two) await each.said('SSH-2.0')
  const { ended } = await gate.api.call('session.kill-user', { user: 'alice' })
  assert.equal(ended.length, 2)
  for (const each of two) await each.exited
  const first = await gate.event('session-ended')
  assert.match(first.actor ?? '', /^@local:/)
  assert.equal(first.data['note'], REASON.replace('\n', ' '))
  await assert.rejects(gate.api.call('session.kill', { session: 'ses_aaaaaaaaaaaaaaaa' }), { code: 'SP1401' })
})

test('idle sessions and old sessions end with their reason', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: { 'ssh.idle_timeout': '300ms' } })
  await using idle = gate.start(gate.sshConfig(gate.ownerKey), ['-N', 'gate'])
  await idle.exited
  await until(async () => (await gate.events('session-ended')).length === 1)
  assert.equal((await gate.events('session-ended'))[0]?.data['reason'], 'session.idle')
  await gate.restart({ 'ssh.session_limit': '300ms' })
  await using old = gate.start(gate.sshConfig(gate.ownerKey), ['-N', 'gate'])
  await old.exited
  await until(async () => (await gate.events('session-ended')).length === 2)
  assert.equal((await gate.events('session-ended'))[1]?.data['reason'], 'session.expired')
})

test('a stop tells the users, waits for them, and then ends what is left', { skip }, async () => {
  const { gate, key, way } = await withAlice()
  await using _gate = gate
  await using _way = way
  const start = performance.now()
  const stopped = gate.gateway.stop({ drainMs: 400, reason: 'test' })
  assert.equal((await gate.ssh(gate.sshConfig(key), ['gate'])).status, 255)
  await way.exited
  await stopped
  assert.ok(performance.now() - start >= 380)
  assert.match(way.stderr, /SP2508 session\.draining/)
  await gate.restart()
  const stops = await gate.events('gateway-stopped')
  assert.equal(stops.length, 1)
  assert.equal((await gate.api.call('audit.verify')).ok, true)
})

test('a stop ends at once when the last session has ended', { skip }, async () => {
  const { gate, way } = await withAlice()
  await using _gate = gate
  const stopped = gate.gateway.stop({ drainMs: 20_000 })
  await way[Symbol.asyncDispose]()
  const start = performance.now()
  await stopped
  assert.ok(performance.now() - start < 15_000)
})
