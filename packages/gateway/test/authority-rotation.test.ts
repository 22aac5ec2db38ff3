/** Authorities that are rotated with an overlap, as the door and targets with a real sshd see it. */
import assert from 'node:assert/strict'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ApiError, type ApiErrorName, type Authority } from '@sallyport/api'
import { Sshd } from '@sallyport/testkit'
import { hasOpenSsh, TestGateway, type TestKey } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
const POLICY = `{
  "tagOwners": { "tag:db": [] },
  "acls": [{ "action": "accept", "src": ["*"], "dst": ["tag:db:*", "127.0.0.1:*"] }],
  "ssh": [{ "action": "accept", "src": ["alice@"], "dst": ["tag:db"], "users": ["root"] }],
}`
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

async function authority(gate: TestGateway, kind: Authority['kind'], state: Authority['state']): Promise<Authority> {
  const { authorities } = await gate.api.call('ca.list')
  const [found, ...more] = authorities.filter((each) => each.kind === kind && each.state === state)
  assert.ok(found !== undefined && more.length === 0, `one ${state} authority of the ${kind}s`)
  return found
}

/** Has the gateway know a target, in which nothing is set up yet. */
async function addTarget(gate: TestGateway, name: string, sshd: Pick<Sshd, 'port' | 'hostKeys'>): Promise<void> {
  const place = { address: '127.0.0.1', port: sshd.port, host_keys: [...sshd.hostKeys] }
  await gate.api.call('target.add', { name, tags: ['tag:db'], ...place })
}

/** Somebody who signed in, and gets a certificate for a new key each time. */
async function signedIn(gate: TestGateway): Promise<() => Promise<TestKey>> {
  await gate.api.call('user.add', { name: 'alice' })
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  const browser = new WebClient(gate)
  await browser.join(url)
  return async () => {
    const key = gate.key()
    const { line } = await browser.api.call('me.certificate-issue', { public_key: key.line })
    writeFileSync(`${key.file}-cert.pub`, `${line}\n`)
    return key
  }
}

test('a target that was enrolled between rotate and promote takes certificates of both; one that was not refuses the new ones', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ policy: POLICY, flags })
  await using db1 = await Sshd.start()
  await using db2 = await Sshd.start()
  const enrol = async (name: string, sshd: Sshd) => sshd.enrol(await gate.api.call('target.enrol', { target: name }))
  const targets = [
    ['db1', db1],
    ['db2', db2],
  ] as const
  for (const [name, sshd] of targets) {
    await addTarget(gate, name, sshd)
    await enrol(name, sshd)
  }
  const certified = await signedIn(gate)
  /** Through the gateway, with the same certificate there and as root at the target. */
  const login = async (key: TestKey, sshd: Sshd) => {
    const target = { port: sshd.port, key: key.file }
    const config = gate.sshConfig(key, { target, more: 'Match originalhost gate\n  User alice\nMatch all' })
    const { stdout } = await gate.ssh(config, ['-J', 'gate', '-l', 'root', 'server', 'echo in'])
    return stdout.toString() === 'in\n'
  }
  const enters = (key: TestKey) =>
    Promise.all([
      gate.ssh(gate.sshConfig(key), ['-l', 'alice', 'gate']).then(({ status }) => status === 0),
      login(key, db1),
      login(key, db2),
    ])

  const old = await authority(gate, 'user', 'active')
  const next = await gate.api.call('ca.rotate', { kind: 'user' })
  assert.deepEqual([next.state, next.targets_left], ['next', ['db1', 'db2']])
  await enrol('db1', db1)
  assert.deepEqual((await authority(gate, 'user', 'next')).targets_left, ['db2'])

  const before = await certified()
  assert.deepEqual(await enters(before), [true, true, true], 'the one before goes on signing')
  const promoted = await gate.api.call('ca.promote', { authority: next.id })
  assert.deepEqual([promoted.id, promoted.state, promoted.targets_left], [next.id, 'active', ['db2']])
  const after = await certified()
  assert.deepEqual(await enters(after), [true, true, false], 'db2 was not told of the new one')
  assert.deepEqual(await enters(before), [true, true, true], 'what was signed before goes on everywhere')
  await enrol('db2', db2)
  assert.deepEqual((await authority(gate, 'user', 'active')).targets_left, [])
  assert.deepEqual(await enters(after), [true, true, true])

  await gate.api.call('ca.retire', { authority: old.fingerprint })
  assert.deepEqual(await enters(before), [false, false, false])
  await gate.restart()
  assert.deepEqual(await enters(after), [true, true, true])
  for (const [name, sshd] of targets) await enrol(name, sshd)
  assert.deepEqual(await enters(after), [true, true, true], 'the revocation list is about the former one alone')
})

