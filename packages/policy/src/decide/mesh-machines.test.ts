import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { decide, type NodeQuery, type Query } from './decide.ts'
import type { Directory, MeshNode } from './directory.ts'
import { reachable, reachesAnything } from './reachable.ts'

function machine(id: number, address4: string, more: Partial<MeshNode>): MeshNode {
  const addresses = [address4, `fd7a:115c:a1e0::${id}`]
  return {
    id,
    name: `machine-${id}`,
    tags: [],
    addresses,
    announcedRoutes: [],
    approvedRoutes: [],
    online: true,
    ...more,
  }
}

const BOB = 'bob@example.com'
const EVE = 'eve@example.org'
const NODES: readonly MeshNode[] = [
  machine(1, '100.64.0.1', { user: BOB, attributes: { 'node:os': 'macos' } }),
  machine(2, '100.64.0.2', { user: EVE, attributes: { 'node:os': 'linux' } }),
  machine(3, '100.64.0.3', {
    tags: ['tag:db'],
    announcedRoutes: ['10.9.0.0/16', '0.0.0.0/0', '::/0'],
    approvedRoutes: ['10.9.0.0/16', '10.11.0.0/16', '0.0.0.0/0', '::/0'],
  }),
  machine(4, '100.64.0.4', { user: 'dora@example.com' }),
  machine(5, '100.64.0.5', { user: 'guest@example.net' }),
  machine(6, '100.64.0.6', { user: BOB, addresses: ['100.64.0.6'] }),
  // An address where Alibaba's cloud serves credentials.
  machine(7, '100.100.100.200', { user: BOB, tags: [] }),
]
const FACTS: Directory = { ...DIRECTORY, nodes: NODES }

const DEFINITIONS = {
  groups: { 'group:dba': [BOB] },
  tagOwners: { 'tag:db': [], 'tag:router': [] },
  hosts: { lab: '10.9.0.0/16' },
  ipsets: {
    'ipset:offices': ['192.0.2.0/24', '198.51.100.7'],
    'ipset:servers': ['10.0.0.0/29', '127.0.0.9', '2001:db8::/32'],
  },
  postures: {
    'posture:mac': ["node:os == 'macos'"],
    'posture:new': ["node:osVersion >= '13.4'"],
    'posture:clean': ['custom:stolen NOT SET'],
  },
}
type Rule = { readonly src: readonly string[]; readonly dst: readonly string[] } & Readonly<Record<string, unknown>>

function verdict(rule: Rule, query: Query | NodeQuery, defaults: object = {}): string {
  const grants = [{ ip: ['22'], ...rule }]
  return decide(compileText({ ...DEFINITIONS, ...defaults, grants }, FACTS), query).code
}

const person = (name: string, address: string, more: Partial<Query> = {}): Query => ({
  user: { name },
  destination: { address, port: 22 },
  ...more,
})
const ofNode = (node: number, address: string, source?: string): NodeQuery => ({
  node,
  destination: { address, port: 22 },
  ...(source === undefined ? {} : { source }),
})
const ANY = { src: ['*'], dst: ['*'] }
const NONE = 'no-matching-rule'

