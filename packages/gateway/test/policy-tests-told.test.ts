/** How many tests a policy has, wherever it is said. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policyTestsText } from '@sallyport/api'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const POLICY = `{
  "tagOwners": { "tag:db": [] },
  "acls": [{ "action": "accept", "src": ["alice@"], "dst": ["tag:db:*"] }],
  "ssh": [{ "action": "accept", "src": ["alice@"], "dst": ["tag:db"], "users": ["root"] }],
  "tests": [{ "src": "alice@", "accept": ["tag:db:22", "tag:db:80"], "deny": ["10.0.0.1:22"] }],
  "sshTests": [{ "src": "alice@", "dst": ["tag:db"], "accept": ["root"], "deny": ["postgres"] }],
}`

test('doctor and policy check count the tests of a policy in the same way and words', {
  skip: hasOpenSsh() ? false : 'needs ssh-keygen',
}, async () => {
  await using gate = await TestGateway.start()
  await gate.api.call('user.add', { name: 'alice' })
  await gate.api.call('target.add', { name: 'db1', address: '192.0.2.1', tags: ['tag:db'] })
  const { version } = await gate.api.call('policy.apply', { text: POLICY, message: 'for a test', allow_lockout: true })
  const { checks } = await gate.api.call('daemon.doctor')
  const told = policyTestsText(await gate.api.call('policy.check', {}))
  assert.equal(told, '5 of 5 tests passed')
  assert.equal(checks.find(({ id }) => id === 'policy')?.detail, `version ${version}, ${told}`)
})
