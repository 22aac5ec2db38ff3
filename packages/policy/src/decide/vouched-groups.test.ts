/** Groups that somebody outside of the policy vouches for, such as an identity provider. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain } from '../explain/explain.ts'
import { parsePolicy } from '../language/parse-policy.ts'
import { compilePolicy } from './compile.ts'
import { decide } from './decide.ts'
import type { UserFacts } from './directory.ts'
import { DirectoryIndex } from './directory.ts'

const POLICY = `{
  "groups": { "group:dba": [], "group:ops": ["bob@example.com"] },
  "acls": [
    { "action": "accept", "src": ["group:dba"], "dst": ["10.0.0.5:22"] },
    { "action": "accept", "src": ["group:ops"], "dst": ["10.0.0.6:22"] },
    { "action": "accept", "src": ["tag:db", "autogroup:owner"], "dst": ["10.0.0.7:22"] },
  ],
  "tagOwners": { "tag:db": [] },
}`

function over(...users: readonly UserFacts[]) {
  const parsed = parsePolicy(POLICY)
  assert.ok(parsed.ok)
  return compilePolicy(parsed.policy, { users, targets: [] })
}
const person = (name: string, groups?: readonly string[]): UserFacts => ({
  name,
  role: 'member',
  disabled: false,
  ...(groups === undefined ? {} : { groups }),
})
const may = (compiled: ReturnType<typeof over>, name: string, address: string) =>
  decide(compiled, { user: { name }, destination: { address, port: 22 } }).verdict === 'allow'

test('a group of the policy has those as members whom others vouch for, beside its own', () => {
  const compiled = over(person('eve@example.com', ['group:dba', 'group:ops']), person('bob@example.com', ['group:dba']))
  for (const name of ['eve@example.com', 'bob@example.com']) {
    assert.ok(may(compiled, name, '10.0.0.5'), name)
    assert.ok(may(compiled, name, '10.0.0.6'), name)
  }
  const { user } = explain(compiled, {
    user: { name: 'bob@example.com' },
    destination: { address: '10.0.0.5', port: 22 },
  })
  assert.deepEqual(user.groups, ['group:ops', 'group:dba'])
})

test('what is vouched for is a group and nothing else: no tag, no role, no group that the policy lacks', () => {
  const compiled = over(
    person('eve@example.com', ['tag:db', 'autogroup:owner', '*', 'user bob@example.com', 'group:x']),
  )
  for (const address of ['10.0.0.5', '10.0.0.6', '10.0.0.7']) assert.ok(!may(compiled, 'eve@example.com', address))
  const { user } = explain(compiled, {
    user: { name: 'eve@example.com' },
    destination: { address: '10.0.0.5', port: 22 },
  })
  assert.deepEqual(user.groups, [])
})

test('a membership that is no longer vouched for is a change of the directory, and ends what it gave', () => {
  const before = over(person('eve@example.com', ['group:dba']))
  const now = [person('eve@example.com', [])]
  const index = DirectoryIndex.of({ users: [person('eve@example.com', ['group:dba'])], targets: [] })
  assert.deepEqual(index.changesTo({ users: now, targets: [] }).users?.set, now)
  assert.deepEqual(
    index.changesTo({ users: [person('eve@example.com', ['group:dba'])], targets: [] }).users?.set ?? [],
    [],
  )
  const after = compilePolicy(before.policy, { users: now, targets: [] }, before)
  assert.ok(may(before, 'eve@example.com', '10.0.0.5'))
  assert.ok(!may(after, 'eve@example.com', '10.0.0.5'))
})
