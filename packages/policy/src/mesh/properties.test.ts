import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseIpAddress } from '../address/ip-address.ts'
import { parseIpRange, rangeHolds } from '../address/ip-range.ts'
import { compilePolicy } from '../decide/compile.ts'
import { decide } from '../decide/decide.ts'
import type { Directory, MeshNode } from '../decide/directory.ts'
import type { Policy } from '../language/policy.ts'
import { arbitraryMeshNode, arbitraryMeshNodes, MESH_PEOPLE } from '../testing/arbitrary-mesh.ts'
import { arbitraryPolicy } from '../testing/arbitrary-policy.ts'
import { slowPeers } from '../testing/slow-mesh.ts'
import type { FilterRule } from './filter-rule.ts'
import { compileMesh, type MeshPolicy } from './mesh-policy.ts'
import { packetFilter } from './packet-filter.ts'
import { peersOf } from './peers.ts'

const PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const
const PORTS = [1, 22, 53, 80, 443, 5500, 8000, 8999, 65535]
/** Places behind routers and exit nodes of generated meshes. */
const OUTSIDE = [
  '10.0.0.5',
  '10.0.0.9',
  '10.0.0.77',
  '10.2.0.1',
  '192.0.2.7',
  '192.0.2.200',
  'fd00:1::1',
  '8.8.8.8',
  '2001:db8::1',
]
const packet = fc.record({
  port: fc.constantFrom(...PORTS),
  protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
})

function directory(nodes: readonly MeshNode[], users: Directory['users'] = MESH_PEOPLE): Directory {
  return { users, targets: [], nodes }
}

/** Machines of whom the gateway does not know, or of nobody, among the others; and people who are disabled. */
const anyMesh = fc
  .record({
    nodes: arbitraryMeshNodes(),
    strangers: fc.subarray([1, 2, 3, 4, 5, 6]),
    nobodys: fc.subarray([1, 2, 3, 4, 5, 6]),
    disabled: fc.subarray([...MESH_PEOPLE.keys()]),
  })
  .map(({ nodes, strangers, nobodys, disabled }) => ({
    users: MESH_PEOPLE.map((user, index) => ({ ...user, disabled: disabled.includes(index) })),
    nodes: nodes.map((node): MeshNode => {
      const { user, ...rest } = node
      if (user === undefined) return node
      if (nobodys.includes(node.id)) return rest
      return strangers.includes(node.id) ? { ...rest, user: 'stranger@example.com' } : node
    }),
  }))

/** The slow reading of a filter, as its client has it. */
function filterAllows(
  filter: readonly FilterRule[],
  from: string,
  to: string,
  protocolNumber: number,
  port: number,
): boolean {
  return filter.some(
    ({ SrcIPs, DstPorts = [], IPProto = [6, 17, 1, 58] }) =>
      IPProto.includes(protocolNumber) &&
      SrcIPs.some((text) => textHolds(text, from)) &&
      DstPorts.some(({ IP, Ports }) => textHolds(IP, to) && Ports.First <= port && port <= Ports.Last),
  )
}

function textHolds(text: string, address: string): boolean {
  if (text === '*') return true
  const parsed = parseIpRange(text)
  const wanted = parseIpAddress(address)
  assert.ok(parsed.ok && wanted !== undefined, text)
  return rangeHolds(parsed.range, wanted)
}

function addressOfFamily(node: MeshNode, other: string): string | undefined {
  return node.addresses.find((address) => address.includes(':') === other.includes(':'))
}

/** What a node tells of itself and of everybody, for all nodes. */
function told(mesh: MeshPolicy, nodes: readonly MeshNode[]) {
  return nodes.map(({ id }) => ({ id, filter: packetFilter(mesh, id), peers: peersOf(mesh, id) }))
}

test('a filter lets in from another node what decide allows, and nothing else', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), anyMesh, packet, (policy, { nodes, users }, { port, protocol }) => {
      const compiled = compilePolicy(policy, directory(nodes, users))
      const mesh = compileMesh(policy, directory(nodes, users))
      for (const to of nodes) {
        const filter = packetFilter(mesh, to.id)
        for (const from of nodes) {
          // A filter lists addresses: what else one that takes no part sends is dropped before, for it is nobody's peer.
          if (from === to || mesh.member(from.id) === undefined) continue
          for (const address of to.addresses) {
            const source = addressOfFamily(from, address)
            if (source === undefined) continue
            const { verdict } = decide(compiled, { node: from.id, destination: { address, port, protocol } })
            const allowed = filterAllows(filter, source, address, PROTOCOLS[protocol], port)
            assert.equal(allowed, verdict === 'allow', `${source} to ${address} ${protocol} ${port}`)
          }
        }
      }
    }),
    { numRuns: 400 },
  )
})

