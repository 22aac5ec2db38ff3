import assert from 'node:assert/strict'
import { compileMesh } from '../../src/mesh/mesh-policy.ts'
import { ownAllowedIps, ownPrimaryRoutes, peersOf } from '../../src/mesh/peers.ts'
import { policyOf } from '../../src/testing/compile-text.ts'
import { type Capture, policyText, testCaptures } from './captures.ts'
import { directoryOf, nodeNamed } from './topology.ts'

testCaptures(
  'peers',
  (capture) => capture.status === 200,
  (capture) => {
    const directory = directoryOf(capture)
    const nodes = directory.nodes ?? []
    const mesh = compileMesh(policyOf(policyText(capture)), directory, primariesOf(capture))
    for (const [name, told] of Object.entries(capture.captures)) {
      const { id } = nodeNamed(nodes, name)
      assert.deepEqual([...ownAllowedIps(mesh, id)], told.allowedIPs, `${name}: its own AllowedIPs`)
      assert.deepEqual([...ownPrimaryRoutes(mesh, id)], told.primaryRoutes ?? [], `${name}: its own PrimaryRoutes`)
      const peers = peersOf(mesh, id).map((peer) => ({
        name: peer.node.name,
        AllowedIPs: peer.allowedIps,
        PrimaryRoutes: peer.primaryRoutes,
        CapMap: peer.capabilities,
      }))
      const wanted = told.peers.map((peer) => ({
        name: peer.Name.slice(0, peer.Name.indexOf('.')),
        AllowedIPs: peer.AllowedIPs,
        PrimaryRoutes: peer.PrimaryRoutes ?? [],
        CapMap: peer.CapMap ?? {},
      }))
      assert.deepEqual(peers.toSorted(byName), wanted.toSorted(byName), `${name}: its peers`)
    }
  },
)

/** The captures do not tell ids, nor who came first: who is the primary is taken as known. */
function primariesOf(capture: Capture): ReadonlyMap<string, number> {
  const nodes = directoryOf(capture).nodes ?? []
  return new Map(
    Object.entries(capture.captures).flatMap(([name, told]) =>
      (told.primaryRoutes ?? []).map((route) => [route, nodeNamed(nodes, name).id] as const),
    ),
  )
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name)
}
