import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Directory, MeshNode } from '../decide/directory.ts'
import { compileText } from '../testing/compile-text.ts'
import { runTests } from './run-tests.ts'
import { failures } from './test-report.ts'

function node(id: number, about: Partial<MeshNode>): MeshNode {
  const facts = { tags: [], addresses: [`100.64.0.${id}`], announcedRoutes: [], approvedRoutes: [], online: true }
  return { id, name: `n${id}`, ...facts, ...about }
}

const DIRECTORY: Directory = {
  users: [
    { name: 'alice@example.com', role: 'owner', disabled: false },
    { name: 'bob@example.com', role: 'member', disabled: false },
    { name: 'eve@example.org', role: 'member', disabled: true },
  ],
  targets: [{ name: 'db1', addresses: ['10.0.0.5'], tags: ['tag:db'] }],
  nodes: [
    node(1, { user: 'alice@example.com', attributes: { 'node:os': 'macos' } }),
    node(2, { user: 'bob@example.com' }),
    node(3, { tags: ['tag:web'] }),
    node(4, { tags: ['tag:web', 'tag:db'] }),
    node(5, { tags: ['tag:ci'] }),
  ],
}
const POLICY = {
  groups: {
    'group:dev': ['alice@example.com', 'bob@example.com'],
    'group:empty': [],
    'group:new': ['new@example.com'],
  },
  hosts: { web: '100.64.0.3', net: '100.64.0.0/24' },
  tagOwners: { 'tag:web': [], 'tag:db': [], 'tag:ci': [], 'tag:none': [] },
  postures: { 'posture:mac': ["node:os == 'macos'"] },
  ssh: [
    { action: 'accept', src: ['group:dev'], dst: ['tag:web'], users: ['deploy', 'localpart:*@example.com'] },
    { action: 'check', src: ['alice@example.com'], dst: ['tag:web', 'tag:db'], users: ['root'], checkPeriod: '1h' },
    { action: 'accept', src: ['autogroup:member'], dst: ['autogroup:self'], users: ['autogroup:nonroot'] },
    { action: 'accept', src: ['tag:ci'], dst: ['tag:web', 'tag:none'], users: ['ci'] },
    { action: 'accept', src: ['autogroup:member'], dst: ['tag:db'], users: ['mac'], srcPosture: ['posture:mac'] },
    { action: 'accept', src: ['group:new'], dst: ['tag:web'], users: ['new'] },
  ],
}

function outcome(asked: object): readonly string[] {
  return failures(runTests(compileText({ ...POLICY, sshTests: [asked] }, DIRECTORY)))
}

const passing: readonly (readonly [string, object])[] = [
  ['a login name', { src: 'bob@example.com', dst: ['tag:web'], accept: ['deploy', 'bob'], deny: ['root', 'alice'] }],
  ['a check', { src: 'alice@example.com', dst: ['tag:web', 'tag:db'], check: ['root'], deny: ['postgres'] }],
  ['a group', { src: 'group:dev', dst: ['tag:web'], accept: ['deploy'] }],
  ['own machines', { src: 'bob@example.com', dst: ['bob@example.com'], accept: ['bob'], deny: ['root'] }],
  ['somebody else’s machine', { src: 'bob@example.com', dst: ['alice@example.com'], deny: ['bob', 'alice'] }],
  ['one machine by its address', { src: 'bob@example.com', dst: ['100.64.0.3', 'web'], accept: ['deploy'] }],
  ['a target of the inventory', { src: 'alice@example.com', dst: ['10.0.0.5'], check: ['root'] }],
  ['a machine as source', { src: 'tag:ci', dst: ['tag:web'], accept: ['ci'], deny: ['deploy'] }],
  ['the machine at an address as source', { src: '100.64.0.5', dst: ['web'], accept: ['ci'] }],
  ['a tag that no machine has yet', { src: 'tag:ci', dst: ['tag:none'], accept: ['ci'], deny: ['deploy'] }],
  ['somebody who is away', { src: 'eve@example.org', dst: ['tag:web'], deny: ['deploy', 'eve'] }],
  ['somebody who is only named in a rule', { src: 'new@example.com', dst: ['tag:web'], accept: ['new'] }],
  ['machines that have the posture', { src: 'alice@example.com', dst: ['tag:db'], accept: ['mac'] }],
  [
    'a posture that the test says of the device',
    { src: 'bob@example.com', srcPostureAttrs: { 'node:os': 'macos' }, dst: ['tag:db'], accept: ['mac'] },
  ],
  ['the same destination twice', { src: 'tag:ci', dst: ['tag:web', 'tag:web'], accept: ['ci'] }],
]
for (const [name, asked] of passing) test(`passes: ${name}`, () => assert.deepEqual(outcome(asked), []))

