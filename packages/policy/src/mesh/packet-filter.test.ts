import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterLines, meshNode, meshOf, peerLines } from '../testing/mesh-of.ts'

const ANY = '100.115.94.0-100.127.255.255 100.64.0.0-100.115.91.255 fd7a:115c:a1e0::/48'
const alice = { user: 'alice@example.com' }
const bob = { user: 'bob@example.com' }
const web = { tags: ['tag:web'] }
const db = { tags: ['tag:db'] }
const NODES = [
  meshNode(1, alice),
  meshNode(2, alice),
  meshNode(3, bob),
  meshNode(4, web),
  meshNode(5, db),
  // A tag makes a node nobody's, whoever brought it.
  meshNode(6, { ...alice, ...web }),
]
const acl = (src: readonly string[], ...dst: readonly string[]) => ({ action: 'accept', src, dst })
const ip = (id: number, ports: string) => `100.64.0.${id} ${ports}, fd7a:115c:a1e0::${id} ${ports}`

test('without acls and grants everybody reaches everybody, from the addresses of the mesh', () => {
  assert.deepEqual(filterLines(meshOf({}, NODES), 4), [`${ANY} > * *`])
})

test('ports of an ACL stand in filters as they are written, also where one holds another', () => {
  const mesh = meshOf({ acls: [acl(['tag:db'], 'tag:web:443,22,20-30,22', 'tag:web:80')] }, NODES)
  const from = '100.64.0.5 fd7a:115c:a1e0::5'
  const to = ['100.64.0.4', 'fd7a:115c:a1e0::4'].flatMap((address) =>
    ['443', '22', '20-30', '22', '80'].map((ports) => `${address} ${ports}`),
  )
  assert.deepEqual(filterLines(mesh, 4), [`${from} > ${to.join(', ')}`])
})

test('empty acls or grants let nobody in', () => {
  for (const source of [{ acls: [] }, { grants: [] }, { acls: [], grants: [] }])
    for (const { id } of NODES) assert.deepEqual(filterLines(meshOf(source, NODES), id), [])
})

test('a rule from nobody or to nobody is no rule', () => {
  const groups = { 'group:none': [] }
  for (const source of [
    { acls: [acl([], '*:*')] },
    { acls: [acl(['*'])] },
    { acls: [{ action: 'accept' }, { action: 'accept', src: null, dst: ['*:*'] }] },
    { grants: [{ ip: ['*'] }, { src: ['*'], ip: ['*'] }] },
    { groups, acls: [acl(['group:none'], '*:*')] },
    { acls: [acl(['tag:router'], '*:*')] },
    { acls: [acl(['autogroup:auditor'], '*:*')] },
  ])
    for (const { id } of NODES) assert.deepEqual(filterLines(meshOf(source, NODES), id), [], JSON.stringify(source))
})

