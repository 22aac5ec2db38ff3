import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain } from '../explain/explain.ts'
import { compileText, DIRECTORY, policyOf } from '../testing/compile-text.ts'
import { compilePolicy } from './compile.ts'
import { type DecisionCode, decide, type Query } from './decide.ts'

const POLICY = `{
  "groups": { "group:dba": ["bob@example.com", "carol@"] },
  "hosts": { "db1": "10.0.0.5", "office": "192.0.2.0/24", "self": "127.0.0.2" },
  "tagOwners": { "tag:db": [], "tag:web": [], "tag:here": [], "tag:ci": [] },
  "acls": [
    { "action": "accept", "src": ["group:dba"], "dst": ["tag:db:22,5432-5433"] },
    { "action": "accept", "proto": "tcp", "src": ["autogroup:admin"], "dst": ["*:*"] },
    { "action": "accept", "src": ["office"], "dst": ["10.1.0.0/16:22"] },
    { "action": "accept", "src": ["carol@"], "dst": ["tag:here:22", "self:22", "169.254.0.0/16:80", "0.0.0.0/1:23"] },
    { "action": "accept", "src": ["user:*@example.org"], "dst": ["autogroup:internet:443", "autogroup:tagged:8080"] },
    { "action": "accept", "src": ["tag:ci", "autogroup:tagged"], "dst": ["*:*"] },
    { "action": "accept", "proto": "udp", "src": ["eve@example.org"], "dst": ["10.0.0.5:53"] },
  ],
  "grants": [
    { "src": ["autogroup:auditor"], "dst": ["10.0.0.6-10.0.0.9", "fd00::/8"], "ip": ["tcp:22", "udp:*"] },
    { "src": ["autogroup:member"], "dst": ["10.9.9.9"], "ip": ["22"] },
    { "src": ["autogroup:danger-all"], "dst": ["10.9.9.10"], "ip": ["22"] },
    { "src": ["autogroup:owner"], "dst": ["*"], "ip": ["*"] },
  ],
}`
const compiled = compileText(POLICY)

interface Case {
  readonly name: string
  readonly user: string
  readonly to: string
  readonly port?: number
  readonly from?: string
  readonly tags?: readonly string[]
  readonly protocol?: 'udp' | 'sctp'
  /** `section[index]` of the rule that allows, or the code of the denial. */
  readonly expected: string
}

function ask({ user, to, port = 22, from, tags, protocol }: Case): Query {
  return {
    user: { name: user },
    ...(from === undefined ? {} : { source: from }),
    destination: {
      address: to,
      port,
      ...(tags === undefined ? {} : { tags }),
      ...(protocol === undefined ? {} : { protocol }),
    },
  }
}

const BOB = 'bob@example.com'
const ADAM = 'adam@example.com'
const ALICE = 'alice@example.com'
const EVE = 'eve@example.org'
const AUDREY = 'audrey@example.com'
const NO_RULE: DecisionCode = 'no-matching-rule'
const SPECIAL: DecisionCode = 'special-address'