test('a router and an exit node let through what decide allows and what goes via them, and nothing else', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), arbitraryMeshNodes(), packet, (policy, nodes, { port, protocol }) => {
      const mesh = compileMesh(policy, directory(nodes))
      for (const router of nodes) {
        const routed = OUTSIDE.filter((address) => isRouted(mesh, router.id, address))
        const filter = packetFilter(mesh, router.id)
        const isExit = (mesh.member(router.id)?.exitRoutes ?? []).length > 0
        const here = throughRouter(policy, router)
        const compiled = compilePolicy(isExit ? here : withoutInternet(here), directory(nodes))
        for (const from of nodes)
          for (const address of routed) {
            const source = addressOfFamily(from, address)
            if (from === router || source === undefined) continue
            const { verdict } = decide(compiled, { node: from.id, destination: { address, port, protocol } })
            const allowed = filterAllows(filter, source, address, PROTOCOLS[protocol], port)
            assert.equal(allowed, verdict === 'allow', `${source} to ${address} ${protocol} ${port}`)
          }
      }
    }),
    { numRuns: 400 },
  )
})

test('a machine that takes no part reaches nobody, and nobody reaches it', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), anyMesh, packet, (policy, { nodes, users }, { port, protocol }) => {
      const compiled = compilePolicy(policy, directory(nodes, users))
      const mesh = compileMesh(policy, directory(nodes, users))
      for (const node of nodes) {
        if (mesh.member(node.id) !== undefined) continue
        assert.deepEqual(packetFilter(mesh, node.id), [])
        assert.deepEqual(peersOf(mesh, node.id), [])
        for (const other of nodes) {
          assert.ok(!peersOf(mesh, other.id).some((peer) => peer.node.id === node.id))
          for (const address of other.addresses)
            assert.equal(decide(compiled, { node: node.id, destination: { address, port, protocol } }).verdict, 'deny')
          for (const address of node.addresses)
            assert.equal(decide(compiled, { node: other.id, destination: { address, port, protocol } }).verdict, 'deny')
        }
      }
    }),
    { numRuns: 200 },
  )
})

/**
 * The rules as they are at one router: those that go via a tag of it as if they went anywhere, to what can be behind it, and
 * no others that go via something. `decide` answers for the doors, where such rules open nothing.
 */
function throughRouter(policy: Policy, router: MeshNode): Policy {
  const rules = policy.rules.flatMap((rule) => {
    if (rule.via.length === 0) return [rule]
    if (!rule.via.some((tag) => router.tags.includes(tag))) return []
    const destinations = rule.destinations.filter(
      ({ selector }) => ['addresses', 'ipset'].includes(selector.kind) || selector.text === 'autogroup:internet',
    )
    return [{ ...rule, destinations, via: [] }]
  })
  return { ...policy, rules }
}

/** What `autogroup:internet` opens is behind exit nodes, also where a router has a public prefix. */
function withoutInternet(policy: Policy): Policy {
  const rules = policy.rules.map((rule) => ({
    ...rule,
    destinations: rule.destinations.filter(({ selector }) => selector.text !== 'autogroup:internet'),
  }))
  return { ...policy, rules }
}

/** Behind an approved subnet route, or on the internet behind an exit node. */
function isRouted(mesh: MeshPolicy, id: number, address: string): boolean {
  const member = mesh.member(id)
  const wanted = parseIpAddress(address)
  if (member === undefined || wanted === undefined) return false
  if (member.subnetRoutes.some(({ range }) => rangeHolds(range, wanted))) return true
  return member.exitRoutes.length > 0 && ['8.8.8.8', '2001:db8::1'].includes(address)
}

test('peers are those that the slow reading of the rules finds, with the same routes', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), arbitraryMeshNodes(), (policy, nodes) => {
      const mesh = compileMesh(policy, directory(nodes))
      for (const { id } of nodes) {
        const peers = peersOf(mesh, id).map(({ node, allowedIps, primaryRoutes }) => ({
          id: node.id,
          allowedIps,
          primaryRoutes,
        }))
        assert.deepEqual(peers, slowPeers(policy, MESH_PEOPLE, nodes, mesh.primaries, id), `node ${id}`)
      }
    }),
    { numRuns: 600 },
  )
})