for (const { name, src, sources } of [
  {
    name: 'a person is the untagged nodes they own',
    src: ['alice@example.com'],
    sources: '100.64.0.1 100.64.0.2 fd7a:115c:a1e0::1 fd7a:115c:a1e0::2',
  },
  {
    name: 'a tag is the nodes that have it',
    src: ['tag:web'],
    sources: '100.64.0.4 100.64.0.6 fd7a:115c:a1e0::4 fd7a:115c:a1e0::6',
  },
  {
    name: 'a group is the nodes of its members',
    src: ['group:all'],
    sources: '100.64.0.1 100.64.0.2 100.64.0.3 fd7a:115c:a1e0::1 fd7a:115c:a1e0::2 fd7a:115c:a1e0::3',
  },
  {
    name: 'members have untagged nodes',
    src: ['autogroup:member'],
    sources: '100.64.0.1 100.64.0.2 100.64.0.3 fd7a:115c:a1e0::1 fd7a:115c:a1e0::2 fd7a:115c:a1e0::3',
  },
  {
    name: 'an owner is an admin',
    src: ['autogroup:admin'],
    sources: '100.64.0.1 100.64.0.2 fd7a:115c:a1e0::1 fd7a:115c:a1e0::2',
  },
  {
    name: 'autogroup:tagged is every tagged node',
    src: ['autogroup:tagged'],
    sources: '100.64.0.4 100.64.0.5 100.64.0.6 fd7a:115c:a1e0::4 fd7a:115c:a1e0::5 fd7a:115c:a1e0::6',
  },
  {
    name: 'an address is only that address, never the other family of its node',
    src: ['100.64.0.1'],
    sources: '100.64.0.1',
  },
  { name: 'a host is its prefix', src: ['office'], sources: '192.0.2.0/24' },
  { name: 'everything is the addresses that nodes can have', src: ['*'], sources: ANY },
  {
    name: 'explicit sources beside * stay',
    src: ['*', '100.64.0.1', 'office'],
    sources: '100.115.94.0-100.127.255.255 100.64.0.0-100.115.91.255 100.64.0.1 192.0.2.0/24 fd7a:115c:a1e0::/48',
  },
  { name: 'autogroup:danger-all is every address there is', src: ['autogroup:danger-all'], sources: '*' },
  { name: 'beside every address there is no other', src: ['tag:web', 'autogroup:danger-all', 'office'], sources: '*' },
  {
    name: 'sources are listed once, sorted as text',
    src: ['tag:db', 'bob@example.com', 'group:all'],
    sources:
      '100.64.0.1 100.64.0.2 100.64.0.3 100.64.0.5 fd7a:115c:a1e0::1 fd7a:115c:a1e0::2 fd7a:115c:a1e0::3 fd7a:115c:a1e0::5',
  },
])
  test(`source: ${name}`, () => {
    const definitions = {
      groups: { 'group:all': ['alice@example.com', 'bob@example.com'] },
      hosts: { office: '192.0.2.0/24' },
    }
    const mesh = meshOf({ ...definitions, acls: [acl(src, 'tag:db:22')] }, NODES)
    assert.deepEqual(filterLines(mesh, 5), [`${sources} > ${ip(5, '22')}`])
    assert.deepEqual(filterLines(mesh, 3), [])
  })

test('approved subnet routes are sources of *, exit routes are not', () => {
  const nodes = [
    ...NODES,
    meshNode(7, { tags: ['tag:router'], routes: ['10.0.0.0/8', '10.1.0.0/16', '0.0.0.0/0', '::/0'] }),
    meshNode(8, { tags: ['tag:router'], announcedRoutes: ['172.16.0.0/12'] }),
    meshNode(9, { tags: ['tag:router'], approvedRoutes: ['172.17.0.0/16'] }),
  ]
  const mesh = meshOf({ acls: [acl(['*'], 'tag:db:22')] }, nodes)
  assert.deepEqual(filterLines(mesh, 5), [`10.0.0.0/8 10.1.0.0/16 ${ANY} > ${ip(5, '22')}`])
})

test('a node is told what it is the destination of, and nothing else', () => {
  const mesh = meshOf({ acls: [acl(['bob@example.com'], 'tag:web:80', 'tag:db:5432', 'alice@example.com:22')] }, NODES)
  const from = '100.64.0.3 fd7a:115c:a1e0::3'
  assert.deepEqual(filterLines(mesh, 1), [`${from} > ${ip(1, '22')}`])
  assert.deepEqual(filterLines(mesh, 3), [])
  assert.deepEqual(filterLines(mesh, 4), [`${from} > ${ip(4, '80')}`])
  assert.deepEqual(filterLines(mesh, 5), [`${from} > ${ip(5, '5432')}`])
  assert.deepEqual(filterLines(mesh, 6), [`${from} > ${ip(6, '80')}`])
  assert.deepEqual(filterLines(mesh, 99), [])
})