const failing: readonly (readonly [string, object, string])[] = [
  [
    'a name that no rule allows',
    { src: 'bob@example.com', dst: ['tag:web'], accept: ['root'] },
    'bob@example.com accept root on tag:web: bob@example.com as "root" on n3 (tag:web): no rule lets them in',
  ],
  [
    'a name that a rule allows',
    { src: 'bob@example.com', dst: ['tag:web'], deny: ['deploy'] },
    'ssh[0] (line 1) lets them in',
  ],
  [
    'accept where there is a check',
    { src: 'alice@example.com', dst: ['tag:web'], accept: ['root'] },
    'ssh[1] (line 1) lets them in after a check',
  ],
  [
    'check where there is none',
    { src: 'bob@example.com', dst: ['tag:web'], check: ['deploy'] },
    'ssh[0] (line 1) lets them in',
  ],
  ['deny where there is a check', { src: 'alice@example.com', dst: ['tag:db'], deny: ['root'] }, 'after a check'],
  ['one of a group', { src: 'group:dev', dst: ['tag:web'], check: ['root'] }, 'bob@example.com as "root"'],
  ['one of the machines of a tag', { src: 'tag:ci', dst: ['tag:db'], accept: ['ci'] }, 'db1 (10.0.0.5, tag:db)'],
  [
    'a machine that lacks the posture',
    { src: 'bob@example.com', dst: ['tag:db'], accept: ['mac'] },
    'no rule lets them in',
  ],
  [
    'a device that has it',
    { src: 'alice@example.com', dst: ['tag:db'], deny: ['mac'] },
    'ssh[4] (line 1) lets them in',
  ],
  [
    'a misspelt user, who would pass every deny',
    { src: 'bbob@example.com', dst: ['tag:web'], deny: ['x'] },
    'no such user',
  ],
  ['a misspelt owner', { src: 'tag:ci', dst: ['bbob@example.com'], deny: ['x'] }, 'no such user'],
  ['an address of no machine', { src: 'tag:ci', dst: ['100.64.0.99'], deny: ['x'] }, 'no machine has this address'],
  ['an empty group', { src: 'group:empty', dst: ['tag:web'], deny: ['x'] }, 'the group is empty'],
  ['no src', { dst: ['tag:web'], deny: ['x'] }, 'the test has no src'],
  ['no dst', { src: 'tag:ci', deny: ['x'] }, 'the test has no dst'],
  ['nothing to check', { src: 'tag:ci', dst: ['tag:web'] }, 'the test has neither accept, check nor deny'],
]
for (const [name, asked, expected] of failing) {
  test(`fails: ${name}`, () => {
    const [line = '', ...others] = outcome(asked)
    assert.deepEqual(others, [])
    assert.match(line, /^sshTests\[0\] \(line 1\): /)
    assert.ok(line.includes(expected), line)
  })
}

test('a report says of every login and destination what was found', () => {
  const asked = {
    src: 'alice@example.com',
    dst: ['tag:web', '10.0.0.5'],
    accept: ['deploy'],
    check: ['root'],
    deny: ['x'],
  }
  const report = runTests(compileText({ ...POLICY, sshTests: [asked] }, DIRECTORY))
  assert.equal(report.passed, false)
  assert.deepEqual(
    report.sshTests.flatMap(({ checks }) =>
      checks.map(({ expect, login, destination, passed }) => `${expect} ${login} on ${destination}: ${String(passed)}`),
    ),
    [
      'accept deploy on tag:web: true',
      'check root on tag:web: true',
      'deny x on tag:web: true',
      'accept deploy on 10.0.0.5: false',
      'check root on 10.0.0.5: true',
      'deny x on 10.0.0.5: true',
    ],
  )
})

test('failing sshTests fail the policy, whatever tests say', () => {
  const tests = [{ src: 'bob@example.com', deny: ['tag:web:22'] }]
  const sshTests = [{ src: 'bob@example.com', dst: ['tag:web'], accept: ['mallory'] }]
  const report = runTests(compileText({ ...POLICY, acls: [], tests, sshTests }, DIRECTORY))
  assert.deepEqual([report.tests[0]?.passed, report.sshTests[0]?.passed, report.passed], [true, false, false])
})

test('thousands of people whom the rules cannot tell apart are asked for once', () => {
  const users = Array.from({ length: 10_000 }, (_, index) => ({
    name: `u${index}`,
    role: 'member' as const,
    disabled: false,
  }))
  const targets = Array.from({ length: 2000 }, (_, index) => ({
    name: `t${index}`,
    addresses: [`10.1.${index >> 8}.${index & 255}`],
    tags: ['tag:db'],
  }))
  const groups = { 'group:all': users.map(({ name }) => `${name}@`) }
  const ssh = [{ action: 'accept', src: ['group:all'], dst: ['tag:db'], users: ['deploy'] }]
  const sshTests = [{ src: 'group:all', dst: ['tag:db'], accept: ['deploy'], deny: ['root'] }]
  const report = runTests(compileText({ groups, tagOwners: { 'tag:db': [] }, ssh, sshTests }, { users, targets }))
  assert.deepEqual(failures(report), [])
})
