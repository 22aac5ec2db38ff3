import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { policyOf } from '../testing/compile-text.ts'
import { formatDiagnostic } from '../text/diagnostic.ts'
import { parsePolicy } from './parse-policy.ts'

function problems(text: string): readonly string[] {
  const result = parsePolicy(text)
  return result.ok ? [] : result.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, 'p'))
}

/** A policy with one rule of each kind of name defined. */
const DEFINED = {
  groups: { 'group:dba': ['bob@example.com'] },
  hosts: { db1: '10.0.0.5', net: '10.0.0.0/8' },
  tagOwners: { 'tag:db': [] },
}
function acl(rule: object): string {
  return JSON.stringify({ ...DEFINED, acls: [{ action: 'accept', src: ['*'], dst: ['*:*'], ...rule }] })
}
function grant(rule: object): string {
  return JSON.stringify({ ...DEFINED, grants: [{ src: ['*'], dst: ['*'], ip: ['*'], ...rule }] })
}

test('a problem has its line, its column and the nearest valid name', () => {
  const text = '{\n  // people\n  "groups": {},\n  "gruops": {},\n  "acls": [\n    { "acton": "accept" },\n  ],\n}\n'
  assert.deepEqual(problems(text), [
    'p:4:3: unknown key "gruops" in the policy (did you mean "groups"?)',
    'p:6:5: action="" is not supported (did you mean "accept"?)',
    'p:6:7: unknown key "acton" in acls[0] (did you mean "action"?)',
  ])
})

test('lines end with LF, CR LF or CR', () => {
  for (const [end, offset] of [
    ['\n', 2],
    ['\r\n', 3],
    ['\r', 2],
  ] as const) {
    const result = parsePolicy(`{${end}"x": 1}`)
    assert.ok(!result.ok)
    const [{ line, column, offset: at } = { line: 0, column: 0, offset: 0 }] = result.diagnostics
    assert.deepEqual([line, column, at], [2, 1, offset])
  }
})

// Words that Tailscale's control plane uses, from captures published with headscale's tests.
const tailscaleWords: readonly (readonly [string, string])[] = [
  [acl({ src: ['tag:nonexistent'] }), 'src=tag not found: "tag:nonexistent"'],
  [acl({ dst: ['tag:nonexistent:22'] }), 'dst="tag:nonexistent": tag not found: "tag:nonexistent"'],
  [acl({ action: 'deny' }), 'action="deny" is not supported'],
  [acl({ dst: ['autogroup:self'] }), 'dst="autogroup:self": port range "self": invalid first integer'],
  [
    acl({ src: ['tag:db'], dst: ['autogroup:self:*'] }),
    'autogroup:self can only be used with users, groups, or supported autogroups',
  ],
  [grant({ dst: ['autogroup:self'] }), 'autogroup:self can only be used with users, groups, or supported autogroups'],
  [grant({ src: ['autogroup:self'] }), '"autogroup:self" not valid on the src side of a rule'],
  [grant({ dst: ['autogroup:danger-all'] }), 'cannot use autogroup:danger-all as a dst'],
  [grant({ dst: ['0.0.0.0/0'] }), 'dst "0.0.0.0/0": to allow all IP addresses, use "*" or "autogroup:internet"'],
  [grant({ dst: ['::/0'] }), 'dst "::/0": to allow all IP addresses, use "*" or "autogroup:internet"'],
  [grant({ ip: [] }), 'ip and app can not both be empty'],
  [grant({ ip: [], app: {} }), 'ip and app can not both be empty'],
  [grant({ ip: ['icmp'] }), 'port range "icmp": invalid first integer'],
  [grant({ ip: ['tcp:0'] }), `port range "0": first port must be >0, or use '*' for wildcard`],
  [
    '{"groups": {"group:a": [], "group:b": ["group:a"]}, "acls": []}',
    'groups["group:b"]: "group:a": group members cannot be recursive',
  ],
  [
    '{"tagOwners": {"tag:1x": []}, "acls": []}',
    `tagOwners["tag:1x"]: tag names must start with a letter, after 'tag:'`,
  ],
  [
    '{"hosts": {"server@example.com": "10.0.0.5"}, "acls": []}',
    'host names cannot include an @, please change the name for "server@example.com"',
  ],
  ['{"tagOwners": {"web": []}, "acls": []}', `tagOwners["web"]: tags must start with 'tag:'`],
  ['{"tagOwners": {"tag:": []}, "acls": []}', 'tagOwners["tag:"]: tag names must not be empty'],
  [
    '{"tagOwners": {"tag:a_b": []}, "acls": []}',
    'tagOwners["tag:a_b"]: tag names can only contain numbers, letters, or dashes',
  ],
  ['{"tagOwners": {"tag:a": ["tag:b"]}, "acls": []}', 'tagOwners["tag:a"]: tag not found: "tag:b"'],
  [acl({ src: ['group:data base'] }), 'group not found: "group:data base"'],
  // What cannot be a tag is looked up as well: it is one that is not there.
  [acl({ src: ['tag:1x'] }), 'src=tag not found: "tag:1x"'],
  [acl({ dst: ['tag:db:22:22'] }), 'dst="tag:db:22": tag not found: "tag:db:22"'],
  [acl({ action: '' }), 'action="" is not supported'],
  [acl({ action: null }), 'action="" is not supported'],
]
for (const [text, words] of tailscaleWords) {
  test(`refuses in Tailscale's words: ${words}`, () => {
    const result = parsePolicy(text)
    assert.ok(!result.ok)
    assert.deepEqual(
      result.diagnostics.map(({ message }) => message),
      [words],
    )
  })
}