test('steps are taken in their order, and a refused one changes nothing', async () => {
  await using gate = await TestGateway.start({ flags })
  const old = await authority(gate, 'user', 'active')
  await assert.rejects(gate.api.call('ca.promote', { authority: old.id }), refused('authority.in-use'))
  await assert.rejects(gate.api.call('ca.retire', { authority: old.id }), refused('authority.in-use'))
  await assert.rejects(gate.api.call('ca.promote', { authority: 'SHA256:none' }), refused('authority.not-found'))
  const first = await gate.api.call('ca.rotate', { kind: 'user' })
  await assert.rejects(gate.api.call('ca.rotate', { kind: 'user' }), refused('authority.in-use'))
  assert.equal((await gate.api.call('ca.rotate', { kind: 'host' })).state, 'next', 'the kinds go their own ways')

  assert.equal(
    (await gate.api.call('ca.retire', { authority: first.id })).state,
    'retired',
    'one that waits is withdrawn',
  )
  await assert.rejects(gate.api.call('ca.promote', { authority: first.id }), refused('authority.in-use'))
  assert.equal((await authority(gate, 'user', 'active')).id, old.id)

  const { id, fingerprint } = await gate.api.call('ca.rotate', { kind: 'user' })
  await gate.api.call('ca.promote', { authority: fingerprint })
  await assert.rejects(gate.api.call('ca.promote', { authority: id }), refused('authority.in-use'))
  await gate.api.call('ca.retire', { authority: old.id })
  assert.equal((await authority(gate, 'user', 'active')).id, id)
  const steps = (await gate.events())
    .filter(({ type, data }) => type.startsWith('authority-') && data['kind'] === 'user')
    .map(({ type, data }) => [type, data['authority'], data['former']])
  assert.deepEqual(steps, [
    ['authority-created', old.id, undefined],
    ['authority-created', first.id, undefined],
    ['authority-retired', first.id, undefined],
    ['authority-created', id, undefined],
    ['authority-promoted', id, old.fingerprint],
    ['authority-retired', old.id, undefined],
  ])
})

test('an authority of hosts names the targets whose certificates it signed, until they are enrolled again', async () => {
  await using gate = await TestGateway.start({ flags })
  for (const name of ['db1', 'db2', 'plain']) {
    const hostKeys = name === 'plain' ? [] : [gate.key().line.split(' ').slice(0, 2).join(' ')]
    await addTarget(gate, name, { port: 22, hostKeys })
    await gate.api.call('target.enrol', { target: name })
  }
  const next = await gate.api.call('ca.rotate', { kind: 'host' })
  assert.deepEqual(next.targets_left, [], 'it is people who have to learn of it')
  await gate.api.call('ca.promote', { authority: next.id })
  const left = async () => (await authority(gate, 'host', 'former')).targets_left
  assert.deepEqual(await left(), ['db1', 'db2'])
  await gate.api.call('target.enrol', { target: 'db2' })
  assert.deepEqual(await left(), ['db1'])
  const { id } = await authority(gate, 'host', 'former')
  assert.deepEqual((await gate.api.call('ca.retire', { authority: id })).targets_left, ['db1'])
  await gate.api.call('target.remove', { target: 'db1' })
  assert.deepEqual((await authority(gate, 'host', 'retired')).targets_left, [])
})

test('an authority whose key is gone is not promoted, and the answer says how to go on', async () => {
  await using gate = await TestGateway.start({ flags })
  const folder = `${gate.stateDirectory}/authorities`
  const before = readdirSync(folder)
  const { id } = await gate.api.call('ca.rotate', { kind: 'user' })
  for (const file of readdirSync(folder)) if (!before.includes(file)) rmSync(`${folder}/${file}`)
  await assert.rejects(gate.api.call('ca.promote', { authority: id }), (error) => {
    assert.ok(error instanceof ApiError)
    assert.match(error.message, /the key of the authority SHA256:\S+ is missing/)
    assert.match(error.fix ?? '', /nothing was changed/)
    return true
  })
  assert.equal((await authority(gate, 'user', 'next')).id, id)
  await gate.api.call('ca.retire', { authority: id })
  const again = await gate.api.call('ca.rotate', { kind: 'user' })
  assert.equal((await gate.api.call('ca.promote', { authority: again.id })).state, 'active')
})