const cases: readonly (readonly [name: string, rule: Rule, query: Query | NodeQuery, expected: string])[] = [
  ['a user’s own machine by the user', { src: ['*'], dst: [BOB] }, person(EVE, '100.64.0.1'), 'allowed'],
  ['the same over IPv6', { src: ['*'], dst: [BOB] }, person(EVE, 'fd7a:115c:a1e0::1'), 'allowed'],
  ['somebody else’s machine', { src: ['*'], dst: [BOB] }, person(EVE, '100.64.0.2'), NONE],
  ['a machine by its owner’s group', { src: ['*'], dst: ['group:dba'] }, person(EVE, '100.64.0.6'), 'allowed'],
  ['a machine of nobody in the group', { src: ['*'], dst: ['group:dba'] }, person(BOB, '100.64.0.2'), NONE],
  ['a machine by the domain', { src: ['*'], dst: ['user:*@example.org'] }, person(BOB, '100.64.0.2'), 'allowed'],
  ['any member’s machine', { src: ['*'], dst: ['autogroup:member'] }, person(BOB, '100.64.0.2'), 'allowed'],
  ['one whose owner is no user here', { src: ['*'], dst: ['autogroup:member'] }, person(BOB, '100.64.0.5'), NONE],
  ['one whose owner is disabled', { src: ['*'], dst: ['autogroup:member'] }, person(BOB, '100.64.0.4'), NONE],
  ['a tagged machine is nobody’s', { src: ['*'], dst: ['autogroup:member'] }, person(BOB, '100.64.0.3'), NONE],
  ['a tagged machine by its tag', { src: ['*'], dst: ['tag:db'] }, person(BOB, '100.64.0.3'), 'allowed'],
  ['an address of no machine', { src: ['*'], dst: ['autogroup:member'] }, person(BOB, '10.0.0.5'), NONE],
  ['their own machine', { src: ['autogroup:member'], dst: ['autogroup:self'] }, person(BOB, '100.64.0.6'), 'allowed'],
  ['another’s as their own', { src: ['autogroup:member'], dst: ['autogroup:self'] }, person(BOB, '100.64.0.2'), NONE],
  [
    'V-D09 a machine at a special address is not opened by who owns it',
    { src: ['*'], dst: [BOB] },
    person(BOB, '100.100.100.200'),
    NONE,
  ],
  ['an ipset', { src: ['*'], dst: ['ipset:servers'] }, person(BOB, '10.0.0.7'), 'allowed'],
  ['past the end of an ipset', { src: ['*'], dst: ['ipset:servers'] }, person(BOB, '10.0.0.8'), NONE],
  ['an IPv6 prefix of an ipset', { src: ['*'], dst: ['ipset:servers'] }, person(BOB, '2001:db8::1'), 'allowed'],
  ['V-D09 an ipset that names loopback', { src: ['*'], dst: ['ipset:servers'] }, person(BOB, '127.0.0.9'), 'allowed'],
  ['V-D09 loopback beside it', { src: ['*'], dst: ['ipset:servers'] }, person(BOB, '127.0.0.8'), NONE],
  [
    'who comes from an ipset',
    { src: ['ipset:offices'], dst: ['*'] },
    person(EVE, '10.0.0.5', { source: '198.51.100.7' }),
    'allowed',
  ],
  [
    'who comes from beside it',
    { src: ['ipset:offices'], dst: ['*'] },
    person(EVE, '10.0.0.5', { source: '198.51.100.8' }),
    NONE,
  ],
  ['who comes from nobody knows where', { src: ['ipset:offices'], dst: ['*'] }, person(EVE, '10.0.0.5'), NONE],
  [
    'a way through a router of the mesh',
    { ...ANY, dst: ['10.9.0.0/16'], via: ['tag:router'] },
    person(BOB, '10.9.0.1'),
    NONE,
  ],
  ['an application alone', { ...ANY, ip: [], app: { 'example.com/cap/x': [{}] } }, person(BOB, '10.0.0.5'), NONE],
  ['an application beside ports', { ...ANY, app: { 'example.com/cap/x': [{}] } }, person(BOB, '10.0.0.5'), 'allowed'],
  ['a mesh service', { src: ['*'], dst: ['svc:web'] }, person(BOB, '10.0.0.5'), NONE],
  [
    'roles that nobody has here',
    { src: ['autogroup:it-admin'], dst: ['*'] },
    person('alice@example.com', '10.0.0.5'),
    NONE,
  ],

  [
    'a posture, of a device nobody knows',
    { ...ANY, srcPosture: ['posture:mac'] },
    person(BOB, '10.0.0.5'),
    'posture-unmet',
  ],
  [
    'a posture that the device fulfils',
    { ...ANY, srcPosture: ['posture:mac'] },
    person(BOB, '10.0.0.5', { attributes: { 'node:os': 'macos' } }),
    'allowed',
  ],
  [
    'a posture that it does not',
    { ...ANY, srcPosture: ['posture:mac'] },
    person(BOB, '10.0.0.5', { attributes: { 'node:os': 'linux' } }),
    'posture-unmet',
  ],
  [
    'one of two postures',
    { ...ANY, srcPosture: ['posture:new', 'posture:mac'] },
    person(BOB, '10.0.0.5', { attributes: { 'node:os': 'macos' } }),
    'allowed',
  ],
  [
    'a posture of what must not be known',
    { ...ANY, srcPosture: ['posture:clean'] },
    person(BOB, '10.0.0.5'),
    'allowed',
  ],
  [
    'a posture is not what stands in the way elsewhere',
    { ...ANY, dst: ['10.1.0.0/16'], srcPosture: ['posture:mac'] },
    person(BOB, '10.0.0.5'),
    NONE,
  ],
  ['a posture and a special address together', { ...ANY, srcPosture: ['posture:mac'] }, person(BOB, '127.0.0.1'), NONE],

  ['a machine asks as its owner', { src: [BOB], dst: ['*'] }, ofNode(1, '100.64.0.2'), 'allowed'],
  ['another’s machine does not', { src: [BOB], dst: ['*'] }, ofNode(2, '100.64.0.1'), NONE],
  ['a machine asks as its tag', { src: ['tag:db'], dst: ['*'] }, ofNode(3, '100.64.0.2'), 'allowed'],
  ['a tagged machine is no member', { src: ['autogroup:member'], dst: ['*'] }, ofNode(3, '100.64.0.2'), NONE],
  ['a tagged machine has a tag', { src: ['autogroup:tagged'], dst: ['*'] }, ofNode(3, '100.64.0.2'), 'allowed'],
  ['a machine asks from its address', { src: ['100.64.0.2'], dst: ['*'] }, ofNode(2, '100.64.0.1'), 'allowed'],
  ['from that of the family it asks in', { src: ['100.64.0.2'], dst: ['*'] }, ofNode(2, 'fd7a:115c:a1e0::1'), NONE],
  ['a machine without IPv6 asks nothing of it', ANY, ofNode(6, 'fd7a:115c:a1e0::1'), NONE],
  [
    'a machine to its owner’s other machine',
    { src: [BOB], dst: ['autogroup:self'] },
    ofNode(1, '100.64.0.6'),
    'allowed',
  ],
  [
    'a tagged machine has no other self',
    { src: ['autogroup:member'], dst: ['autogroup:self'] },
    ofNode(3, '100.64.0.3'),
    NONE,
  ],
  ['the mesh knows no special addresses', ANY, ofNode(1, '100.100.100.200'), 'allowed'],
  ['a tag of the inventory is none in the mesh', { src: ['*'], dst: ['tag:db'] }, ofNode(1, '10.0.0.5'), NONE],
  ['a machine of the tag', { src: ['*'], dst: ['tag:db'] }, ofNode(1, '100.64.0.3'), 'allowed'],
  [
    'what is behind a router, by its address',
    { src: ['lab'], dst: ['*'] },
    ofNode(3, '100.64.0.1', '10.9.1.1'),
    'allowed',
  ],
  ['and by the star', ANY, ofNode(3, '100.64.0.1', '10.9.1.1'), 'allowed'],
  ['but not by the router’s tag', { src: ['tag:db'], dst: ['*'] }, ofNode(3, '100.64.0.1', '10.9.1.1'), NONE],
  ['nor outside of its routes', ANY, ofNode(3, '100.64.0.1', '10.8.1.1'), NONE],
  ['nor from a route approved for once it is announced', ANY, ofNode(3, '100.64.0.1', '10.11.1.1'), NONE],
  ['to a machine of a disabled user', ANY, ofNode(1, '100.64.0.4'), NONE],
  ['to a machine of a user who is none here', ANY, ofNode(1, '100.64.0.5'), NONE],
  ['an exit node is asked for nobody', ANY, ofNode(3, '100.64.0.1', '8.8.8.8'), NONE],
  ['a machine’s posture', { ...ANY, srcPosture: ['posture:mac'] }, ofNode(1, '100.64.0.2'), 'allowed'],
  ['a machine of another posture', { ...ANY, srcPosture: ['posture:mac'] }, ofNode(2, '100.64.0.1'), 'posture-unmet'],
  ['a machine of a disabled user', ANY, ofNode(4, '100.64.0.1'), 'user-disabled'],
  ['a machine of a user who is none here', ANY, ofNode(5, '100.64.0.1'), 'user-unknown'],
  ['a machine nobody knows', ANY, ofNode(99, '100.64.0.1'), 'node-unknown'],
]
for (const [name, rule, query, expected] of cases) {
  test(`${name}: ${expected}`, () => assert.equal(verdict(rule, query), expected))
}