const refused: readonly (readonly [name: string, text: string, expected: string])[] = [
  ['a policy that is no object', '[]', 'p:1:1: the policy is an object, not a list'],
  ['a section of the wrong type', '{"acls": {}}', 'p:1:10: "acls" is a list, not an object'],
  ['a rule that is no object', '{"acls": ["x"]}', 'p:1:11: acls[0] is an object, not a string'],
  ['null in place of rules', '{"acls": null}', 'p:1:10: "acls" is a list, not null'],
  ['null in a list', '{"groups": {"group:a": [null]}}', 'an entry of groups["group:a"] is a string, not null'],
  ['a key twice by case', '{"acls": [], "ACLs": []}', 'p:1:14: key "ACLs" in the policy repeats "acls"'],
  ['an old and a new key', acl({ users: ['*'] }), 'key "users" in acls[0] repeats "src"'],
  ['a text in place of a list', acl({ src: '*' }), 'acls[0].src is a list, not a string: write ["*"]'],
  ['a number in a list', acl({ src: [1] }), 'an entry of acls[0].src is a string, not a number'],
  ['a destination without ports', acl({ dst: ['db1'] }), 'dst="db1": hostport must contain a colon (":")'],
  [
    'an unknown host',
    acl({ dst: ['db2:22'] }),
    'no such name in "hosts" (targets of the inventory are named by their tags) (did you mean "db1"?)',
  ],
  [
    'a group without its prefix',
    acl({ src: ['dba'] }),
    'src="dba": no such name in "hosts" (targets of the inventory are named by their tags) (did you mean "group:dba"?)',
  ],
  ['a tag without its prefix', grant({ dst: ['db'] }), '(did you mean "tag:db"?)'],
  ['an unknown group', acl({ src: ['group:dbas'] }), 'group not found: "group:dbas" (did you mean "group:dba"?)'],
  ['an unknown autogroup', acl({ src: ['autogroup:membr'] }), 'unknown autogroup (did you mean "autogroup:member"?)'],
  [
    'the internet as a source',
    acl({ src: ['autogroup:internet'] }),
    '"autogroup:internet" not valid on the src side of a rule',
  ],
  [
    'any protocol by a star',
    acl({ proto: '*' }),
    'proto name "*" not known; use protocol number 0-255 or protocol name (icmp, tcp, udp, etc.)',
  ],
  ['an unknown protocol', acl({ proto: 'tpc' }), 'protocol name (icmp, tcp, udp, etc.) (did you mean "tcp"?)'],
  ['ports of a protocol without ports', acl({ proto: 'icmp', dst: ['*:22'] }), 'protocol icmp has no ports'],
  ['an impossible address', acl({ dst: ['10.0.0.256:22'] }), 'dst="10.0.0.256": not an IP address'],
  ['an impossible prefix', grant({ dst: ['10.0.0.0/40'] }), 'dst="10.0.0.0/40": prefix length is 0 to 32'],
  ['a range that ends before it starts', grant({ dst: ['10.0.0.9-10.0.0.1'] }), 'the range ends before it starts'],
  ['all addresses as a range', grant({ dst: ['0.0.0.0-255.255.255.255'] }), 'to allow all IP addresses, use "*"'],
  [
    "ports in a grant's dst",
    grant({ dst: ['tag:db:22'] }),
    'dst="tag:db:22": tag not found: "tag:db:22" (did you mean "tag:db"?)',
  ],
  ['a bad login name', acl({ src: ['bob@@example.com'] }), 'src="bob@@example.com": not a login name'],
  ['an empty name', acl({ src: [''] }), 'src: empty name'],
  ['a space in a name', acl({ src: ['bob @example.com'] }), 'a name is made of printable ASCII'],
  ['a Cyrillic letter in a name', acl({ src: ['b\u043eb@example.com'] }), 'a name is made of printable ASCII'],
  ['a letter that folds into ASCII', acl({ src: ['\u212aate@example.com'] }), 'a name is made of printable ASCII'],
  ['a direction override in a name', acl({ src: ['\u202ebob@example.com'] }), 'src="\\u{202e}bob@example.com"'],
  [
    'a group named otherwise',
    '{"groups": {"dba": []}, "acls": []}',
    'p:1:13: groups["dba"]: a group is named "group:" and letters (did you mean "group:dba"?)',
  ],
  ['a machine in a group', '{"groups": {"group:a": ["tag:x"]}, "acls": []}', 'group members are users'],
  ['a host named like an address', '{"hosts": {"10.0.0.1": "10.0.0.2"}, "acls": []}', 'and not like an address'],
  [
    'a host that is a range',
    '{"hosts": {"a": "10.0.0.1-10.0.0.2"}, "acls": []}',
    '"10.0.0.1-10.0.0.2" is not an IP address or prefix',
  ],
  [
    'a host that is a name',
    '{"hosts": {"a": "example.com"}, "acls": []}',
    '"example.com" is not an IP address or prefix',
  ],
  [
    'hosts that differ by case',
    '{"hosts": {"a": "10.0.0.1", "A": "10.0.0.2"}, "acls": []}',
    'differs from another host only by upper and lower case',
  ],
  ['an owner nobody knows', '{"tagOwners": {"tag:a": ["group:x"]}, "acls": []}', 'group not found: "group:x"'],
  [
    'the internet as an owner',
    '{"tagOwners": {"tag:a": ["autogroup:internet"]}, "acls": []}',
    'tagOwners["tag:a"]: "autogroup:internet": owners are users, groups, tags and roles',
  ],
]
for (const [name, text, expected] of refused) {
  test(`refuses ${name}`, () => {
    const found = problems(text)
    assert.ok(
      found.some((problem) => problem.includes(expected)),
      found.join('\n') || 'it was accepted',
    )
  })
}

