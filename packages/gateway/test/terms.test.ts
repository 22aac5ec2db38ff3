import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectSsh, SshError } from '@sallyport/ssh'
import { formatPublicKey, generatePrivateKey } from '@sallyport/ssh/keys'
import { securityKey } from '@sallyport/ssh/testing'
import { freePort } from '@sallyport/testkit'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'

/** A policy under which everybody reaches 127.0.0.1, on these terms. */
function policyWith(...terms: object[]): string {
  const grants = [
    { src: ['*'], dst: ['127.0.0.1'], ip: ['*'] },
    ...terms.map((each) => ({ src: ['*'], dst: ['127.0.0.1'], app: { 'sallyport.dev/cap/ssh': [each] } })),
  ]
  return JSON.stringify({ grants })
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
/** Hours of a day that is neither today nor tomorrow, wherever midnight is just passing. */
function otherHours(): object {
  const day = DAYS[(new Date().getUTCDay() + 3) % 7] ?? 'sun'
  return { hours: [{ days: [day], timeZone: 'UTC' }] }
}

/** What a jump with these terms is told, and what the log says of it. */
async function refusal(terms: object, more?: string) {
  await using gate = await TestGateway.start({ policy: policyWith({ idleTimeout: '1h' }, terms) })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target, ...(more === undefined ? {} : { more }) })
  const { stderr, status } = await gate.ssh(config, ['-J', 'gate', 'server', 'echo hi'])
  assert.equal(status, 255)
  const [denied] = await gate.events('access-denied')
  assert.deepEqual(await gate.events('access-granted'), [])
  return { stderr, reason: denied?.data['reason'], rule: denied?.data['rule'] }
}

test('outside of its hours a way stays closed, and the refusal says when it opens', { skip }, async () => {
  const { stderr, reason, rule } = await refusal(otherHours())
  assert.match(stderr, /SP2112 policy\.hours: .* come back within them: [a-z]{3} UTC/)
  assert.deepEqual([reason, rule], ['policy.hours', 'grants[2], line 1'])
})

test('from another network a way stays closed, and no network is named', { skip }, async () => {
  const { stderr, reason } = await refusal({ sources: ['192.0.2.0/24'] })
  assert.match(stderr, /SP2111 policy\.source/)
  assert.doesNotMatch(stderr, /192\.0\.2/)
  assert.equal(reason, 'policy.source')
})

test('a client that agrees on no post-quantum keys is refused where they are demanded, and others are not', {
  skip,
}, async () => {
  const { stderr, reason } = await refusal({ postQuantum: true }, '  KexAlgorithms curve25519-sha256')
  assert.match(stderr, /SP2114 policy\.post-quantum/)
  assert.equal(reason, 'policy.post-quantum')
  await using gate = await TestGateway.start({ policy: policyWith({ postQuantum: true }) })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  assert.equal((await gate.ssh(config, ['-J', 'gate', 'server', 'echo hi'])).stdout.toString(), 'hi\n')
})

test('what the door cannot do it refuses: inspection, limits inside the session, recordings', { skip }, async () => {
  for (const terms of [
    { mode: 'inspected' },
    { sftp: { direction: 'down' } },
    { sftp: { paths: ['/srv'] } },
    { forwarding: { local: [] } },
    { forwarding: { remote: ['localhost:*'] } },
  ]) {
    const { stderr, reason } = await refusal(terms)
    assert.match(stderr, /SP2115 policy\.inspection/, JSON.stringify(terms))
    assert.equal(reason, 'policy.inspection')
  }
  const { stderr, reason, rule } = await refusal({ recording: 'required' })
  assert.match(stderr, /SP2116 policy\.recording: .* cannot record it, so it stays closed/)
  assert.deepEqual([reason, rule], ['policy.recording', 'grants[2], line 1'])
})

test('terms that take nothing away let pass', { skip }, async () => {
  const policy = policyWith({
    mode: 'blind',
    recording: 'best-effort',
    factors: [{ oneOf: ['key'], within: '1h' }],
    sources: ['127.0.0.0/8', '::1'],
    hours: [{ timeZone: 'Europe/Berlin' }],
    idleTimeout: '1h',
  })
  await using gate = await TestGateway.start({ policy })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  const { stdout, stderr } = await gate.ssh(config, ['-J', 'gate', 'server', 'echo hi'])
  assert.equal(stdout.toString(), 'hi\n', stderr)
})

test('a way on which nothing moves ends when it may be idle no longer, and one that is used goes on', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ policy: policyWith({ idleTimeout: '5s' }) })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  const started = performance.now()
  await using used = gate.start(config, [
    '-J',
    'gate',
    'server',
    'for i in 1 2 3 4 5 6 7 8; do sleep 1; echo on; done; echo end',
  ])
  await using idle = gate.start(config, ['-W', `127.0.0.1:${target.port}`, 'gate'])
  await idle.said('SSH-2.0-OpenSSH_')
  await idle.exited
  const ms = performance.now() - started
  assert.ok(ms >= 5000 && ms < 60_000, `${ms} ms`)
  // The other one may have come to its own end meanwhile.
  await until(async () => (await gate.events('passage-closed')).some(({ data }) => data['reason'] === 'passage.idle'))
  await used.said('end')
})