test('a node with one family has rules of that family alone', () => {
  const nodes = [
    meshNode(1, { ...alice, addresses: ['fd7a:115c:a1e0::1'] }),
    meshNode(4, { ...web, addresses: ['fd7a:115c:a1e0::4'] }),
    meshNode(5, { ...db, addresses: ['100.64.0.5'] }),
  ]
  const mesh = meshOf({ acls: [acl(['alice@example.com'], '*:22', 'tag:web:80', 'tag:db:80')] }, nodes)
  assert.deepEqual(filterLines(mesh, 4), ['fd7a:115c:a1e0::1 > * 22, fd7a:115c:a1e0::4 80'])
  assert.deepEqual(filterLines(mesh, 5), ['fd7a:115c:a1e0::1 > * 22, 100.64.0.5 80'])
})

test('rules of the same sources and protocols are one, appended and never deduplicated', () => {
  const mesh = meshOf(
    {
      acls: [
        acl(['tag:web'], 'tag:db:22'),
        acl(['bob@example.com'], 'tag:db:80'),
        acl(['tag:web'], 'tag:db:22', '*:443'),
      ],
    },
    NODES,
  )
  const fromWeb = '100.64.0.4 100.64.0.6 fd7a:115c:a1e0::4 fd7a:115c:a1e0::6'
  assert.deepEqual(filterLines(mesh, 5), [
    `${fromWeb} > ${ip(5, '22')}, * 443, ${ip(5, '22')}`,
    `100.64.0.3 fd7a:115c:a1e0::3 > ${ip(5, '80')}`,
  ])
})

test('a merged rule stands where its first clause stands, also if that is about other nodes', () => {
  const mesh = meshOf(
    { acls: [acl(['tag:web'], 'bob@example.com:22'), acl(['*'], 'tag:db:1'), acl(['tag:web'], 'tag:db:2')] },
    NODES,
  )
  assert.deepEqual(filterLines(mesh, 5), [
    `100.64.0.4 100.64.0.6 fd7a:115c:a1e0::4 fd7a:115c:a1e0::6 > ${ip(5, '2')}`,
    `${ANY} > ${ip(5, '1')}`,
  ])
})

test('grants come before acls, whatever the text has first', () => {
  const mesh = meshOf(
    { acls: [acl(['tag:web'], 'tag:db:1')], grants: [{ src: ['bob@example.com'], dst: ['tag:db'], ip: ['2'] }] },
    NODES,
  )
  assert.deepEqual(
    filterLines(mesh, 5).map((line) => line.split(' > ')[1]),
    [ip(5, '2'), ip(5, '1')],
  )
})

test('an acl has all ports of a destination at each of its addresses, and its widest destinations first', () => {
  const mesh = meshOf(
    {
      groups: { 'group:bob': ['bob@example.com'] },
      acls: [acl(['tag:web'], 'group:bob:1', 'bob@example.com:2,5-7', 'bob@example.com:4', '*:3')],
    },
    NODES,
  )
  assert.deepEqual(
    filterLines(mesh, 3).map((line) => line.split(' > ')[1]),
    [
      '* 3, 100.64.0.3 2, 100.64.0.3 5-7, 100.64.0.3 4, ' +
        'fd7a:115c:a1e0::3 2, fd7a:115c:a1e0::3 5-7, fd7a:115c:a1e0::3 4, 100.64.0.3 1, fd7a:115c:a1e0::3 1',
    ],
  )
})

test('protocols: none named is none told, one named is its number, a grant has a rule for each', () => {
  const mesh = meshOf(
    {
      grants: [{ src: ['bob@example.com'], dst: ['tag:db'], ip: ['tcp:80', 'udp:53', '22', 'tcp:443', 'icmp:*'] }],
      acls: [{ ...acl(['bob@example.com'], 'tag:db:*'), proto: 'sctp' }],
    },
    NODES,
  )
  const each = (...ports: readonly string[]) =>
    ['100.64.0.5', 'fd7a:115c:a1e0::5'].flatMap((address) => ports.map((port) => `${address} ${port}`)).join(', ')
  assert.deepEqual(
    filterLines(mesh, 5).map((line) => line.split(' > ')[1]),
    [`${each('80', '443')} / 6`, `${each('53')} / 17`, each('22'), `${each('*')} / 1`, `${each('*')} / 132`],
  )
})