test('accepts every kind of selector where it belongs', () => {
  const policy = policyOf({
    ...DEFINED,
    acls: [
      {
        action: 'accept',
        proto: '6',
        src: [
          '*',
          'Bob@Example.com',
          'carol@',
          'user:*@example.com',
          'group:dba',
          'tag:db',
          'db1',
          'NET',
          '10.0.0.1',
          'fd00::/8',
          '10.0.0.1-10.0.0.9',
        ],
        dst: [
          '*:*',
          'tag:db:22',
          'db1:22,80-90',
          '10.0.0.0/8:1-65535',
          'fd00::1:22',
          '[fd00::1]:22',
          'fd00::/8:22',
          'autogroup:internet:443',
          'autogroup:tagged:22',
        ],
      },
      {
        action: 'accept',
        src: ['autogroup:member', 'autogroup:owner', 'autogroup:admin', 'autogroup:auditor'],
        dst: ['autogroup:self:*'],
      },
    ],
    grants: [
      {
        src: ['autogroup:tagged', 'autogroup:danger-all'],
        dst: ['tag:db', 'net', '10.0.0.1-10.0.0.9'],
        ip: ['*', 'tcp:22', '80-90', 'icmp:*'],
      },
    ],
  })
  assert.equal(policy.rules.length, 3)
})

