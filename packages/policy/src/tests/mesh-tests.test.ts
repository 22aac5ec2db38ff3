import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Directory, MeshNode } from '../decide/directory.ts'
import { compileText } from '../testing/compile-text.ts'
import { runTests } from './run-tests.ts'
import { failures } from './test-report.ts'

function node(id: number, about: Partial<MeshNode>): MeshNode {
  const addresses = [`100.64.0.${id}`, `fd7a:115c:a1e0::${id}`]
  const facts = { tags: [], addresses, announcedRoutes: [], approvedRoutes: [], online: true }
  return { id, name: `n${id}`, ...facts, ...about }
}

const DIRECTORY: Directory = {
  users: [
    { name: 'alice@example.com', role: 'owner', disabled: false },
    { name: 'bob@example.com', role: 'member', disabled: false },
    { name: 'carol', role: 'member', disabled: false },
  ],
  targets: [{ name: 'db1', addresses: ['10.0.0.5'], tags: ['tag:db'] }],
  nodes: [
    node(1, { user: 'alice@example.com', attributes: { 'node:os': 'macos' } }),
    node(2, { user: 'alice@example.com' }),
    node(3, { user: 'bob@example.com' }),
    node(4, { tags: ['tag:web'] }),
    node(5, { tags: ['tag:web', 'tag:exit'] }),
    node(6, { tags: ['tag:db'] }),
  ],
}
const BASE = {
  groups: { 'group:dev': ['alice@example.com', 'bob@example.com'], 'group:empty': [] },
  hosts: { laptop: '100.64.0.1', nobody: '100.64.0.99' },
  tagOwners: { 'tag:web': [], 'tag:db': [], 'tag:exit': [], 'tag:none': [] },
  postures: { 'posture:mac': ["node:os == 'macos'"] },
}
const ACLS = [
  { action: 'accept', src: ['laptop'], dst: ['tag:web:22'] },
  { action: 'accept', src: ['100.64.0.1', '100.64.0.2'], dst: ['tag:web:23'] },
  { action: 'accept', src: ['group:dev'], dst: ['bob@example.com:22', 'autogroup:self:80'] },
  { action: 'accept', src: ['tag:exit'], dst: ['tag:db:5432'] },
  { action: 'accept', src: ['alice@example.com'], dst: ['autogroup:tagged:443'], srcPosture: ['posture:mac'] },
  { action: 'accept', proto: 'udp', src: ['bob@example.com'], dst: ['tag:web:53'] },
  { action: 'accept', src: ['autogroup:member'], dst: ['100.64.0.4:8080'] },
  { action: 'accept', src: ['autogroup:admin'], dst: ['autogroup:member:3389'] },
]

function outcome(asked: object, policy: object = { acls: ACLS }): readonly string[] {
  return failures(runTests(compileText({ ...BASE, ...policy, tests: [asked] }, DIRECTORY)))
}

const passing: readonly (readonly [string, object])[] = [
  ['every machine of a person, where rules go by address', { src: 'alice@example.com', accept: ['tag:web:23'] }],
  ['one machine of theirs does not do for accept', { src: 'bob@example.com', deny: ['tag:web:22', 'tag:web:23'] }],
  ['an address stands for the machine that has it', { src: '100.64.0.5', accept: ['tag:db:5432'] }],
  ['an alias too', { src: 'laptop', accept: ['tag:web:22', 'tag:web:23', 'alice@example.com:80'] }],
  ['a person’s machines', { src: 'alice@example.com', accept: ['bob@example.com:22'], deny: ['alice@example.com:22'] }],
  ['their own machines', { src: 'bob@example.com', accept: ['bob@example.com:80'], deny: ['alice@example.com:80'] }],
  ['machines of a group, some of them not their own', { src: 'bob@example.com', deny: ['group:dev:8443'] }],
  ['machines of everybody', { src: 'alice@example.com', accept: ['autogroup:member:3389'] }],
  ['machines of whoever has none yet', { src: 'alice@example.com', accept: ['carol@:3389'], deny: ['carol@:22'] }],
  ['a tag that no machine has yet', { src: 'alice@example.com', deny: ['tag:none:22'] }],
  ['tagged machines, targets and of the mesh', { src: 'laptop', deny: ['autogroup:tagged:5432'] }],
  ['UDP where no protocol is asked for', { src: 'bob@example.com', accept: ['tag:web:53'] }],
  ['TCP where only UDP is open', { src: 'bob@example.com', proto: 'tcp', deny: ['tag:web:53'] }],
  ['a mesh address by a rule for it', { src: 'carol@', accept: ['100.64.0.4:8080'] }],
  [
    'a posture that the test says of the device',
    { src: 'alice@example.com', srcPostureAttrs: { 'node:os': 'macos' }, accept: ['tag:db:443'] },
  ],
  [
    'a posture that the test denies of the device',
    { src: 'laptop', srcPostureAttrs: { 'node:os': 'linux' }, deny: ['tag:web:443'] },
  ],
]
for (const [name, asked] of passing) test(`passes: ${name}`, () => assert.deepEqual(outcome(asked), []))