test('autogroup:self: the untagged nodes of one person among themselves, as far as they are sources', () => {
  const mesh = meshOf({ acls: [acl(['autogroup:admin'], 'autogroup:self:22')] }, NODES)
  const own = '100.64.0.1 100.64.0.2 fd7a:115c:a1e0::1 fd7a:115c:a1e0::2'
  assert.deepEqual(filterLines(mesh, 1), [`${own} > ${ip(1, '22')}`])
  assert.deepEqual(filterLines(mesh, 2), [`${own} > ${ip(2, '22')}`])
  for (const id of [3, 4, 5, 6]) assert.deepEqual(filterLines(mesh, id), [])
})

test('autogroup:self comes after destinations that are no autogroups, and else where it is written', () => {
  const own = '100.64.0.3 fd7a:115c:a1e0::3'
  const last = meshOf({ acls: [acl(['autogroup:member'], 'autogroup:self:22', 'bob@example.com:80')] }, NODES)
  assert.deepEqual(
    filterLines(last, 3).map((line) => line.split(' > ')[1]),
    [ip(3, '80'), ip(3, '22')],
  )
  const first = meshOf({ acls: [acl(['autogroup:member'], 'autogroup:self:22', 'autogroup:member:80')] }, NODES)
  assert.deepEqual(filterLines(first, 3)[0], `${own} > ${ip(3, '22')}`)
})

test('a router has rules for what overlaps its approved routes, as they are written', () => {
  const routes = ['10.1.0.0/16', 'fd00:1::/64']
  const nodes = [
    ...NODES,
    meshNode(7, { tags: ['tag:router'], routes }),
    meshNode(8, { ...db, announcedRoutes: routes }),
  ]
  const source = {
    hosts: { net: '10.0.0.0/8', one: '10.1.2.3' },
    acls: [
      acl(['bob@example.com'], 'net:1', 'one:2', '10.1.255.0-10.2.0.0:3', '10.2.0.0/16:4', 'fd00::/16:5', 'tag:db:6'),
    ],
  }
  const mesh = meshOf(source, nodes)
  assert.deepEqual(filterLines(mesh, 7), [
    '100.64.0.3 fd7a:115c:a1e0::3 > 10.1.255.0-10.2.0.0 3, fd00::/16 5, 10.0.0.0/8 1, 10.1.2.3 2',
  ])
  assert.deepEqual(filterLines(mesh, 8), [`100.64.0.3 fd7a:115c:a1e0::3 > ${ip(8, '6')}`])
})

test('two routers of one prefix both have its rules', () => {
  const router = { tags: ['tag:router'], routes: ['10.0.0.0/16'] }
  const mesh = meshOf({ acls: [acl(['bob@example.com'], '10.0.5.0/24:443')] }, [
    ...NODES,
    meshNode(7, router),
    meshNode(8, router),
  ])
  for (const id of [7, 8]) assert.deepEqual(filterLines(mesh, id), ['100.64.0.3 fd7a:115c:a1e0::3 > 10.0.5.0/24 443'])
})

test('the internet is delivered to approved exit nodes alone', () => {
  const exit = { tags: ['tag:exit'], routes: ['0.0.0.0/0', '::/0'] }
  const nodes = [...NODES, meshNode(7, exit), meshNode(8, { tags: ['tag:exit'], announcedRoutes: exit.routes })]
  const mesh = meshOf(
    { acls: [acl(['bob@example.com'], 'autogroup:internet:443', '192.0.2.1:80', '10.0.0.0/8:22')] },
    nodes,
  )
  const ranges = [
    '192.0.2.1 80',
    '0.0.0.0-9.255.255.255 443',
    '11.0.0.0-100.63.255.255 443',
    '100.128.0.0-169.253.255.255 443',
    '169.255.0.0-172.15.255.255 443',
    '172.32.0.0-192.167.255.255 443',
    '192.169.0.0-255.255.255.255 443',
    '2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 443',
  ]
  assert.deepEqual(filterLines(mesh, 7), [`100.64.0.3 fd7a:115c:a1e0::3 > ${ranges.join(', ')}`])
  assert.deepEqual(filterLines(mesh, 8), [])
})

