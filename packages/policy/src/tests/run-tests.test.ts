import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy } from '../decide/compile.ts'
import { compileText, DIRECTORY, policyOf } from '../testing/compile-text.ts'
import { runTests } from './run-tests.ts'
import { failures } from './test-report.ts'

const BASE = {
  groups: { 'group:dba': ['bob@example.com', 'later@example.com'], 'group:empty': [] },
  hosts: { db1: '10.0.0.5', net: '10.0.0.0/8' },
  tagOwners: { 'tag:db': [], 'tag:web': [], 'tag:none': [], 'tag:ci': [], 'tag:here': [] },
  acls: [
    { action: 'accept', src: ['group:dba'], dst: ['tag:db:22', 'tag:none:22'] },
    { action: 'accept', src: ['autogroup:owner'], dst: ['*:*'] },
    { action: 'accept', src: ['tag:ci'], dst: ['tag:web:443'] },
    { action: 'accept', src: ['192.0.2.0/24'], dst: ['10.0.0.6:80'] },
    { action: 'accept', src: ['autogroup:auditor'], dst: ['tag:here:22'] },
    { action: 'accept', proto: 'udp', src: ['eve@example.org'], dst: ['db1:53'] },
  ],
}

function outcome(asked: object): readonly string[] {
  return failures(runTests(compileText({ ...BASE, tests: [asked] })))
}

const passing: readonly (readonly [string, object])[] = [
  ['a user to a host', { src: 'alice@example.com', accept: ['db1:22'] }],
  ['a user to an address with brackets', { src: 'alice@example.com', accept: ['[fd00::5]:22', 'fd00::5:22'] }],
  [
    'every member of a group, also who is added later',
    { src: 'group:dba', accept: ['tag:db:22'], deny: ['tag:db:23'] },
  ],
  ['a tag that no target has yet', { src: 'group:dba', accept: ['tag:none:22'], deny: ['tag:web:22'] }],
  ['a machine by its tag', { src: 'tag:ci', accept: ['tag:web:443'], deny: ['tag:db:22'] }],
  ['all who have a role', { src: 'autogroup:owner', accept: ['203.0.113.1:22'], deny: ['127.0.0.1:22'] }],
  ['an address', { src: '192.0.2.7', accept: ['10.0.0.6:80'], deny: ['10.0.0.6:81'] }],
  ['a target at a special address by its tag', { src: 'autogroup:auditor', accept: ['tag:here:22'] }],
  ['another protocol', { src: 'eve@example.org', proto: 'udp', accept: ['db1:53'] }],
  ['a protocol by number', { src: 'eve@example.org', proto: '6', deny: ['db1:53'] }],
  ['a user whom only the policy names', { src: 'later@example.com', accept: ['tag:db:22'] }],
  ['a disabled user as if enabled', { src: 'dora@example.com', accept: ['db1:22'] }],
  ['the same test twice', { src: 'alice@example.com', accept: ['db1:22', 'db1:22'] }],
]
for (const [name, asked] of passing) {
  test(`passes: ${name}`, () => assert.deepEqual(outcome(asked), []))
}