const failing: readonly (readonly [string, object, string])[] = [
  [
    'accept where one of their machines gets there',
    { src: 'alice@example.com', accept: ['tag:web:22'] },
    'no rule lets alice@example.com open tcp or udp n4 (tag:web) port 22',
  ],
  [
    'deny where one of their machines gets there',
    { src: 'alice@example.com', deny: ['tag:web:22'] },
    'acls[0] (line 1) lets alice@example.com open tcp n4 (tag:web) port 22, over the mesh',
  ],
  [
    'deny where a machine of the tag gets there by another tag',
    { src: 'tag:web', deny: ['tag:db:5432'] },
    'acls[3] (line 1) lets tag:web open tcp n6 (tag:db) port 5432, over the mesh',
  ],
  [
    'deny where a device has the posture',
    { src: 'alice@example.com', srcPostureAttrs: { 'node:os': 'macos' }, deny: ['tag:web:443'] },
    'acls[4] (line 1) lets alice@example.com open tcp n4 (tag:web) port 443',
  ],
  [
    'one of several machines of a group',
    { src: 'bob@example.com', accept: ['group:dev:80'] },
    'no rule lets bob@example.com open tcp or udp n1 (alice@example.com) port 80',
  ],
  ['a misspelt person as destination', { src: 'carol@', deny: ['bbob@example.com:22'] }, 'no such user'],
  ['an empty group as destination', { src: 'carol@', deny: ['group:empty:22'] }, 'the group is empty'],
  ['roles that nobody has here', { src: 'autogroup:it-admin', deny: ['tag:db:22'] }, 'nobody here is one'],
  ['each person’s own', { src: 'carol@', deny: ['autogroup:self:22'] }, 'a test asks for one address, host'],
]
for (const [name, asked, expected] of failing) {
  test(`fails: ${name}`, () => {
    const [line = '', ...others] = outcome(asked)
    assert.deepEqual(others, [])
    assert.ok(line.includes(expected), line)
  })
}

test('without acls and grants the mesh is open, and the doors are not', () => {
  assert.deepEqual(outcome({ src: 'alice@example.com', accept: ['tag:web:22'] }, {}), [])
  assert.deepEqual(outcome({ src: 'carol@', deny: ['tag:web:22'] }, {}), [])
  assert.deepEqual(outcome({ src: 'alice@example.com', deny: ['10.0.0.7:22'] }, {}), [
    'tests[0] (line 1): alice@example.com deny 10.0.0.7:22: the mesh, which no rule closes, lets alice@example.com open tcp 10.0.0.7 port 22',
  ])
})

test('a role that nobody has counts for who will have it', () => {
  const policy = {
    acls: [{ action: 'accept', src: ['autogroup:auditor'], dst: ['10.0.0.7:22'] }],
    tests: [{ src: 'autogroup:auditor', accept: ['10.0.0.7:22'], deny: ['10.0.0.7:23'] }],
  }
  assert.deepEqual(failures(runTests(compileText(policy, { users: [], targets: [] }))), [])
})