test('a way ends when it was open for as long as it may, the shorter of what two grants say', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: policyWith({ sessionLimit: '1h' }, { sessionLimit: '2s' }) })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  const started = performance.now()
  const { status } = await gate.ssh(config, ['-J', 'gate', 'server', 'while echo on; do sleep 0.2; done'])
  const ms = performance.now() - started
  assert.ok(ms >= 2000 && ms < 60_000, `${ms} ms`)
  assert.equal(status, 255)
  const closed = await gate.event('passage-closed')
  assert.equal(closed.data['reason'], 'passage.expired')
})

test('V-D18 terms that come with a change of the policy act on ways that are open', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: policyWith() })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  const changes = [
    [otherHours(), 'policy.hours'],
    [{ recording: 'required' }, 'policy.recording'],
    [{ sources: ['192.0.2.0/24'] }, 'policy.source'],
    [{ factors: [{ oneOf: ['sk-key'] }] }, 'policy.factor'],
    [{ idleTimeout: '1s' }, 'passage.idle'],
  ] as const
  for (const [index, [terms, reason]] of changes.entries()) {
    await gate.api.call('policy.apply', { text: policyWith() })
    await using way = gate.start(config, ['-W', `127.0.0.1:${target.port}`, 'gate'])
    await way.said('SSH-2.0-OpenSSH_')
    await gate.api.call('policy.apply', { text: policyWith(terms) })
    const started = performance.now()
    await way.exited
    assert.ok(performance.now() - started < 5000)
    assert.equal((await gate.event('passage-closed', index)).data['reason'], reason)
  }
})

test('a proof has to be fresh when a way is opened, and what is open goes on when it no longer is', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ policy: policyWith({ factors: [{ oneOf: ['key'], within: '6s' }] }) })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  const local = await freePort()
  const forward = `127.0.0.1:${local}:127.0.0.1:${target.port}`
  const command = ['-L', forward, '-W', `127.0.0.1:${target.port}`, '-o', 'ClearAllForwardings=no', 'gate']
  await using way = gate.start(config, command)
  await way.said('SSH-2.0-OpenSSH_')
  await sleep(6500)
  const second = gate.sshConfig(gate.ownerKey, { target: { ...target, port: local } })
  assert.equal((await gate.ssh(second, ['server', 'echo hi'])).status, 255)
  const [denied] = await gate.events('access-denied')
  assert.equal(denied?.data['reason'], 'policy.factor')
  assert.match(way.stderr, /SP2113 policy\.factor: .*: key within 6s/)
  // A change of the policy that leaves the demand as it is does not make it a demand on the age of the session.
  await gate.api.call('policy.apply', { text: policyWith({ factors: [{ oneOf: ['key'], within: '6s' }] }, {}) })
  assert.deepEqual(await gate.events('passage-closed'), [])
})

test('a security key proves a touch, and its PIN where it was given', async () => {
  await using gate = await TestGateway.start({ policy: policyWith({ factors: [{ oneOf: ['sk-key-pin'] }] }) })
  const [touched, verified] = [securityKey(0x01), securityKey(0x05)]
  const software = generatePrivateKey('ssh-ed25519')
  const keys = [touched, verified, software].map(({ publicKey }) => formatPublicKey(publicKey))
  await gate.api.call('user.add', { name: 'alice', keys })
  const host = { host: '127.0.0.1', port: gate.port, username: 'alice', hostKeyVerifier: () => true }
  // Nothing listens there: whoever is let through is told that.
  const port = await freePort()
  const outcome = async (signer: typeof touched | typeof software): Promise<string> => {
    await using client = await connectSsh({ ...host, signers: [signer] })
    const error: unknown = await client.openDirectTcpip({ host: '127.0.0.1', port }).catch((reason: unknown) => reason)
    assert.ok(error instanceof SshError)
    const told = String(error.facts?.['description'])
    return /^SP2\d{3} [^:]+/.exec(told)?.[0] ?? told
  }
  assert.equal(await outcome(touched), 'SP2113 policy.factor')
  assert.equal(await outcome(software), 'SP2113 policy.factor')
  assert.equal(await outcome(verified), 'SP2201 dial.refused')
  await gate.api.call('policy.apply', { text: policyWith({ factors: [{ oneOf: ['sk-key'] }] }) })
  assert.equal(await outcome(touched), 'SP2201 dial.refused')
  assert.equal(await outcome(software), 'SP2113 policy.factor')
})
