import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatIpRange } from '../address/ip-range.ts'
import { policyOf } from '../testing/compile-text.ts'
import { printPolicy } from '../text/print-policy.ts'
import { parsePolicy } from './parse-policy.ts'
import type { Policy } from './policy.ts'

const NAMES = {
  groups: { 'group:dba': ['bob@example.com'] },
  hosts: { db1: '10.0.0.5', Net: '10.1.0.0/16' },
  tagOwners: { 'tag:db': [], 'tag:router': [] },
}

function read(sections: object): Policy {
  return policyOf({ ...NAMES, acls: [], ...sections })
}

function refusal(sections: object): string {
  const result = parsePolicy(JSON.stringify({ ...NAMES, acls: [], ...sections }))
  return result.ok ? '' : result.refusal
}

test('owners of a tag are users, groups, tags and autogroups, by their older names as well', () => {
  const owners = ['alice@', 'group:a', 'tag:b', 'autogroup:members', 'autogroup:admin']
  const policy = policyOf({ groups: { 'group:a': [] }, tagOwners: { 'tag:a': owners, 'tag:b': ['tag:a'] } })
  assert.deepEqual(policy.tagOwners.get('tag:a')?.owners, [
    ...owners.slice(0, 3),
    'autogroup:member',
    'autogroup:admin',
  ])
})

test('a side that is not there, null and an empty one are the same: it warns, and allows nothing', () => {
  for (const side of [{}, { src: null }, { src: [] }]) {
    const policy = policyOf({ grants: [{ dst: ['*'], ip: ['*'], ...side }] })
    assert.deepEqual(
      policy.warnings.map(({ message }) => message),
      ['grants[0] has no "src": it allows nothing'],
    )
    assert.deepEqual(policy.rules[0]?.sources, [])
  }
})

test('an unknown key refuses before anything else does, the first of the text, in the words of Go', () => {
  const refused = { groups: { 'group:a': ['group:b'] }, acls: [{ action: 'accept', dest: [] }], nodeVisibility: [] }
  assert.equal(refusal(refused), 'json: unknown field "dest"')
})

test('older spellings and other cases of keys read as the present ones', () => {
  const older = policyOf(`{
    "Groups": { "group:a": ["alice@example.com"] },
    "Hosts": { "db1": "10.0.0.5" },
    "TagOwners": { "tag:db": ["group:a"] },
    "ACLs": [
      { "Action": "accept", "Users": ["group:a", "autogroup:members"], "Ports": ["db1:22", "tag:db:*"], "Proto": "TCP" },
    ],
    "Tests": [{ "User": "alice@example.com", "Allow": ["db1:22"], "Deny": ["db1:23"] }],
    "AutoApprovers": { "Routes": { "10.0.0.0/8": ["tag:db"] }, "ExitNode": ["tag:db"] },
    "randomizeclientport": true,
    "ssh": null,
  }`)
  const present = policyOf(`{
    "groups": { "group:a": ["alice@example.com"] },
    "hosts": { "db1": "10.0.0.5" },
    "tagOwners": { "tag:db": ["group:a"] },
    "acls": [
      { "action": "accept", "src": ["group:a", "autogroup:member"], "dst": ["db1:22", "tag:db:*"], "proto": "TCP" },
    ],
    "tests": [{ "src": "alice@example.com", "accept": ["db1:22"], "deny": ["db1:23"] }],
    "autoApprovers": { "routes": { "10.0.0.0/8": ["tag:db"] }, "exitNode": ["tag:db"] },
    "randomizeClientPort": true,
  }`)
  assert.equal(printPolicy(older), printPolicy(present))
  assert.equal(older.rules[0]?.sources.length, 2)
})

test('whether there are rules at all is kept', () => {
  assert.equal(policyOf('{}').restricts, false)
  assert.equal(policyOf('{"acls": []}').restricts, true)
  assert.equal(policyOf('{"grants": []}').restricts, true)
})

