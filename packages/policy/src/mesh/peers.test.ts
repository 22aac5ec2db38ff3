import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meshNode, meshOf, peerLines } from '../testing/mesh-of.ts'
import { ownAllowedIps, ownPrimaryRoutes, peersOf } from './peers.ts'

const alice = { user: 'alice@example.com' }
const bob = { user: 'bob@example.com' }
const web = { tags: ['tag:web'] }
const db = { tags: ['tag:db'] }
const router = (...routes: readonly string[]) => ({ tags: ['tag:router'], routes })
const exit = { tags: ['tag:exit'], routes: ['0.0.0.0/0', '::/0'] }
const acl = (src: readonly string[], ...dst: readonly string[]) => ({ action: 'accept', src, dst })
const grant = (src: readonly string[], dst: readonly string[], more: object = { ip: ['*'] }) => ({ src, dst, ...more })

test('both ends of a rule see each other, whoever may start', () => {
  const mesh = meshOf({ acls: [acl(['bob@example.com'], 'tag:db:22')] }, [
    meshNode(1, alice),
    meshNode(2, bob),
    meshNode(3, db),
    meshNode(4, web),
  ])
  assert.deepEqual(peerLines(mesh, 2), ['n3'])
  assert.deepEqual(peerLines(mesh, 3), ['n2'])
  assert.deepEqual(peerLines(mesh, 1), [])
  assert.deepEqual(peerLines(mesh, 4), [])
  assert.deepEqual(peersOf(mesh, 99), [])
})

test('without acls and grants everybody sees everybody, routes and exit nodes too', () => {
  const mesh = meshOf({}, [meshNode(1, alice), meshNode(2, router('10.0.0.0/16')), meshNode(3, exit)])
  assert.deepEqual(peerLines(mesh, 1), ['n2 *10.0.0.0/16', 'n3 0.0.0.0/0 ::/0'])
  assert.deepEqual(
    peersOf(mesh, 1).map(({ allowedIps }) => allowedIps.slice(0, 2)),
    [
      ['100.64.0.2/32', 'fd7a:115c:a1e0::2/128'],
      ['100.64.0.3/32', 'fd7a:115c:a1e0::3/128'],
    ],
  )
})

test('empty acls: nobody sees anybody', () => {
  const mesh = meshOf({ acls: [] }, [meshNode(1, alice), meshNode(2, alice), meshNode(3, router('10.0.0.0/16'))])
  for (const id of [1, 2, 3]) assert.deepEqual(peerLines(mesh, id), [])
})

test('autogroup:self: people see their own untagged nodes', () => {
  const mesh = meshOf({ acls: [acl(['autogroup:member'], 'autogroup:self:*')] }, [
    meshNode(1, alice),
    meshNode(2, alice),
    meshNode(3, bob),
    meshNode(4, { ...alice, ...web }),
  ])
  assert.deepEqual(
    [1, 2, 3, 4].map((id) => peerLines(mesh, id)),
    [['n2'], ['n1'], [], []],
  )
})

test('a capability alone makes both ends known', () => {
  const mesh = meshOf({ grants: [grant(['bob@example.com'], ['tag:db'], { app: { 'example.com/cap/a': [] } })] }, [
    meshNode(2, bob),
    meshNode(3, db),
  ])
  assert.deepEqual(peerLines(mesh, 2), ['n3'])
  assert.deepEqual(peerLines(mesh, 3), ['n2'])
})

test('a router is seen for a prefix that overlaps its approved routes; its other routes are not told', () => {
  const mesh = meshOf({ acls: [acl(['bob@example.com'], '10.1.2.0/24:443')] }, [
    meshNode(2, bob),
    meshNode(3, router('10.1.0.0/16', '10.2.0.0/16')),
    meshNode(4, router('10.1.2.128/25')),
    meshNode(5, { tags: ['tag:router'], announcedRoutes: ['10.1.0.0/16'] }),
    meshNode(6, router('10.3.0.0/16')),
  ])
  assert.deepEqual(peerLines(mesh, 2), ['n3 *10.1.0.0/16', 'n4 *10.1.2.128/25'])
  assert.deepEqual(peerLines(mesh, 3), ['n2'])
})

