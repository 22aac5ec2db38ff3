import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Directory, MeshNode } from '../decide/directory.ts'
import { compileText } from '../testing/compile-text.ts'
import { CHECK_URL, type NodeSshAction } from './node-ssh-rule.ts'
import { acceptAction } from './recorders.ts'
import { sshRules } from './ssh-rules.ts'

function node(id: number, name: string, about: Partial<MeshNode>): MeshNode {
  const addresses = [`100.64.0.${id}`, `fd7a:115c:a1e0::${id.toString(16)}`]
  return { id, name, tags: [], addresses, announcedRoutes: [], approvedRoutes: [], online: true, ...about }
}

const NODES = {
  alice: node(1, 'alice', { user: 'alice@example.com', attributes: { 'node:os': 'macos' } }),
  alice2: node(9, 'alice2', { user: 'alice@example.com', addresses: ['100.64.0.10'] }),
  bob: node(2, 'bob', { user: 'bob@example.org' }),
  carol: node(3, 'carol', { user: 'carol' }),
  gone: node(4, 'gone', { user: 'gone@example.com' }),
  away: node(5, 'away', { user: 'away@example.com' }),
  server: node(6, 'server', { tags: ['tag:server'] }),
  both: node(7, 'both', { tags: ['tag:server', 'tag:ci'], addresses: ['100.64.0.7'] }),
  recorder: node(8, 'recorder', { tags: ['tag:recorder'] }),
}
const DIRECTORY: Directory = {
  users: [
    { name: 'carol', role: 'member', disabled: false },
    { name: 'bob@example.org', role: 'admin', disabled: false },
    { name: 'alice@example.com', role: 'owner', disabled: false },
    { name: 'away@example.com', role: 'member', disabled: true },
  ],
  targets: [],
  nodes: Object.values(NODES).toReversed(),
}
const BASE = {
  groups: { 'group:dev': ['alice@example.com', 'bob@example.org'], 'group:empty': [] },
  tagOwners: { 'tag:server': [], 'tag:ci': [], 'tag:recorder': [], 'tag:none': [] },
  postures: { 'posture:mac': ["node:os == 'macos'"] },
}
const TO_SERVER = { action: 'accept', src: ['group:dev'], dst: ['tag:server'], users: ['root'] }

/** One line a rule: `from 1 1 2 2 as root=root: accept`, addresses by the last part of them. */
function told(name: keyof typeof NODES, ...ssh: readonly object[]): readonly string[] {
  const compiled = compileText({ ...BASE, ssh }, DIRECTORY)
  return sshRules(compiled, NODES[name]).map(({ principals, sshUsers, action, acceptEnv = [] }) => {
    const from = principals.map(({ nodeIP }) => nodeIP.replace('100.64.0.', '4:').replace('fd7a:115c:a1e0::', '6:'))
    const users = Object.entries(sshUsers).map(([asked, given]) => `${asked}=${given}`)
    return [`from ${from.join(' ')} as ${users.toSorted().join(' ')}: ${words(action)}`, ...acceptEnv].join(' ')
  })
}

function words(action: NodeSshAction): string {
  if ('holdAndDelegate' in action) return action.holdAndDelegate === CHECK_URL ? 'check' : 'other check'
  return 'reject' in action ? 'reject' : 'accept'
}

test('principals are every address of every machine that may, sorted as text', () => {
  const expected = ['from 4:1 4:10 4:2 6:1 6:2 as root=root: accept']
  assert.deepEqual(told('server', TO_SERVER), expected)
  assert.deepEqual(told('both', TO_SERVER), expected)
})

test('only machines that dst means are told of a rule', () => {
  for (const name of ['alice', 'bob', 'recorder'] as const) assert.deepEqual(told(name, TO_SERVER), [])
})

const users: readonly (readonly [users: readonly string[], expected: string])[] = [
  [['root'], 'root=root'],
  [['ubuntu'], 'root= ubuntu=ubuntu'],
  [['autogroup:nonroot'], '*== root='],
  [['autogroup:nonroot', 'root'], '*== root=root'],
  [['group:dev', '__proto__'], '__proto__=__proto__ group:dev=group:dev root='],
]
for (const [names, expected] of users) {
  test(`users ${names.join(', ')} become ${expected}`, () => {
    const rule = { ...TO_SERVER, src: ['carol@'], users: names }
    assert.deepEqual(told('server', rule), [`from 4:3 6:3 as ${expected}: accept`])
  })
}

test('localpart: everybody is told what all may, and then what they alone may; tagged machines come last', () => {
  const rule = { ...TO_SERVER, src: ['autogroup:member', 'tag:ci'], users: ['ubuntu', 'localpart:*@example.com'] }
  assert.deepEqual(told('server', rule), [
    'from 4:1 4:10 6:1 as root= ubuntu=ubuntu: accept',
    'from 4:1 4:10 6:1 as alice=alice: accept',
    'from 4:2 6:2 as root= ubuntu=ubuntu: accept',
    'from 4:3 6:3 as root= ubuntu=ubuntu: accept',
    'from 4:7 as root= ubuntu=ubuntu: accept',
  ])
})

test('localpart: people, and tagged machines, may get into their own machines as well', () => {
  const rule = { ...TO_SERVER, src: ['group:dev', 'tag:recorder'], users: ['localpart:*@example.com'] }
  const own = ['from 4:1 4:10 6:1 as root=: accept', 'from 4:1 4:10 6:1 as alice=alice: accept']
  assert.deepEqual(told('alice', rule), own)
  assert.deepEqual(told('alice2', rule), own)
  assert.deepEqual(told('bob', rule), ['from 4:2 6:2 as root=: accept'])
  assert.deepEqual(told('recorder', rule), ['from 4:8 6:8 as root=: accept'])
  assert.deepEqual(told('carol', rule), [])
})

