/** What people may see of the inventory, who is in which group, and signing somebody out: over HTTPS to a whole gateway. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'ssh.hostname': 'gw.example.com' }
const POLICY = `{
  "groups": { "group:dba": ["alice@", "gone@", "off@"] },
  "tagOwners": { "tag:db": [], "tag:web": [] },
  "grants": [
    { "src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:22", "tcp:5432"] },
    { "src": ["bob@"], "dst": ["tag:web"], "ip": ["443"] },
    { "src": ["autogroup:owner"], "dst": ["*"], "ip": ["*"] },
  ],
  "ssh": [{ "action": "check", "src": ["group:dba"], "dst": ["tag:db"], "users": ["postgres", "autogroup:nonroot"] }],
}`

async function inhabited(): Promise<TestGateway> {
  const gate = await TestGateway.start({ flags })
  await populate(gate).catch(async (error: unknown) => {
    await gate[Symbol.asyncDispose]()
    throw error
  })
  return gate
}

async function populate(gate: TestGateway): Promise<void> {
  for (const name of ['alice', 'bob', 'off']) await gate.api.call('user.add', { name })
  await gate.api.call('user.update', { user: 'off', disabled: true })
  const target = (name: string, address: string, tags: string[]) =>
    gate.api.call('target.add', { name, address, tags, port: 22 })
  await target('db-2', 'db-2.example.com', ['tag:db'])
  await target('db-1', '10.20.4.11', ['tag:db'])
  await target('web-1', '10.20.4.12', ['tag:web'])
  await target('vault-1', '10.20.4.13', [])
  await gate.api.call('policy.apply', { text: POLICY, allow_lockout: true })
}

async function signedIn(gate: TestGateway, user: string): Promise<WebClient> {
  const { url } = await gate.api.call('user.invite', { user })
  const browser = new WebClient(gate)
  await browser.join(url)
  return browser
}

test('V-E01 a member sees the targets that the policy opens to them, by name, with ports, logins and the deciding rule, and no other', {
  skip,
}, async () => {
  await using gate = await inhabited()
  const alice = await signedIn(gate, 'alice')
  const { targets, next, gateway, host_keys } = await alice.api.call('me.targets')
  assert.deepEqual(
    targets.map(({ name, ports, opened, rule }) => [name, ports, opened, rule]),
    [
      ['db-1', '22,5432', 22, 'grants[0], line 5'],
      ['db-2', '22,5432', 22, 'grants[0], line 5'],
    ],
  )
  assert.deepEqual(targets[0]?.logins, { names: [{ login: 'postgres', action: 'check' }], others: 'check' })
  assert.equal(next, null)
  assert.equal(gateway.host, 'gw.example.com')
  assert.equal(gateway.port, gate.port)
  assert.ok(host_keys.length > 0)
  const bob = await signedIn(gate, 'bob')
  const seen = (await bob.api.call('me.targets')).targets
  assert.deepEqual(
    seen.map(({ name, ports, opened }) => [name, ports, opened]),
    [['web-1', '443', 443]],
  )
})

test('targets come in pages, and by part of a name, an address or a tag', { skip }, async () => {
  await using gate = await inhabited()
  const alice = await signedIn(gate, 'alice')
  const first = await alice.api.call('me.targets', { limit: 1 })
  assert.equal(first.next, 'db-1')
  const second = await alice.api.call('me.targets', { limit: 1, after: first.next ?? '' })
  assert.deepEqual([second.targets[0]?.name, second.next], ['db-2', null])
  const names = async (text: string) => (await alice.api.call('me.targets', { text })).targets.map(({ name }) => name)
  assert.deepEqual(await names('10.20'), ['db-1'])
  assert.deepEqual(await names('TAG:DB'), ['db-1', 'db-2'])
  assert.deepEqual(await names('vault'), [])
})

test('the control socket is nobody who could reach targets', { skip }, async () => {
  await using gate = await inhabited()
  await assert.rejects(
    gate.api.call('me.targets'),
    (error: unknown) => error instanceof ApiError && error.reason === 'caller.unknown',
  )
})

test('groups say who is in them, who is disabled or absent, and what they open', { skip }, async () => {
  await using gate = await inhabited()
  const { groups } = await gate.api.call('policy.groups')
  assert.deepEqual(groups, [
    {
      name: 'group:dba',
      line: 2,
      members: [
        { name: 'alice', state: 'enabled' },
        { name: 'gone', state: 'absent' },
        { name: 'off', state: 'disabled' },
      ],
      rules: [{ rule: 'grants[0], line 5', line: 5, destinations: ['tag:db'], ports: ['tcp:22', 'tcp:5432'] }],
    },
  ])
})

test('V-F10 an admin signs somebody out of every browser, and each is written down', { skip }, async () => {
  await using gate = await inhabited()
  const alice = await signedIn(gate, 'alice')
  await alice.inAnotherBrowser()
  const { ended } = await gate.api.call('user.sign-out', { user: 'alice' })
  assert.equal(ended, 2)
  await assert.rejects(
    alice.api.call('me.show'),
    (error: unknown) => error instanceof ApiError && error.reason === 'caller.unknown',
  )
  assert.equal((await gate.events('signed-out')).length, 2)
})