test('rules stand in the order of the text, whatever section they are in', () => {
  const policy = policyOf(
    '{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}], "acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]}',
  )
  assert.deepEqual(
    policy.rules.map(({ section }) => section),
    ['grants', 'acls'],
  )
})

test('warns of what is legal and has no effect', () => {
  const warnings = (source: object): readonly string[] => policyOf(source).warnings.map(({ message }) => message)
  assert.match(warnings({})[0] ?? '', /nothing is allowed/)
  assert.deepEqual(warnings({ acls: [] }), [])
  const devices = { acls: [{ action: 'accept', src: ['*'], dst: ['bob@example.com:22', 'autogroup:self:*'] }] }
  assert.equal(warnings(devices).filter((message) => message.includes('mesh devices')).length, 2)
  const nobody = { src: ['autogroup:it-admin'], dst: ['svc:web'], ip: ['22'], via: ['tag:db'] }
  assert.deepEqual(warnings({ tagOwners: { 'tag:db': [] }, grants: [nobody] }), [
    'grants[0]: with "via" it holds in the mesh alone, not at the SSH and desktop doors',
    'src="autogroup:it-admin": nobody here is one; it selects nothing',
    'dst="svc:web": there are no services here; it selects nothing',
  ])
  const masked = { hosts: { a: '10.1.2.3/8' }, grants: [{ src: ['*'], dst: ['10.1.2.3/16'], ip: ['22'] }] }
  assert.deepEqual(warnings(masked), [
    'hosts["a"]: "10.1.2.3/8" has bits beyond its prefix length; read as 10.0.0.0/8',
    'dst="10.1.2.3/16": has bits beyond its prefix length; read as 10.1.0.0/16',
  ])
})

test('keys that are properties of every object are names like others', () => {
  assert.deepEqual(problems('{"__proto__": {}}'), ['p:1:2: unknown key "__proto__" in the policy'])
  assert.deepEqual(problems('{"constructor": {}}'), ['p:1:2: unknown key "constructor" in the policy'])
  assert.deepEqual(problems(acl({ proto: 'toString' })).length, 1)
  assert.equal(policyOf('{"hosts": {"__proto__": "10.0.0.1"}, "acls": []}').hosts.size, 1)
})

test('never throws and never refuses without a reason, whatever the text', () => {
  const word = fc.constantFrom(
    '"groups"',
    '"hosts"',
    '"acls"',
    '"grants"',
    '"tests"',
    '"src"',
    '"dst"',
    '"*"',
    '"*:*"',
    '"accept"',
    '"action"',
  )
  const mark = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    ' ',
    'null',
    '1',
    '"\\ud800"',
    '"group:a"',
    '"tag:x:1"',
    '"::/0:1"',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, mark), { maxLength: 30 }), (parts) => {
      const result = parsePolicy(parts.join(''))
      assert.ok(result.ok || result.diagnostics.length > 0)
    }),
    { numRuns: 5000 },
  )
})