test('localpart: nobody is root because they are called so', () => {
  const nodes = [NODES.server, node(20, 'r', { user: 'root@example.com' }), node(21, 't', { user: 'ToOr@example.com' })]
  const people = ['root@example.com', 'ToOr@example.com'].map((name) => ({
    name,
    role: 'member' as const,
    disabled: false,
  }))
  const ssh = [{ ...TO_SERVER, src: ['autogroup:member'], users: ['localpart:*@example.com'] }]
  const compiled = compileText({ ...BASE, ssh }, { users: people, targets: [], nodes })
  const names = sshRules(compiled, NODES.server).flatMap(({ sshUsers }) => Object.values(sshUsers))
  assert.deepEqual(names, ['', ''])
})

test('autogroup:self lets people into their own untagged machines, from these', () => {
  const rule = { ...TO_SERVER, dst: ['autogroup:self'] }
  assert.deepEqual(told('alice', rule), ['from 4:1 4:10 6:1 as root=root: accept'])
  assert.deepEqual(told('bob', rule), ['from 4:2 6:2 as root=root: accept'])
  for (const name of ['carol', 'server', 'both'] as const) assert.deepEqual(told(name, rule), [])
})

test('a tagged machine is listed once for each of its tags that the rule means', () => {
  const from = (...src: readonly string[]): readonly string[] => told('server', { ...TO_SERVER, src })
  assert.deepEqual(from('autogroup:tagged'), ['from 4:6 4:7 4:7 4:8 6:6 6:8 as root=root: accept'])
  assert.deepEqual(from('tag:server', 'tag:ci'), ['from 4:6 4:7 4:7 6:6 as root=root: accept'])
  assert.deepEqual(from('tag:ci', 'tag:ci'), ['from 4:7 as root=root: accept'])
  assert.deepEqual(from('group:dev', 'bob@example.org'), ['from 4:1 4:10 4:2 6:1 6:2 as root=root: accept'])
})

test('nobody comes from a machine of someone who is disabled, or unknown', () => {
  const rule = { ...TO_SERVER, src: ['away@example.com', 'gone@example.com', 'user:*@example.com'] }
  assert.deepEqual(told('server', rule), ['from 4:1 4:10 6:1 as root=root: accept'])
})

test('rules that check stand before those that accept, each kind in the order of the text', () => {
  const check = { ...TO_SERVER, action: 'check', checkPeriod: '1h' }
  const lines = told(
    'server',
    { ...TO_SERVER, users: ['a'] },
    { ...check, users: ['b'] },
    { ...TO_SERVER, users: ['c'] },
    { ...check, users: ['d'] },
  )
  assert.deepEqual(
    lines.map((line) => line.slice(line.indexOf(' as ') + 4)),
    ['b=b root=: check', 'd=d root=: check', 'a=a root=: accept', 'c=c root=: accept'],
  )
})

test('a rule with a posture lets in from machines that fulfil it', () => {
  const rule = { ...TO_SERVER, srcPosture: ['posture:mac'] }
  assert.deepEqual(told('server', rule), ['from 4:1 6:1 as root=root: accept'])
})

test('environment variables go along as written', () => {
  const rule = { ...TO_SERVER, src: ['bob@example.org'], acceptEnv: ['LC_*', 'TERM'] }
  assert.deepEqual(told('server', rule), ['from 4:2 6:2 as root=root: accept LC_* TERM'])
})

test('without sources or destinations there is no rule', () => {
  for (const rule of [{ src: [] }, { src: ['group:empty'] }, { dst: [] }, { dst: ['tag:none'] }]) {
    assert.deepEqual(told('server', { ...TO_SERVER, ...rule }), [])
  }
  assert.deepEqual(told('server'), [])
})

test('what an accepted session may do, and who records it', () => {
  const accepts = {
    accept: true,
    allowAgentForwarding: true,
    allowLocalPortForwarding: true,
    allowRemotePortForwarding: true,
  }
  const recorders = ['100.64.0.8:80', '[fd7a:115c:a1e0::8]:80']
  const message = 'this session has to be recorded, and no recorder can be reached'
  const onRecordingFailure = { RejectSessionWithMessage: message, TerminateSessionWithMessage: message }
  const cases: readonly (readonly [object, object])[] = [
    [{}, accepts],
    [{ recorder: ['tag:recorder'] }, { ...accepts, recorders }],
    [{ recorder: ['tag:none'] }, accepts],
    [
      { recorder: ['tag:recorder'], enforceRecorder: true },
      { ...accepts, recorders, onRecordingFailure },
    ],
    // With nothing to record it, the node has to ask, and is refused.
    [{ recorder: ['tag:none'], enforceRecorder: true }, { holdAndDelegate: CHECK_URL }],
  ]
  for (const [more, action] of cases) {
    const compiled = compileText({ ...BASE, ssh: [{ ...TO_SERVER, ...more }] }, DIRECTORY)
    assert.deepEqual(sshRules(compiled, NODES.server)[0]?.action, action)
  }
  const enforced = { ...TO_SERVER, action: 'check', recorder: ['tag:none'], enforceRecorder: true }
  const compiled = compileText({ ...BASE, ssh: [enforced] }, DIRECTORY)
  const [rule] = compiled.policy.sshRules
  assert.ok(rule !== undefined)
  assert.deepEqual(acceptAction(compiled, rule), { reject: true, message })
})