test('capabilities are narrowed to the node, and never merged', () => {
  const app = { 'example.com/cap/a': [{ level: 1 }] }
  const grant = { src: ['bob@example.com'], dst: ['*'], app }
  const mesh = meshOf({ grants: [grant, { ...grant, ip: ['22'] }] }, NODES)
  const line = `100.64.0.3 fd7a:115c:a1e0::3 > 100.64.0.4/32 fd7a:115c:a1e0::4/128 ${JSON.stringify(app)}`
  assert.deepEqual(filterLines(mesh, 4), [line, '100.64.0.3 fd7a:115c:a1e0::3 > * 22', line])
})

test('capabilities of a prefix: whole at its router, the own address within it elsewhere', () => {
  const app = { 'example.com/cap/a': [] }
  const nodes = [...NODES, meshNode(7, { tags: ['tag:router'], routes: ['10.0.0.0/16'] })]
  const mesh = meshOf({ grants: [{ src: ['bob@example.com'], dst: ['10.0.0.0/8', '100.64.0.0/29'], app }] }, nodes)
  const from = '100.64.0.3 fd7a:115c:a1e0::3'
  const map = '{"example.com/cap/a":[]}'
  assert.deepEqual(filterLines(mesh, 7), [`${from} > 10.0.0.0/8 ${map}, 100.64.0.7/32 ${map}`])
  assert.deepEqual(filterLines(mesh, 5), [`${from} > 100.64.0.5/32 ${map}`])
})

test('a capability from an empty group stays, from nobody', () => {
  const app = { 'example.com/cap/a': [] }
  const grants = [{ src: ['group:none'], dst: ['tag:db'], app, ip: ['22'] }]
  const mesh = meshOf({ groups: { 'group:none': [] }, grants }, NODES)
  assert.deepEqual(filterLines(mesh, 5), [' > 100.64.0.5/32 fd7a:115c:a1e0::5/128 {"example.com/cap/a":[]}'])
  assert.deepEqual(filterLines(meshOf({ grants: [{ src: [], dst: ['tag:db'], app }] }, NODES), 5), [])
})

test('drive and relay give the destinations a companion towards the sources', () => {
  const app = { 'tailscale.com/cap/drive': [{ access: 'rw' }], 'tailscale.com/cap/relay': [] }
  const mesh = meshOf({ grants: [{ src: ['bob@example.com'], dst: ['tag:db'], app }] }, NODES)
  assert.deepEqual(filterLines(mesh, 5), [
    `100.64.0.3 fd7a:115c:a1e0::3 > 100.64.0.5/32 fd7a:115c:a1e0::5/128 ${JSON.stringify(app)}`,
  ])
  assert.deepEqual(
    filterLines(mesh, 3),
    ['drive-sharer', 'relay-target'].map(
      (name) => `100.64.0.5 fd7a:115c:a1e0::5 > 100.64.0.3/32 fd7a:115c:a1e0::3/128 {"tailscale.com/cap/${name}":null}`,
    ),
  )
})

test('our own capabilities are for the doors: no client is told of them, and they make nobody known', () => {
  const ours = { 'sallyport.dev/cap/ssh': [{ idleTimeout: '10m' }] }
  const grant = { src: ['bob@example.com'], dst: ['tag:db'] }
  const alone = meshOf({ grants: [{ ...grant, app: ours }] }, NODES)
  assert.deepEqual(filterLines(alone, 5), [])
  assert.deepEqual(peerLines(alone, 5), [])
  const beside = meshOf({ grants: [{ ...grant, ip: ['22'], app: { ...ours, 'example.com/cap/a': [] } }] }, NODES)
  assert.deepEqual(
    filterLines(beside, 5).map((line) => line.split(' > ')[1]),
    [ip(5, '22'), '100.64.0.5/32 fd7a:115c:a1e0::5/128 {"example.com/cap/a":[]}'],
  )
})

