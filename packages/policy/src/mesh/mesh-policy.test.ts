import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterLines, meshNode, meshOf, peerLines } from '../testing/mesh-of.ts'
import type { MeshPolicy } from './mesh-policy.ts'
import { peersOf } from './peers.ts'

const bob = { user: 'bob@example.com' }
const acl = (src: readonly string[], ...dst: readonly string[]) => ({ action: 'accept', src, dst })
const SOURCE = {
  acls: [
    acl(['tag:web'], 'tag:db:5432'),
    acl(['bob@example.com'], 'tag:web:22'),
    acl(['*'], '10.0.0.0/8:443'),
    acl(['autogroup:member'], 'autogroup:self:*'),
  ],
}
const NODES = [
  meshNode(1, bob),
  meshNode(2, { tags: ['tag:web'] }),
  meshNode(3, { tags: ['tag:db'] }),
  meshNode(4, { tags: ['tag:router'], routes: ['10.1.0.0/16'] }),
]

/** How many sources and targets of one mesh are not those of another. */
function resolvedAnew(before: MeshPolicy, after: MeshPolicy): readonly [number, number] {
  return [
    after.sources.filter((source, index) => source !== before.sources[index]).length,
    after.targets.filter((target, index) => target !== before.targets[index]).length,
  ]
}

for (const { name, change, anew } of [
  { name: 'nothing of a node', change: { nodes: NODES.slice(0, 1) }, anew: [0, 0] },
  {
    name: 'whether a node without routes is online',
    change: { nodes: [meshNode(3, { tags: ['tag:db'], online: false })] },
    anew: [0, 0],
  },
  {
    name: 'the tag of a node that becomes another',
    change: { nodes: [meshNode(2, { tags: ['tag:db'] })] },
    anew: [1, 2],
  },
  {
    name: 'a new node of a tag that is a destination',
    change: { nodes: [meshNode(9, { tags: ['tag:db'] })] },
    anew: [1, 1],
  },
  { name: 'a node that goes', change: { removed: [1] }, anew: [3, 0] },
  {
    name: 'the addresses of a node',
    change: { nodes: [meshNode(3, { tags: ['tag:db'], addresses: ['100.64.9.9'] })] },
    anew: [1, 1],
  },
  {
    name: 'a route that overlaps a destination',
    change: { nodes: [meshNode(4, { tags: ['tag:router'], routes: ['10.1.0.0/16', '10.2.0.0/16'] })] },
    anew: [1, 1],
  },
  { name: 'a node that is not there', change: { removed: [99] }, anew: [0, 0] },
] as const)
  test(`only what a change touches is resolved again: ${name}`, () => {
    const mesh = meshOf(SOURCE, NODES)
    assert.deepEqual(resolvedAnew(mesh, mesh.with(change)), anew)
  })

test('a mesh does not change when the next one is made of it', () => {
  const mesh = meshOf(SOURCE, NODES)
  const told = () => NODES.map(({ id }) => [filterLines(mesh, id), peerLines(mesh, id)])
  const before = told()
  mesh.with({ removed: [1, 2, 3] }).with({ nodes: [meshNode(4, { tags: ['tag:db'] }), meshNode(7, bob)] })
  assert.deepEqual(told(), before)
})

test('a disabled user takes their nodes with them, and brings them back', () => {
  const mesh = meshOf(SOURCE, NODES)
  const user = { name: 'bob@example.com', role: 'member' } as const
  const without = mesh.with({ users: [{ ...user, disabled: true }] })
  assert.deepEqual(peerLines(mesh, 2), ['n1', 'n3', 'n4 *10.1.0.0/16'])
  assert.deepEqual(peerLines(without, 2), ['n3', 'n4 *10.1.0.0/16'])
  assert.deepEqual(peerLines(without, 1), [])
  assert.ok(without.nodes.has(1))
  assert.deepEqual(peerLines(without.with({ users: [{ ...user, disabled: false }] }), 2), [
    'n1',
    'n3',
    'n4 *10.1.0.0/16',
  ])
})

test('a user who becomes an admin is one at once', () => {
  const mesh = meshOf({ acls: [acl(['autogroup:admin'], 'tag:db:22')] }, NODES)
  assert.deepEqual(peerLines(mesh, 3), [])
  const promoted = mesh.with({ users: [{ name: 'bob@example.com', role: 'admin', disabled: false }] })
  assert.deepEqual(peerLines(promoted, 3), ['n1'])
})

test('attributes of a device count at once', () => {
  const source = {
    postures: { 'posture:mac': ["node:os == 'macos'"] },
    acls: [{ ...acl(['*'], 'tag:db:22'), srcPosture: ['posture:mac'] }],
  }
  const mesh = meshOf(source, NODES)
  assert.deepEqual(peerLines(mesh, 3), [])
  const known = mesh.with({ nodes: [meshNode(1, { ...bob, attributes: { 'node:os': 'macos' } })] })
  assert.deepEqual(peerLines(known, 3), ['n1'])
})

test('routes that nobody has any more are forgotten, however many there were', () => {
  let mesh = meshOf(SOURCE, NODES)
  for (let index = 0; index < 200; index++)
    mesh = mesh.with({ nodes: [meshNode(4, { tags: ['tag:router'], routes: [`10.${index}.0.0/16`] })] })
  assert.deepEqual([...mesh.primaries.keys()], ['10.199.0.0/16'])
  assert.ok(mesh.facts.routeRoom <= 2)
  assert.deepEqual(peerLines(mesh, 1), ['n2', 'n4 *10.199.0.0/16'])
})

test('who served a route before goes on, and is forgotten where nobody has it', () => {
  const nodes = [...NODES, meshNode(5, { tags: ['tag:router'], routes: ['10.1.0.0/16'] })]
  const before = new Map([
    ['10.1.0.0/16', 5],
    ['10.2.0.0/16', 5],
  ])
  assert.deepEqual([...meshOf(SOURCE, nodes, before).primaries], [['10.1.0.0/16', 5]])
})

test('places of nodes that went are used again', () => {
  let mesh = meshOf(SOURCE, NODES)
  for (let id = 10; id < 110; id++) mesh = mesh.with({ nodes: [meshNode(id, bob)] }).with({ removed: [id] })
  assert.equal(mesh.facts.members.length, NODES.length + 1)
})

test("nobody takes another node's traffic, or what is local to every machine, by announcing a route to it", () => {
  const nodes = [
    ...NODES,
    meshNode(5, {
      tags: ['tag:router'],
      routes: [
        '100.64.0.3/32',
        '100.64.0.0/10',
        'fd7a:115c:a1e0::3/128',
        '127.0.0.0/8',
        '169.254.169.254/32',
        'ff02::1/128',
      ],
    }),
    meshNode(6, { tags: ['tag:router'], routes: ['100.0.0.0/8', 'fd7a:115c:a1e0:b1a:0:7:a00:0/120'] }),
  ]
  const mesh = meshOf({}, nodes)
  const told = new Map(peersOf(mesh, 1).map(({ node, allowedIps }) => [node.id, allowedIps.slice(2)]))
  assert.deepEqual(told.get(5), [])
  assert.deepEqual(told.get(6), ['100.0.0.0/8', 'fd7a:115c:a1e0:b1a:0:7:a00:0/120'], 'wider than nodes, and of a site')
  assert.deepEqual([...mesh.primaries.keys()], ['10.1.0.0/16', '100.0.0.0/8', 'fd7a:115c:a1e0:b1a:0:7:a00:0/120'])
})