test('who sees is seen', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), arbitraryMeshNodes(), (policy, nodes) => {
      const mesh = compileMesh(policy, directory(nodes))
      const pairs = new Set(nodes.flatMap(({ id }) => peersOf(mesh, id).map(({ node }) => `${id} ${node.id}`)))
      for (const pair of pairs) assert.ok(pairs.has(pair.split(' ').toReversed().join(' ')), pair)
    }),
  )
})

test('a filter lets in only from peers', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), arbitraryMeshNodes(), packet, (policy, nodes, { port, protocol }) => {
      const mesh = compileMesh(policy, directory(nodes))
      for (const to of nodes) {
        const peers = peersOf(mesh, to.id).map(({ node }) => node.id)
        for (const from of nodes) {
          if (from === to || peers.includes(from.id)) continue
          for (const address of to.addresses) {
            const source = addressOfFamily(from, address)
            if (source === undefined) continue
            assert.ok(!filterAllows(packetFilter(mesh, to.id), source, address, PROTOCOLS[protocol], port))
          }
        }
      }
    }),
  )
})

test('the order of rules does not matter: the same packets, the same peers', () => {
  const shuffled = arbitraryPolicy().chain((policy) =>
    fc
      .shuffledSubarray([...policy.rules], { minLength: policy.rules.length })
      .map((rules): [Policy, Policy] => [policy, { ...policy, rules }]),
  )
  fc.assert(
    fc.property(shuffled, arbitraryMeshNodes(), packet, ([policy, other], nodes, { port, protocol }) => {
      const [one, two] = [compileMesh(policy, directory(nodes)), compileMesh(other, directory(nodes))]
      for (const { id, addresses } of nodes) {
        assert.deepEqual(peersOf(one, id), peersOf(two, id))
        const [filter, otherFilter] = [packetFilter(one, id), packetFilter(two, id)]
        for (const from of ['100.64.0.1', '100.64.0.2', 'fd7a:115c:a1e0::3', '10.0.0.5'])
          for (const to of [...addresses, ...OUTSIDE])
            assert.equal(
              filterAllows(filter, from, to, PROTOCOLS[protocol], port),
              filterAllows(otherFilter, from, to, PROTOCOLS[protocol], port),
            )
      }
    }),
  )
})

test('a mesh that was changed step by step is the mesh made at once', () => {
  const change = fc.oneof(
    fc.array(arbitraryMeshNode(), { minLength: 1, maxLength: 3 }).map((nodes) => ({ nodes })),
    fc.array(fc.constantFrom(1, 2, 3, 4, 5, 6), { minLength: 1, maxLength: 3 }).map((removed) => ({ removed })),
    fc
      .record({
        user: fc.constantFrom(...MESH_PEOPLE),
        role: fc.constantFrom('owner', 'member'),
        disabled: fc.boolean(),
      })
      .map(({ user, role, disabled }) => ({ users: [{ ...user, role, disabled }] })),
  )
  fc.assert(
    fc.property(
      arbitraryPolicy(),
      arbitraryMeshNodes(),
      fc.array(change, { maxLength: 6 }),
      (policy, start, changes) => {
        const nodes = new Map(start.map((node) => [node.id, node]))
        const users = new Map(MESH_PEOPLE.map((user) => [user.name, user]))
        let mesh = compileMesh(policy, directory(start))
        for (const step of changes) {
          const before = told(mesh, start)
          const next = mesh.with(step)
          assert.deepEqual(told(mesh, start), before, 'a mesh does not change')
          mesh = next
          for (const id of 'removed' in step ? step.removed : []) nodes.delete(id)
          for (const node of 'nodes' in step ? step.nodes : []) nodes.set(node.id, node)
          for (const user of 'users' in step ? step.users : []) users.set(user.name, user)
          const now = [...nodes.values()]
          const atOnce = compileMesh(policy, { users: [...users.values()], targets: [], nodes: now }, mesh.primaries)
          assert.deepEqual(mesh.primaries, atOnce.primaries)
          assert.deepEqual(told(mesh, now), told(atOnce, now))
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('a node that goes and comes back leaves everything as it was', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), arbitraryMeshNodes(), fc.nat(5), (policy, nodes, index) => {
      const mesh = compileMesh(policy, directory(nodes))
      const node = nodes[index]
      if (node === undefined) return
      const back = mesh.with({ removed: [node.id] }).with({ nodes: [node] })
      const same = compileMesh(policy, directory(nodes), back.primaries)
      assert.deepEqual(told(back, nodes), told(same, nodes))
    }),
  )
})