test('a tag that is none means nothing but that the node is tagged', () => {
  const nodes = [...NODES, meshNode(7, { tags: ['*', 'group:ops', 'user bob@example.com', 'autogroup:member'] })]
  const groups = { 'group:ops': ['bob@example.com'] }
  const mesh = meshOf({ groups, acls: [acl(['group:ops', 'bob@example.com', 'autogroup:member'], 'tag:db:22')] }, nodes)
  assert.ok(!filterLines(mesh, 5).join().includes('100.64.0.7'))
  const tagged = meshOf({ acls: [acl(['autogroup:tagged'], 'tag:db:22')] }, nodes)
  assert.ok(filterLines(tagged, 5).join().includes('100.64.0.7'))
})

test('via: rules only where a router has a tag and an approved route that overlaps', () => {
  const nodes = [
    ...NODES,
    meshNode(7, { tags: ['tag:left'], routes: ['10.0.0.0/16'] }),
    meshNode(8, { tags: ['tag:right'], routes: ['10.0.0.0/16'] }),
    meshNode(9, { tags: ['tag:left'], routes: ['10.9.0.0/16'] }),
    meshNode(10, { tags: ['tag:left'], announcedRoutes: ['10.0.0.0/16'] }),
    meshNode(11, { tags: ['tag:left'], routes: ['0.0.0.0/0', '::/0'] }),
  ]
  const app = { 'example.com/cap/a': [] }
  const mesh = meshOf(
    {
      grants: [
        { src: ['bob@example.com'], dst: ['10.0.0.0/24', 'autogroup:internet'], ip: ['443'], via: ['tag:left'] },
        { src: ['bob@example.com'], dst: ['10.0.0.0/24'], app, via: ['tag:left'] },
      ],
    },
    nodes,
  )
  assert.deepEqual(filterLines(mesh, 7), ['100.64.0.3 fd7a:115c:a1e0::3 > 10.0.0.0/24 443'])
  for (const id of [5, 8, 9, 10]) assert.deepEqual(filterLines(mesh, id), [], `node ${id}`)
  assert.match(filterLines(mesh, 11).join(), /^100\.64\.0\.3 \S+ > 0\.0\.0\.0-9\.255\.255\.255 443, /)
})

test('srcPosture: only nodes whose devices fulfil one are sources', () => {
  const nodes = [
    meshNode(1, { ...alice, attributes: { 'node:os': 'macos' } }),
    meshNode(2, { ...alice, attributes: { 'node:os': 'linux' } }),
    meshNode(3, bob),
    meshNode(5, db),
  ]
  const rule = acl(['*', '100.64.0.0/10'], 'tag:db:22')
  const source = { postures: { 'posture:mac': ["node:os == 'macos'"] } }
  const line = [`100.64.0.1 fd7a:115c:a1e0::1 > ${ip(5, '22')}`]
  assert.deepEqual(filterLines(meshOf({ ...source, acls: [{ ...rule, srcPosture: ['posture:mac'] }] }, nodes), 5), line)
  assert.deepEqual(filterLines(meshOf({ ...source, defaultSrcPosture: ['posture:mac'], acls: [rule] }, nodes), 5), line)
})

test('a node whose owner is disabled or unknown takes no part', () => {
  const nodes = [
    meshNode(1, { user: 'dora@example.com' }),
    meshNode(2, { user: 'nobody@example.com' }),
    meshNode(5, db),
  ]
  const mesh = meshOf({ acls: [acl(['autogroup:member', 'dora@example.com', 'nobody@example.com'], '*:*')] }, nodes)
  for (const id of [1, 2, 5]) assert.deepEqual(filterLines(mesh, id), [])
})
