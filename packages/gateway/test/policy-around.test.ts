/** Around the policy: who can, diff, lock-outs, rollback, and what it would have decided. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasOpenSsh, LOOPBACK_POLICY, NOTHING_POLICY, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'

/** Lets everybody named reach everything, this machine too. */
function allowing(...names: readonly string[]): string {
  const src = JSON.stringify(names.map((name) => `${name}@`))
  return `{"acls":[{"action":"accept","src":${src},"dst":["127.0.0.1:*","*:*"]}]}`
}

test('a policy under which no administrator reaches anything is refused, unless insisted on; both are in the log', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  await gate.user('alice')
  for (const text of [NOTHING_POLICY, allowing('alice')])
    await assert.rejects(api.call('policy.apply', { text }), (error: { code: string; why: string }) => {
      assert.equal(error.code, 'SP1305')
      assert.match(error.why, new RegExp(gate.ownerName))
      return true
    })
  assert.equal((await api.call('policy.show')).version, 2, 'the old one stays')
  const [refused] = await gate.events('policy-refused')
  assert.equal(refused?.data['reason'], 'policy.locks-out')
  const applied = await api.call('policy.apply', { text: NOTHING_POLICY, allow_lockout: true })
  assert.deepEqual([applied.version, applied.locked_out], [3, [gate.ownerName]])
  const [allowed] = await gate.events('policy-lockout-allowed')
  assert.deepEqual(allowed?.data, { version: 3, locked_out: [gate.ownerName] })
  // Nobody is locked out who reached nothing before.
  assert.deepEqual((await api.call('policy.apply', { text: allowing('alice') })).locked_out, [])
})

test('one administrator who still reaches something, or does so from an address, is no lock-out', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  await api.call('user.add', { name: 'second', role: 'admin', keys: [gate.key().line] })
  assert.equal((await api.call('policy.apply', { text: allowing('second') })).changed, true)
  await api.call('user.add', { name: 'keyless', role: 'admin' })
  await assert.rejects(api.call('policy.apply', { text: allowing('keyless') }), { code: 'SP1305' })
  const office = '{"acls":[{"action":"accept","src":["192.0.2.0/24"],"dst":["*:*"]}]}'
  assert.equal((await api.call('policy.apply', { text: office })).changed, true)
})

test('a rollback is a new version with the old text, under the same guards', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  await api.call('policy.apply', { text: NOTHING_POLICY, allow_lockout: true })
  const back = await api.call('policy.rollback', { version: 2, expected_version: 3 })
  assert.deepEqual([back.version, back.changed, back.message], [4, true, 'back to version 2'])
  assert.equal((await api.call('policy.show')).text, LOOPBACK_POLICY)
  assert.equal((await gate.events('policy-applied')).at(-1)?.data['restores'], 2)
  await assert.rejects(api.call('policy.rollback', { version: 3 }), { code: 'SP1305' })
  await assert.rejects(api.call('policy.rollback', { version: 2, expected_version: 3 }), { code: 'SP1303' })
  await assert.rejects(api.call('policy.rollback', { version: 9 }), { code: 'SP1304' })
})

test('a diff is of effects, between a text or a version and another version', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  await gate.user('alice')
  const commented = `// the same\n${LOOPBACK_POLICY}`
  assert.deepEqual((await api.call('policy.diff', { text: commented })).effects, [])
  const narrower = await api.call('policy.diff', { text: allowing('alice') })
  assert.deepEqual([narrower.against, narrower.version, narrower.losers, narrower.gainers], [2, null, 1, 0])
  assert.deepEqual(narrower.effects[0]?.who.names, [gate.ownerName])
  await api.call('policy.apply', { text: allowing('alice', gate.ownerName) })
  const same = await api.call('policy.diff', {})
  assert.deepEqual([same.against, same.version, same.effects], [2, 3, []], 'all two users, by name')
  await assert.rejects(api.call('policy.diff', { version: 1 }), { code: 'SP1304' })
  await assert.rejects(api.call('policy.diff', { text: '{}', version: 2 }), { code: 'SP1001' })
  await assert.rejects(api.call('policy.diff', { text: '{"aclz":[]}' }), { code: 'SP1301' })
})

test('who can reach a destination comes in pages, with the rule and the source that let them', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: allowing('alice', 'bob', 'carol') })
  const { api } = gate
  for (const name of ['carol', 'alice', 'bob', 'dora']) await api.call('user.add', { name })
  const first = await api.call('policy.who-can', { host: '127.0.0.1', limit: 2 })
  assert.deepEqual(
    [first.users.map(({ name }) => name), first.total, first.of, first.next],
    [['alice', 'bob'], 3, 5, 'bob'],
  )
  assert.deepEqual(first.users[0], {
    name: 'alice',
    rule: 'acls[0], line 1',
    line: 1,
    source: 'alice@',
    address: '127.0.0.1',
    login: null,
  })
  const rest = await api.call('policy.who-can', { host: '127.0.0.1', limit: 2, after: first.next ?? '' })
  assert.deepEqual([rest.users.map(({ name }) => name), rest.next], [['carol'], null])
  const ssh = '"ssh":[{"action":"check","src":["alice@"],"dst":["tag:db"],"users":["root"]}]'
  const text = `{"tagOwners":{"tag:db":[]},${ssh},"acls":[{"action":"accept","src":["*"],"dst":["tag:db:22"]}]}`
  await api.call('target.add', { name: 'db1', address: '10.0.0.1', tags: ['tag:db'] })
  const root = await api.call('policy.who-can', { text, host: 'db1', login: 'root' })
  assert.deepEqual(
    root.users.map(({ name, login }) => [name, login]),
    [['alice', 'check']],
  )
})