test('a grant keeps its capabilities, routers and postures', () => {
  const app = { 'example.com/cap/x': [{ deep: [1, null, 'a'] }, true], 'tailscale.com/cap/drive': null }
  const postures = { 'posture:mac': ["node:os == 'macos'"] }
  const grant = { src: ['*'], dst: ['Net'], app, via: ['tag:router'], srcPosture: ['posture:mac'] }
  const [rule] = read({ postures, grants: [grant], acls: undefined }).rules
  assert.deepEqual(
    rule?.app.map(({ name, values }) => ({ name, values })),
    [
      { name: 'example.com/cap/x', values: [{ deep: [1, null, 'a'] }, true] },
      { name: 'tailscale.com/cap/drive', values: [] },
    ],
  )
  assert.deepEqual([rule?.via, rule?.srcPosture, rule?.ip], [['tag:router'], ['posture:mac'], []])
})

for (const [name, ok] of [
  ['example.com/cap/x', true],
  ['Example.com/a/b/c?d=e', true],
  ['tailscale.com/cap/webui', true],
  ['sallyport.dev/cap/ssh', true],
  ['tailscale.com/cap/drive-sharer', false],
  ['tailscale.com/cap/relay-target', false],
  ['TAILSCALE.com/cap/funnel', false],
  ['login.tailscale.com/cap/x', false],
  ['nottailscale.com/cap/x', true],
] as const) {
  test(`a grant ${ok ? 'may' : 'may not'} give ${name}`, () => {
    const said = refusal({ grants: [{ src: ['*'], dst: ['*'], app: { [name]: [] } }] })
    const words = 'capability name must not be in the tailscale.com domain'
    assert.equal(said, ok ? '' : words)
  })
}

for (const name of ['cap', 'example.com', 'example.com/', '/cap/x', 'https://example.com/x', 'a b/c', 'a/b c']) {
  test(`${name} is no capability`, () => {
    const said = refusal({ grants: [{ src: ['*'], dst: ['*'], app: { [name]: [{}] } }] })
    assert.equal(said, 'capability name must have the form {domain}/{path}')
  })
}

test('hosts and sets of addresses stand on both sides', () => {
  const ipsets = { 'ipset:prod': ['Net', 'fd00::/8'] }
  const grant = { src: ['host:NET', 'ipset:prod'], dst: ['host:db1', 'ipset:prod'], ip: ['22'] }
  const [rule] = read({ ipsets, grants: [grant] }).rules
  const shown = [...(rule?.sources ?? []), ...(rule?.destinations ?? []).map(({ selector }) => selector)].map(
    (selector) => {
      if (selector.kind === 'addresses') return [selector.text, selector.alias, formatIpRange(selector.range)]
      return selector.kind === 'ipset' ? [selector.text, ...selector.ranges.map(formatIpRange)] : []
    },
  )
  assert.deepEqual(shown, [
    ['host:NET', true, '10.1.0.0/16'],
    ['ipset:prod', '10.1.0.0/16', 'fd00::/8'],
    ['host:db1', true, '10.0.0.5'],
    ['ipset:prod', '10.1.0.0/16', 'fd00::/8'],
  ])
})

for (const [rule, message] of [
  [{ src: ['host:nope'] }, 'src=host not found: "host:nope"'],
  [{ dst: ['ipset:nope:22'] }, 'dst="ipset:nope": ipset not found: "ipset:nope"'],
  [{ src: ['svc:web'] }, '"svc:web" not valid on the src side of a rule'],
  [{ src: ['autogroup:nonroot'] }, 'src="autogroup:nonroot": unknown autogroup'],
  [{ dst: ['group:nope:22'] }, 'group not found: "group:nope"'],
  [{ dst: ['host:db1,db2:22'] }, 'dst="host:db1,db2:22": host cannot contain a comma (",")'],
  [{ dst: ['tag:db:'] }, 'dst="tag:db:": invalid port list: ""'],
] as const) {
  test(`a rule with ${JSON.stringify(rule)} is refused`, () => {
    assert.equal(refusal({ acls: [{ action: 'accept', src: ['*'], dst: ['*:*'], ...rule }] }), message)
  })
}

test('a domain that is not known is refused where domains are', () => {
  const text = JSON.stringify({ grants: [{ src: ['user:*@example.org'], dst: ['*'], ip: ['22'] }] })
  assert.ok(parsePolicy(text).ok)
  assert.ok(parsePolicy(text, { domains: ['example.com', 'example.org'] }).ok)
  const result = parsePolicy(text, { domains: ['example.com'] })
  assert.match(result.ok ? '' : result.refusal, /example\.org is not associated with this Tailnet/)
})