const cases: readonly Case[] = [
  { name: 'a member of a group by the tag of the address', user: BOB, to: '10.0.0.5', expected: 'acls[0]' },
  { name: 'the same in IPv4-mapped form', user: BOB, to: '::ffff:10.0.0.5', expected: 'acls[0]' },
  { name: 'the other address of the target', user: BOB, to: 'fd00:0::5', expected: 'acls[0]' },
  { name: 'a local user in the group', user: 'carol', to: '10.0.0.5', expected: 'acls[0]' },
  { name: 'the first port of a range', user: BOB, to: '10.0.0.5', port: 5432, expected: 'acls[0]' },
  { name: 'the last port of a range', user: BOB, to: '10.0.0.5', port: 5433, expected: 'acls[0]' },
  { name: 'a port beyond the range', user: BOB, to: '10.0.0.5', port: 5434, expected: NO_RULE },
  { name: 'another tag', user: BOB, to: '10.0.0.6', expected: NO_RULE },
  {
    name: 'an address by a tag that the caller knows',
    user: BOB,
    to: '10.7.7.7',
    tags: ['tag:db'],
    expected: 'acls[0]',
  },
  { name: 'an address without the tag', user: BOB, to: '10.7.7.7', expected: NO_RULE },
  { name: 'somebody outside of the group', user: EVE, to: '10.0.0.5', expected: NO_RULE },

  { name: 'an admin to anywhere', user: ADAM, to: '203.0.113.9', port: 65535, expected: 'acls[1]' },
  {
    name: 'an admin by a protocol that the rule leaves out',
    user: ADAM,
    to: '203.0.113.9',
    protocol: 'udp',
    expected: NO_RULE,
  },
  { name: 'an owner is an admin too', user: ALICE, to: '203.0.113.9', expected: 'acls[1]' },
  {
    name: 'an owner, where admins are not meant',
    user: ALICE,
    to: '203.0.113.9',
    protocol: 'udp',
    expected: 'grants[3]',
  },

  { name: 'anyone from the office', user: EVE, from: '192.0.2.77', to: '10.1.2.3', expected: 'acls[2]' },
  {
    name: 'anyone from the office in mapped form',
    user: EVE,
    from: '::ffff:192.0.2.77',
    to: '10.1.2.3',
    expected: 'acls[2]',
  },
  { name: 'anyone from elsewhere', user: EVE, from: '192.0.3.77', to: '10.1.2.3', expected: NO_RULE },
  { name: 'anyone from nobody knows where', user: EVE, to: '10.1.2.3', expected: NO_RULE },
  { name: 'a source that is no address', user: EVE, from: 'office', to: '10.1.2.3', expected: NO_RULE },

  { name: 'the internet', user: EVE, to: '8.8.8.8', port: 443, expected: 'acls[4]' },
  { name: 'the internet over IPv6', user: EVE, to: '2606:4700::1111', port: 443, expected: 'acls[4]' },
  { name: 'a private address is not the internet', user: EVE, to: '192.168.1.1', port: 443, expected: NO_RULE },
  { name: 'a mesh address is not the internet', user: EVE, to: '100.64.0.1', port: 443, expected: NO_RULE },
  { name: 'a tagged target', user: EVE, to: '10.0.0.6', port: 8080, expected: 'acls[4]' },
  { name: 'a target without tags', user: EVE, to: '10.0.0.7', port: 8080, expected: NO_RULE },
  { name: 'another domain', user: BOB, to: '8.8.8.8', port: 443, expected: NO_RULE },

  { name: 'a user never counts as a machine', user: EVE, from: '10.0.0.5', to: '10.200.0.1', expected: NO_RULE },

  { name: 'a rule for UDP does not open TCP', user: EVE, to: '10.0.0.5', port: 53, expected: NO_RULE },
  { name: 'a rule for UDP opens UDP', user: EVE, to: '10.0.0.5', port: 53, protocol: 'udp', expected: 'acls[6]' },
  { name: 'a rule without proto does not open SCTP', user: BOB, to: '10.0.0.5', protocol: 'sctp', expected: NO_RULE },

  { name: 'a range of a grant', user: AUDREY, to: '10.0.0.9', expected: 'grants[0]' },
  { name: 'an address after the range', user: AUDREY, to: '10.0.0.10', expected: NO_RULE },
  { name: 'a prefix of a grant', user: AUDREY, to: 'fdff::1', expected: 'grants[0]' },
  { name: 'every user is a member', user: EVE, to: '10.9.9.9', expected: 'grants[1]' },
  { name: 'autogroup:danger-all is every user', user: EVE, to: '10.9.9.10', expected: 'grants[2]' },

  { name: 'V-D09 loopback by a star', user: ALICE, to: '127.0.0.1', expected: SPECIAL },
  { name: 'V-D09 loopback by a star, mapped', user: ALICE, to: '::ffff:127.0.0.1', expected: SPECIAL },
  { name: 'V-D09 loopback of IPv6 by a star', user: ALICE, to: '::1', expected: SPECIAL },
  { name: 'V-D09 the unspecified address', user: ALICE, to: '0.0.0.0', expected: SPECIAL },
  { name: 'V-D09 metadata by a star', user: ALICE, to: '169.254.169.254', port: 80, expected: SPECIAL },
  { name: 'V-D09 link-local IPv6', user: ALICE, to: 'fe80::1', expected: SPECIAL },
  { name: 'V-D09 multicast', user: ALICE, to: '224.0.0.1', expected: SPECIAL },
  { name: 'V-D09 broadcast', user: ALICE, to: '255.255.255.255', expected: SPECIAL },
  { name: 'V-D09 loopback hidden in NAT64', user: ALICE, to: '64:ff9b::127.0.0.1', expected: SPECIAL },
  { name: 'V-D09 loopback hidden in 6to4', user: ALICE, to: '2002:7f00:1::', expected: SPECIAL },
  {
    name: 'V-D09 a tag that only the caller claims opens no special address',
    user: 'carol',
    to: '127.0.0.9',
    tags: ['tag:here'],
    expected: NO_RULE,
  },
  {
    name: 'V-D09 nor does it for one who has a star',
    user: ALICE,
    to: '127.0.0.1',
    tags: ['tag:db'],
    expected: SPECIAL,
  },
  { name: 'V-D09 a wide prefix does not name loopback', user: 'carol', to: '127.0.0.1', port: 23, expected: SPECIAL },
  {
    name: 'a wide prefix covers the ordinary addresses in it',
    user: 'carol',
    to: '9.9.9.9',
    port: 23,
    expected: 'acls[3]',
  },
  { name: 'a tag of the target that has the special address', user: 'carol', to: '127.0.0.1', expected: 'acls[3]' },
  { name: 'a host alias of a special address', user: 'carol', to: '127.0.0.2', expected: 'acls[3]' },
  { name: 'a prefix within the special range', user: 'carol', to: '169.254.169.254', port: 80, expected: 'acls[3]' },
  { name: 'a special address that no rule covers at all', user: BOB, to: '127.0.0.1', expected: NO_RULE },

  { name: 'a user nobody knows', user: 'mallory@example.com', to: '10.0.0.5', expected: 'user-unknown' },
  {
    name: 'a login name in other letters is another name',
    user: 'Bob@example.com',
    to: '10.0.0.5',
    expected: 'user-unknown',
  },
  { name: 'a disabled user', user: 'dora@example.com', to: '10.0.0.5', expected: 'user-disabled' },
  { name: 'V-D09 an address in decimal', user: ALICE, to: '2130706433', expected: 'invalid-destination' },
  { name: 'V-D09 an address with a trailing dot', user: ALICE, to: '10.0.0.5.', expected: 'invalid-destination' },
  { name: 'V-D09 a name in place of an address', user: ALICE, to: 'localhost', expected: 'invalid-destination' },
  { name: 'port 0', user: ALICE, to: '10.0.0.5', port: 0, expected: 'invalid-destination' },
  { name: 'port 65536', user: ALICE, to: '10.0.0.5', port: 65536, expected: 'invalid-destination' },
  { name: 'port 22.5', user: ALICE, to: '10.0.0.5', port: 22.5, expected: 'invalid-destination' },
]
for (const each of cases) {
  test(`${each.name}: ${each.expected}`, () => {
    const { verdict, code, rule } = decide(compiled, ask(each))
    assert.equal(rule === undefined ? code : `${rule.section}[${rule.index}]`, each.expected)
    assert.equal(verdict, rule === undefined ? 'deny' : 'allow')
    assert.equal(code === 'allowed', verdict === 'allow')
  })
}