test('a mesh whose policy restricts nothing is open to TCP and UDP, and not to SCTP, as its filters are', () => {
  const open = compileText({}, FACTS)
  for (const [protocol, expected] of [
    ['tcp', 'allow'],
    ['udp', 'allow'],
    ['sctp', 'deny'],
  ] as const)
    assert.equal(
      decide(open, { node: 1, destination: { address: '100.64.0.2', port: 22, protocol } }).verdict,
      expected,
    )
})

test('the default posture holds for rules that name none, and only for them', () => {
  const defaults = { defaultSrcPosture: ['posture:mac'] }
  assert.equal(verdict(ANY, person(BOB, '10.0.0.5'), defaults), 'posture-unmet')
  assert.equal(verdict({ ...ANY, srcPosture: ['posture:clean'] }, person(BOB, '10.0.0.5'), defaults), 'allowed')
})

test('without acls and grants the mesh is open and the doors are not', () => {
  const open = compileText(DEFINITIONS, FACTS)
  assert.deepEqual(decide(open, ofNode(1, '100.64.0.2')), { verdict: 'allow', code: 'allowed' })
  assert.equal(decide(open, ofNode(4, '100.64.0.2')).code, 'user-disabled')
  assert.equal(decide(open, person(BOB, '100.64.0.2')).code, NONE)
  assert.equal(decide(compileText({ ...DEFINITIONS, grants: [] }, FACTS), ofNode(1, '100.64.0.2')).code, NONE)
})