test('approvers are read for routes, exit nodes and services', () => {
  const { autoApprovers, warnings } = read({
    autoApprovers: {
      routes: { '10.0.0.0/8': ['tag:router', 'group:dba'], '0.0.0.0/0': [], 'fd00::1/64': ['bob@example.com'] },
      exitNode: ['autogroup:admin'],
      services: { 'svc:web': ['tag:db'], 'tag:db': ['tag:router'] },
    },
  })
  assert.deepEqual(
    autoApprovers.routes.map(({ text, prefix, approvers }) => [
      text,
      formatIpRange(prefix),
      approvers.map((a) => a.text),
    ]),
    [
      ['10.0.0.0/8', '10.0.0.0/8', ['tag:router', 'group:dba']],
      ['0.0.0.0/0', '0.0.0.0/0', []],
      ['fd00::1/64', 'fd00::/64', ['bob@example.com']],
    ],
  )
  assert.deepEqual([...autoApprovers.services.keys()], ['svc:web', 'tag:db'])
  assert.equal(warnings.length, 1)
})

test('attributes of nodes keep their targets, capabilities and pools', () => {
  const { nodeAttributes } = read({
    nodeAttrs: [
      { target: ['*', 'tag:db', 'Net', 'autogroup:member'], attr: ['funnel', 'nextdns:abc'] },
      { target: ['group:dba'], app: { 'tailscale.com/app-connectors': [{ name: 'x' }] }, ipPool: ['100.85.0.0/16'] },
      { target: [] },
    ],
  })
  assert.deepEqual(
    nodeAttributes.map(({ targets, attributes, app, ipPool }) => [
      targets.length,
      attributes,
      app.map(({ name }) => name),
      ipPool.map(formatIpRange),
    ]),
    [
      [4, ['funnel', 'nextdns:abc'], [], []],
      [1, [], ['tailscale.com/app-connectors'], ['100.85.0.0/16']],
      [0, [], [], []],
    ],
  )
})

for (const [pool, fault] of [
  ['100.64.0.0/10', ''],
  ['100.100.0.0/16', ''],
  ['100.100.100.100', 'IPPool(100.100.100.100): network within reserved range'],
  ['100.100.0.128/25', 'IPPool(100.100.0.128/25): network within reserved range'],
  ['100.115.93.0/24', 'IPPool(100.115.93.0/24): network within reserved range'],
  ['100.128.0.0/16', 'IPPool(100.128.0.0/16): network not within 100.64.0.0/10'],
  ['fd7a:115c:a1e0::/48', 'IPPool(fd7a:115c:a1e0::/48): network not within 100.64.0.0/10'],
  ['100.64.0.1-100.64.0.9', 'IPPool(100.64.0.1-100.64.0.9): not an IP prefix'],
] as const) {
  test(`a pool of ${pool} is ${fault === '' ? 'taken' : 'refused'}`, () => {
    assert.equal(refusal({ nodeAttrs: [{ target: ['*'], ipPool: [pool] }] }), fault)
  })
}

test('settings of the mesh are kept as they are', () => {
  const settings = {
    disableIPv4: true,
    OneCGNATRoute: 'mac-never',
    randomizeClientPort: false,
    derpMap: { Regions: {} },
  }
  assert.deepEqual(read(settings).network, {
    disableIPv4: true,
    oneCgnatRoute: 'mac-never',
    randomizeClientPort: false,
    derpMap: { Regions: {} },
  })
  assert.deepEqual(read({}).network, {})
})

test('tests may say what the source device is', () => {
  const srcPostureAttrs = { 'node:os': 'macos', 'custom:tier': 2, 'custom:managed': true }
  const { tests, sshTests } = read({
    tests: [{ src: 'bob@example.com', accept: ['db1:22'], srcPostureAttrs }],
    sshTests: [{ src: 'bob@example.com', dst: ['tag:db', '100.64.0.1'], check: ['root'], srcPostureAttrs }],
  })
  assert.deepEqual([tests[0]?.srcPostureAttrs, sshTests[0]?.srcPostureAttrs], [srcPostureAttrs, srcPostureAttrs])
  assert.equal(sshTests[0]?.destinations.length, 2)
})