const failing: readonly (readonly [string, object, string])[] = [
  [
    'an accept that no rule allows',
    { src: 'eve@example.org', accept: ['db1:22'] },
    'eve@example.org accept db1:22: no rule lets eve@example.org open tcp or udp db1 (10.0.0.5) port 22',
  ],
  [
    'a deny that a rule allows, naming the rule',
    { src: 'alice@example.com', deny: ['db1:22'] },
    'alice@example.com deny db1:22: acls[1] (line 1) lets alice@example.com open tcp db1 (10.0.0.5) port 22',
  ],
  [
    'one of several targets of a tag',
    { src: '192.0.2.7', accept: ['tag:web:80'] },
    'no rule lets 192.0.2.7 open tcp or udp dns-named (www.example.com, tag:web) port 80',
  ],
  ['no src', { accept: ['db1:22'] }, 'the test has no src'],
  ['an empty src', { src: '', accept: ['db1:22'] }, 'the test has no src'],
  ['anyone as src', { src: '*', accept: ['db1:22'] }, 'src="*": a test names whom it asks for'],
  ['a prefix as src', { src: 'net', accept: ['db1:22'] }, 'src="net": a test asks for one address'],
  [
    'machines of any tag as src',
    { src: 'autogroup:tagged', deny: ['db1:22'] },
    'src="autogroup:tagged": a test asks for machines by one tag',
  ],
  ['nothing to check', { src: 'alice@example.com' }, 'the test has neither accept nor deny'],
  ['an unknown group', { src: 'group:phantom', accept: ['db1:22'] }, 'group not found: "group:phantom"'],
  [
    'an empty group',
    { src: 'group:empty', deny: ['db1:22'] },
    'src="group:empty": the group is empty, so nothing is tested',
  ],
  [
    'a misspelt user, who would pass every deny',
    { src: 'allice@example.com', deny: ['db1:22'] },
    'src="allice@example.com": no such user, and no rule or group names one; did you mean "alice@example.com"?',
  ],
  ['an unknown host', { src: 'alice@example.com', accept: ['phantom:22'] }, 'no such name in "hosts"'],
  ['an unknown tag', { src: 'alice@example.com', accept: ['tag:phantom:22'] }, 'tag not found: "tag:phantom"'],
  [
    'a prefix',
    { src: 'alice@example.com', accept: ['10.0.0.0/8:22'] },
    'a test asks for one address, host, tag, user or group',
  ],
  [
    'a prefix of one address',
    { src: 'alice@example.com', accept: ['10.0.0.5/32:22'] },
    'a test asks for one address, host, tag, user or group',
  ],
  [
    'an alias of a prefix',
    { src: 'alice@example.com', accept: ['net:22'] },
    'a test asks for one address, host, tag, user or group',
  ],
  [
    'the internet',
    { src: 'alice@example.com', deny: ['autogroup:internet:443'] },
    'a test asks for one address, host, tag, user or group',
  ],
  [
    'everything',
    { src: 'alice@example.com', accept: ['*:22'] },
    'a test asks for one address, host, tag, user or group',
  ],
  ['several ports', { src: 'alice@example.com', accept: ['db1:22,80'] }, 'a test asks for one port from 1 to 65535'],
  ['a range of ports', { src: 'alice@example.com', accept: ['db1:22-80'] }, 'a test asks for one port from 1 to 65535'],
  ['every port', { src: 'alice@example.com', accept: ['db1:*'] }, 'a test asks for one port from 1 to 65535'],
  [
    'a port out of range',
    { src: 'alice@example.com', accept: ['db1:99999'] },
    'a test asks for one port from 1 to 65535',
  ],
  ['a negative port', { src: 'alice@example.com', accept: ['db1:-1'] }, 'a test asks for one port from 1 to 65535'],
  ['no port', { src: 'alice@example.com', accept: ['db1'] }, 'write "host:port"'],
  [
    'a protocol without ports',
    { src: 'alice@example.com', proto: 'icmp', accept: ['db1:22'] },
    'proto="icmp": a test asks for tcp, udp or sctp',
  ],
]
for (const [name, asked, expected] of failing) {
  test(`fails: ${name}`, () => {
    const [line = '', ...others] = outcome(asked)
    assert.deepEqual(others, [])
    assert.match(line, /^tests\[0\] \(line 1\): /)
    assert.ok(line.endsWith(expected) || line.includes(expected), line)
  })
}

test('a report says of every check what was found and where it stands', () => {
  const source = `{
  "acls": [
    { "action": "accept", "src": ["bob@example.com"], "dst": ["10.0.0.5:22"] },
  ],
  "tests": [
    { "src": "bob@example.com", "accept": ["10.0.0.5:22"], "deny": ["10.0.0.5:80"] },
    { "src": "bob@example.com",
      "accept": ["10.0.0.5:80"] },
  ],
}`
  const report = runTests(compileText(source))
  assert.equal(report.passed, false)
  assert.deepEqual(
    report.tests.map((each) => [
      each.passed,
      each.position.line,
      ...each.checks.map((check) => `${check.position.line}: ${check.reason}`),
    ]),
    [
      [true, 6, '6: allowed by acls[0] (line 3)', '6: no rule allows it'],
      [false, 7, '8: no rule lets bob@example.com open tcp or udp 10.0.0.5 port 80'],
    ],
  )
})

test('a policy without tests passes', () => {
  assert.deepEqual(runTests(compileText({ acls: [] })), { passed: true, tests: [], sshTests: [] })
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
  const policy = policyOf({ ...BASE, tests: [{ src: 'autogroup:member', deny: ['tag:db:22'] }] })
  assert.deepEqual(failures(runTests(compilePolicy(policy, { users, targets }))), [])
  const named = policyOf({ ...BASE, tests: [{ src: 'autogroup:member', deny: ['tag:db:22'] }] })
  assert.equal(runTests(compilePolicy(named, DIRECTORY)).passed, false)
})