test('a node that may reach a router itself is not told its routes', () => {
  const mesh = meshOf({ acls: [acl(['bob@example.com'], 'tag:router:22')] }, [
    meshNode(2, bob),
    meshNode(3, router('10.1.0.0/16')),
  ])
  assert.deepEqual(peerLines(mesh, 2), ['n3'])
})

test('from one subnet to another: both routers see each other, with the routes of the other side', () => {
  const mesh = meshOf({ acls: [acl(['192.168.1.0/24'], '172.16.0.0/24:*')] }, [
    meshNode(1, router('192.168.1.0/24')),
    meshNode(2, router('192.168.1.0/24')),
    meshNode(3, router('172.16.0.0/16')),
    meshNode(4, bob),
  ])
  assert.deepEqual(peerLines(mesh, 1), ['n3 *172.16.0.0/16'])
  assert.deepEqual(peerLines(mesh, 2), ['n3 *172.16.0.0/16'])
  assert.deepEqual(peerLines(mesh, 3), ['n1 *192.168.1.0/24', 'n2'])
  assert.deepEqual(peerLines(mesh, 4), [])
})

test('what a subnet may reach is told whose subnet it is', () => {
  const mesh = meshOf({ acls: [acl(['10.1.0.0/16'], 'tag:db:22')] }, [
    meshNode(1, router('10.1.0.0/16')),
    meshNode(3, db),
  ])
  assert.deepEqual(peerLines(mesh, 3), ['n1 *10.1.0.0/16'])
  assert.deepEqual(peerLines(mesh, 1), ['n3'])
})

test('of two routers of one prefix only the primary has it, and the other is told so', () => {
  const nodes = [meshNode(1, router('10.1.0.0/16')), meshNode(2, router('10.1.0.0/16')), meshNode(3, bob)]
  const source = { acls: [acl(['bob@example.com', 'tag:router'], '10.1.0.0/16:*', 'tag:router:22')] }
  const mesh = meshOf(source, nodes, new Map([['10.1.0.0/16', 2]]))
  assert.deepEqual(peerLines(mesh, 3), ['n1', 'n2 *10.1.0.0/16'])
  assert.deepEqual(peerLines(mesh, 1), ['n2 *10.1.0.0/16', 'n3'])
  assert.deepEqual(peerLines(mesh, 2), ['n1', 'n3'])
  assert.deepEqual(
    [1, 2].map((id) => ownPrimaryRoutes(mesh, id)),
    [[], ['10.1.0.0/16']],
  )
  assert.deepEqual(ownAllowedIps(mesh, 1), ['100.64.0.1/32', 'fd7a:115c:a1e0::1/128', '10.1.0.0/16'])
  const [first, second, third] = nodes
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  const failedOver = mesh.with({ nodes: [{ ...second, online: false }] })
  assert.deepEqual(peerLines(failedOver, 3), ['n1 *10.1.0.0/16', 'n2'])
  const back = failedOver.with({ nodes: [second] })
  assert.deepEqual(peerLines(back, 3), ['n1 *10.1.0.0/16', 'n2'], 'a route does not go back by itself')
})

test('exit routes are for those who may reach the internet', () => {
  const nodes = [
    meshNode(1, alice),
    meshNode(2, bob),
    meshNode(3, exit),
    meshNode(4, { tags: ['tag:exit'], announcedRoutes: ['0.0.0.0/0', '::/0'] }),
  ]
  const mesh = meshOf(
    { acls: [acl(['bob@example.com'], 'autogroup:internet:*'), acl(['alice@example.com'], 'tag:exit:22')] },
    nodes,
  )
  assert.deepEqual(peerLines(mesh, 2), ['n3 0.0.0.0/0 ::/0'])
  assert.deepEqual(peerLines(mesh, 1), ['n3', 'n4'])
  assert.deepEqual(peerLines(mesh, 3), ['n1', 'n2'])
  assert.deepEqual(peersOf(mesh, 2)[0]?.capabilities, { 'suggest-exit-node': null })
  assert.deepEqual(peersOf(mesh, 1)[0]?.capabilities, {})
  assert.deepEqual(ownPrimaryRoutes(mesh, 3), [])
})