test('the deciding rule comes with its place in the text', () => {
  const decision = decide(compiled, ask({ name: '', user: BOB, to: '10.0.0.5', expected: '' }))
  assert.deepEqual(decision.rule, { section: 'acls', index: 0, line: 6, column: 5 })
})

test('of several rules that allow, the first of the text is told', () => {
  const source = {
    acls: [
      { action: 'accept', src: ['bob@example.com'], dst: ['10.0.0.0/8:22'] },
      { action: 'accept', src: ['*'], dst: ['*:*'] },
    ],
  }
  const to = (address: string): number | undefined =>
    decide(compileText(source), ask({ name: '', user: BOB, to: address, expected: '' })).rule?.index
  assert.deepEqual([to('10.0.0.5'), to('11.0.0.5')], [0, 1])
})

test('without acls and grants nothing is allowed', () => {
  for (const source of [{}, { acls: [] }, { grants: [] }]) {
    assert.equal(
      decide(compileText(source), ask({ name: '', user: ALICE, to: '10.0.0.5', expected: '' })).verdict,
      'deny',
    )
  }
})

test('destinations that stand for mesh devices allow nothing', () => {
  const dst = ['autogroup:self:*', 'autogroup:member:*', 'bob@example.com:*']
  const devices = compileText({ acls: [{ action: 'accept', src: ['*'], dst }] })
  assert.equal(decide(devices, ask({ name: '', user: BOB, to: '10.0.0.5', expected: '' })).verdict, 'deny')
})

