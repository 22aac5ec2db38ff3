import type { Directory, MeshNode, UserFacts } from '../decide/directory.ts'
import type { FilterRule } from '../mesh/filter-rule.ts'
import { compileMesh, type MeshPolicy } from '../mesh/mesh-policy.ts'
import { packetFilter } from '../mesh/packet-filter.ts'
import { peersOf } from '../mesh/peers.ts'
import { policyOf } from './compile-text.ts'

/** People of mesh tests. */
export const MESH_USERS: readonly UserFacts[] = [
  { name: 'alice@example.com', role: 'owner', disabled: false },
  { name: 'adam@example.com', role: 'admin', disabled: false },
  { name: 'bob@example.com', role: 'member', disabled: false },
  { name: 'dora@example.com', role: 'member', disabled: true },
]

export const TAG_OWNERS = {
  'tag:web': [],
  'tag:db': [],
  'tag:router': [],
  'tag:left': [],
  'tag:right': [],
  'tag:exit': [],
}

/** A node named `n<id>` with the addresses `100.64.0.<id>` and `fd7a:115c:a1e0::<id>`; its routes are announced and approved. */
export function meshNode(
  id: number,
  facts: Partial<Omit<MeshNode, 'id'>> & { readonly routes?: readonly string[] } = {},
): MeshNode {
  const { routes = [], ...rest } = facts
  return {
    id,
    name: `n${id}`,
    tags: [],
    addresses: [`100.64.0.${id}`, `fd7a:115c:a1e0::${id.toString(16)}`],
    announcedRoutes: routes,
    approvedRoutes: routes,
    online: true,
    ...rest,
  }
}

/** A mesh of the policy that JSON makes of an object, with every tag of the tests known. */
export function meshOf(
  source: object,
  nodes: readonly MeshNode[],
  primaries: ReadonlyMap<string, number> = new Map(),
): MeshPolicy {
  const directory: Directory = { users: MESH_USERS, targets: [], nodes }
  return compileMesh(policyOf({ tagOwners: TAG_OWNERS, ...source }), directory, primaries)
}

/** A node's filter, a line for each rule: `100.64.0.1 fd7a:115c:a1e0::1 > 100.64.0.4 22, fd7a:115c:a1e0::4 22 / tcp`. */
export function filterLines(mesh: MeshPolicy, nodeId: number): readonly string[] {
  return packetFilter(mesh, nodeId).map(filterLine)
}

/** A node's peers, a line for each: its name, then its routes; a star before those that it is the primary of. */
export function peerLines(mesh: MeshPolicy, nodeId: number): readonly string[] {
  return peersOf(mesh, nodeId).map(({ node, allowedIps, primaryRoutes }) => {
    const routes = allowedIps.filter((prefix) => !/^(?:100\.64\.|fd7a:115c:a1e0::[0-9a-f]+\/128)/.test(prefix))
    return [node.name, ...routes.map((route) => (primaryRoutes.includes(route) ? `*${route}` : route))].join(' ')
  })
}

function filterLine(rule: FilterRule): string {
  const { SrcIPs, DstPorts = [], IPProto, CapGrant = [] } = rule
  const ports = DstPorts.map(({ IP, Ports }) => `${IP} ${portsText(Ports.First, Ports.Last)}`)
  const grants = CapGrant.map(({ Dsts, CapMap }) => `${Dsts.join(' ')} ${JSON.stringify(CapMap)}`)
  const protocols = IPProto === undefined ? '' : ` / ${IPProto.join()}`
  return `${SrcIPs.join(' ')} > ${[...ports, ...grants].join(', ')}${protocols}`
}

function portsText(first: number, last: number): string {
  if (first === 0 && last === 65535) return '*'
  return first === last ? String(first) : `${first}-${last}`
}