test('via: each source has the route through its own router', () => {
  const nodes = [
    meshNode(1, alice),
    meshNode(2, bob),
    meshNode(3, { tags: ['tag:left'], routes: ['10.1.0.0/16'] }),
    meshNode(4, { tags: ['tag:right'], routes: ['10.1.0.0/16'] }),
    meshNode(5, { tags: ['tag:right'], routes: ['10.1.0.0/16'] }),
  ]
  const steer = (user: string, tag: string) => grant([user], ['10.1.0.0/16'], { ip: ['*'], via: [tag] })
  const mesh = meshOf(
    { grants: [steer('alice@example.com', 'tag:left'), steer('bob@example.com', 'tag:right')] },
    nodes,
  )
  assert.deepEqual(peerLines(mesh, 1), ['n3 *10.1.0.0/16'])
  assert.deepEqual(peerLines(mesh, 2), ['n4 *10.1.0.0/16', 'n5'])
  const away = mesh.with({ nodes: [meshNode(4, { tags: ['tag:right'], routes: ['10.1.0.0/16'], online: false })] })
  assert.deepEqual(peerLines(away, 2), ['n4', 'n5 *10.1.0.0/16'])
  const without = mesh.with({ removed: [4, 5] })
  assert.deepEqual(peerLines(without, 2), [], 'no other router serves')
})

test('via: a grant without it lets the primary serve, which wins', () => {
  const nodes = [
    meshNode(2, bob),
    meshNode(3, { tags: ['tag:left'], routes: ['10.1.0.0/16'] }),
    meshNode(4, { tags: ['tag:right'], routes: ['10.1.0.0/16'] }),
  ]
  const via = grant(['bob@example.com'], ['10.1.0.0/16'], { ip: ['*'], via: ['tag:right'] })
  assert.deepEqual(peerLines(meshOf({ grants: [via] }, nodes), 2), ['n4 *10.1.0.0/16'])
  const both = meshOf({ grants: [via, grant(['bob@example.com'], ['10.1.0.0/24'])] }, nodes)
  assert.deepEqual(peerLines(both, 2), ['n3 *10.1.0.0/16', 'n4'])
})

test('via: an exit node with the tag, and no other', () => {
  const nodes = [meshNode(2, bob), meshNode(3, exit), meshNode(4, { ...exit, tags: ['tag:left'] })]
  const mesh = meshOf(
    { grants: [grant(['bob@example.com'], ['autogroup:internet'], { ip: ['*'], via: ['tag:left'] })] },
    nodes,
  )
  assert.deepEqual(peerLines(mesh, 2), ['n4 0.0.0.0/0 ::/0'])
  assert.deepEqual(peerLines(mesh, 3), [])
  assert.deepEqual(peerLines(mesh, 4), ['n2'])
})

test('via: everything is no destination behind a router', () => {
  const nodes = [
    meshNode(2, bob),
    meshNode(3, { ...exit, tags: ['tag:left'] }),
    meshNode(4, { tags: ['tag:left'], routes: ['10.1.0.0/16'] }),
  ]
  const mesh = meshOf({ grants: [grant(['bob@example.com'], ['*'], { ip: ['*'], via: ['tag:left'] })] }, nodes)
  assert.deepEqual(peerLines(mesh, 2), [])
})

test('disable-ipv4: a node is told, and the others are told of it, without IPv4', () => {
  const nodes = [meshNode(1, alice), meshNode(2, bob), meshNode(3, router('10.1.0.0/16'))]
  const addresses = (mesh: ReturnType<typeof meshOf>, id: number) =>
    peersOf(mesh, id).map(({ allowedIps }) => allowedIps.join(' '))
  const mesh = meshOf({ nodeAttrs: [{ target: ['tag:router'], attr: ['disable-ipv4'] }] }, nodes)
  assert.deepEqual(addresses(mesh, 1), ['100.64.0.2/32 fd7a:115c:a1e0::2/128', 'fd7a:115c:a1e0::3/128 10.1.0.0/16'])
  assert.deepEqual(addresses(mesh, 3), ['fd7a:115c:a1e0::1/128', 'fd7a:115c:a1e0::2/128'])
  assert.deepEqual(ownAllowedIps(mesh, 3), ['fd7a:115c:a1e0::3/128', '10.1.0.0/16'])
  assert.deepEqual(addresses(meshOf({ disableIPv4: true }, nodes), 1), [
    'fd7a:115c:a1e0::2/128',
    'fd7a:115c:a1e0::3/128 10.1.0.0/16',
  ])
})