test('a simulation asks again what was decided, and tells what flips and what cannot be asked', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: LOOPBACK_POLICY })
  const { api } = gate
  const { port } = await gate.sshd()
  const keys = { alice: await gate.user('alice'), bob: await gate.user('bob'), carol: await gate.user('carol') }
  const knock = (name: keyof typeof keys, host: string) =>
    gate.ssh(gate.sshConfig(keys[name]), ['-W', host, `${name}@gate`], { input: '' })
  for (const name of ['alice', 'bob', 'carol'] as const) await knock(name, `127.0.0.1:${port}`)
  await knock('alice', `127.0.0.1:${port}`)
  await api.call('policy.apply', { text: allowing('alice', gate.ownerName) })
  await knock('bob', `127.0.0.1:${port}`)
  await api.call('user.remove', { user: 'carol' })

  const last = async (text: string) => {
    const steps = await Array.fromAsync(api.stream('policy.simulate', { text }))
    return steps.at(-1)?.result ?? undefined
  }
  const same = await last(allowing('alice', gate.ownerName))
  assert.deepEqual([same?.replayed, same?.flipped, same?.already_so, same?.skipped.user_gone], [4, 1, 1, 1])
  const found = await last(allowing('bob'))
  assert.deepEqual([found?.replayed, found?.flipped, found?.already_so], [4, 3, 0])
  const [alice, bob] = found?.flips ?? []
  assert.deepEqual(
    [alice?.user, alice?.was, alice?.becomes, alice?.count, alice?.code, alice?.rule],
    ['alice', 'allow', 'deny', 2, 'no-matching-rule', null],
  )
  assert.deepEqual([bob?.user, bob?.was, bob?.rule, bob?.address], ['bob', 'deny', 'acls[0], line 1', '127.0.0.1'])
  const future = await Array.fromAsync(api.stream('policy.simulate', { text: '{}', since: '2999-01-01T00:00:00Z' }))
  assert.equal(future.at(-1)?.result?.replayed, 0)
})

test('a simulation knows where SSH listens by the address, as the door does', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: LOOPBACK_POLICY })
  const { api } = gate
  const { port } = await gate.sshd()
  const alice = await gate.user('alice')
  const knock = (host: string) =>
    gate.ssh(gate.sshConfig(alice), ['-W', `${host}:${port}`, 'alice@gate'], { input: '' })
  await knock('127.0.0.1')
  await api.call('target.add', { name: 'web1', address: '127.0.0.1', tags: ['tag:web'] })
  await knock('web1')
  await api.call('target.add', { name: 'db1', address: '127.0.0.1', port, tags: ['tag:db'] })
  const asked = async (tag: string) => {
    const text = `{
      "tagOwners": { "tag:web": [], "tag:db": [] },
      "acls": [{ "action": "accept", "src": ["*"], "dst": ["127.0.0.1:*", "*:*"] }],
      "ssh": [{ "action": "check", "src": ["alice@"], "dst": ["${tag}"], "users": ["root"] }],
    }`
    const steps = await Array.fromAsync(api.stream('policy.simulate', { text }))
    return steps.at(-1)?.result?.flips.map(({ target, becomes, proofs }) => `${target}: ${becomes} ${proofs.join()}`)
  }
  // Whoever asks for the address now asks for the target that has it.
  for (const tag of ['tag:web', 'tag:db'])
    assert.deepEqual((await asked(tag))?.toSorted(), ['db1: ask check', 'web1: ask check'], tag)
})

test('an edit leaves comments and layout alone, knows the version it was made on, and has the guards of an apply', {
  skip,
}, async () => {
  const policy = `{
  // Who looks after databases.
  "groups": {"group:dba":   ["alice@"]}, // short, for now
  "acls": [
    {"action": "accept", "src": ["*"], "dst": ["127.0.0.1:*", "*:*"]}, /* everybody */
  ],
}
`
  await using gate = await TestGateway.start({ policy })
  const { api } = gate
  const edit = { kind: 'append', path: ['groups', 'group:dba'], value: 'bob@' } as const
  const applied = await api.call('policy.edit', { edits: [edit], expected_version: 2, message: 'bob joins' })
  assert.deepEqual([applied.version, applied.message], [3, 'bob joins'])
  assert.equal((await api.call('policy.show')).text, policy.replace('["alice@"]', '["alice@", "bob@"]'))
  const again = { edits: [edit], expected_version: 2 }
  await assert.rejects(api.call('policy.edit', again), { code: 'SP1303' })
  const nowhere = { edits: [{ kind: 'remove', path: ['groups', 'group:ops'] } as const], expected_version: 3 }
  await assert.rejects(api.call('policy.edit', nowhere), { code: 'SP1001' })
  const shut = { edits: [{ kind: 'set', path: ['acls'], value: [] } as const], expected_version: 3 }
  await assert.rejects(api.call('policy.edit', shut), { code: 'SP1305' })
  const broken = { edits: [{ kind: 'set', path: ['aclz'], value: [] } as const], expected_version: 3 }
  await assert.rejects(api.call('policy.edit', broken), { code: 'SP1301' })
  let deep: unknown = 'x'
  for (let level = 0; level < 40; level++) deep = [deep]
  const value = deep as readonly string[]
  const tooDeep = { edits: [{ kind: 'set', path: ['acls'], value } as const], expected_version: 3 }
  await assert.rejects(api.call('policy.edit', tooDeep), { code: 'SP1001' })
})