test('what a caller claims for a tag is never another kind of name', () => {
  for (const claimed of ['*', 'group:dba', 'autogroup:self', 'autogroup:member', `user ${BOB}`]) {
    const query = { ...person(EVE, '10.77.0.1'), destination: { address: '10.77.0.1', port: 22, tags: [claimed] } }
    for (const dst of ['group:dba', 'autogroup:member', BOB, 'tag:db']) {
      assert.equal(verdict({ src: ['*'], dst: [dst] }, query), NONE, `${claimed} as ${dst}`)
    }
  }
})

test('people’s machines are within their reach, and lead somewhere while there are any', () => {
  const grants = [
    { src: ['autogroup:member'], dst: ['autogroup:self'], ip: ['22'] },
    { src: ['group:dba'], dst: ['user:*@example.org'], ip: ['80'] },
  ]
  const compiled = compileText({ ...DEFINITIONS, grants }, FACTS)
  const reached = (name: string): readonly string[] =>
    reachable(compiled, { name }, NODES).map(({ target, ports }) => `${target.name} ${ports[0]?.first}`)
  assert.deepEqual(reached(BOB), ['machine-1 22', 'machine-2 80', 'machine-6 22', 'machine-7 22'])
  assert.deepEqual(reached(EVE), ['machine-2 22'])
  assert.deepEqual(
    [BOB, EVE, 'carol'].map((name) => reachesAnything(compiled, { name })),
    [true, true, false],
  )
  const without = compileText({ ...DEFINITIONS, grants })
  assert.deepEqual(
    [BOB, EVE].map((name) => reachesAnything(without, { name })),
    [false, false],
  )
})