test('the role that counts is the one of the directory, so a demotion counts at once', () => {
  const policy = policyOf(POLICY)
  const demoted = DIRECTORY.users.map((user) => ({ ...user, role: 'member' as const }))
  const query: Query = { user: { name: ADAM, role: 'admin' }, destination: { address: '203.0.113.9', port: 22 } }
  assert.equal(decide(compilePolicy(policy, DIRECTORY), query).verdict, 'allow')
  assert.equal(decide(compilePolicy(policy, { ...DIRECTORY, users: demoted }), query).verdict, 'deny')
})

test('a compiled policy does not change when it is compiled again over other facts', () => {
  const policy = policyOf(POLICY)
  const before = compilePolicy(policy, DIRECTORY)
  compilePolicy(policy, { users: [], targets: [] })
  assert.equal(decide(before, ask({ name: '', user: BOB, to: '10.0.0.5', expected: '' })).verdict, 'allow')
})

test('targets that share an address share their tags', () => {
  const targets = [...DIRECTORY.targets, { name: 'web-on-db', addresses: ['10.0.0.5'], tags: ['tag:web'] }]
  const source = { tagOwners: { 'tag:web': [] }, grants: [{ src: ['*'], dst: ['tag:web'], ip: ['80'] }] }
  const query = ask({ name: '', user: BOB, to: '10.0.0.5', port: 80, expected: '' })
  assert.equal(decide(compileText(source), query).verdict, 'deny')
  assert.equal(decide(compileText(source, { ...DIRECTORY, targets }), query).verdict, 'allow')
})

test('V-D09 what is left of a wide range in an ipset is no name of a special address', () => {
  const ipsets = {
    'ipset:net': ['add autogroup:internet', 'remove 1.0.0.0/8'],
    'ipset:rest': ['add 120.0.0.0/5', 'remove 120.0.0.0-126.255.255.255', 'remove 127.0.0.128/25'],
    'ipset:nested': ['ipset:rest', '126.255.0.0/16'],
    'ipset:named': ['add 127.0.0.0/24', 'remove 127.0.0.1'],
  }
  const asked = (set: string, address: string) => {
    const compiled = compileText({ ipsets, grants: [{ src: ['*'], dst: [set], ip: ['22'] }] })
    const query = { user: { name: 'carol' }, destination: { address, port: 22 } }
    assert.equal(explain(compiled, query).decision.code, decide(compiled, query).code)
    return decide(compiled, query).code
  }
  assert.equal(asked('ipset:net', '0.0.0.1'), 'special-address')
  assert.equal(asked('ipset:net', '2.0.0.1'), 'allowed')
  for (const address of ['127.0.0.1', '127.0.1.1']) {
    assert.equal(asked('ipset:rest', address), 'special-address')
    assert.equal(asked('ipset:nested', address), 'special-address')
  }
  assert.equal(asked('ipset:named', '127.0.0.2'), 'allowed')
  assert.equal(asked('ipset:named', '127.0.0.1'), 'no-matching-rule')
})
