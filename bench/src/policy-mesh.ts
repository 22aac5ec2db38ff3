import {
  compileMesh,
  type Directory,
  type MeshNode,
  type MeshPolicy,
  packetFilter,
  parsePolicy,
  peersOf,
} from '@sallyport/policy'
import { quantile } from './measure/statistics.ts'
import type { Row } from './report.ts'

/** How much is compiled. */
export interface MeshSize {
  readonly nodes: number
  readonly rules: number
}

/** A small mesh, a large one, and each side grown alone. */
export const MESH_SIZES: readonly MeshSize[] = [
  { nodes: 100, rules: 10 },
  { nodes: 100, rules: 1000 },
  { nodes: 5000, rules: 10 },
  { nodes: 5000, rules: 1000 },
]

const USERS = 1000
const TAGS = 200
const GROUPS = 200
/** Every so many nodes one is a router of a prefix of its own. */
const ROUTER_EVERY = 25
/** Nodes asked for their filters and peers, and changed, each size. */
const SAMPLES = 200

/** Compiling a mesh, what one node is told, and a change of one node. */
export function benchMesh(options: {
  readonly sizes?: readonly MeshSize[]
  readonly log: (line: string) => void
}): readonly Row[] {
  return (options.sizes ?? MESH_SIZES).flatMap((size) => {
    options.log(`mesh of ${size.nodes} nodes, ${size.rules} rules`)
    return measureMesh(size)
  })
}

function measureMesh(size: MeshSize): readonly Row[] {
  const parsed = parsePolicy(JSON.stringify(policySource(size.rules)))
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message ?? 'the policy of the bench is refused')
  const directory = directoryOf(size.nodes)
  const nodes = directory.nodes ?? []
  const compiling = timed(5, () => compileMesh(parsed.policy, directory))
  let mesh = compileMesh(parsed.policy, directory)
  const first = timed(1, () => packetFilter(mesh, 1))
  const ids = Array.from({ length: SAMPLES }, (_, index) => 1 + ((index * 37) % size.nodes))
  const filters = ids.flatMap((id) => timed(1, () => packetFilter(mesh, id)))
  const peers = ids.flatMap((id) => timed(1, () => peersOf(mesh, id)))
  const changes: number[] = []
  const afterwards: number[] = []
  for (const id of ids) {
    const changed = retagged(nodes, id)
    changes.push(...timed(1, () => (mesh = mesh.with({ nodes: [changed] }))))
    afterwards.push(...timed(1, () => packetFilter(mesh, id)))
  }
  const row = (measure: string, unit: string, ours: number): Row => ({
    bench: 'mesh',
    case: `${size.nodes} nodes, ${size.rules} rules`,
    measure,
    unit,
    ours,
  })
  return [
    row('compile', 'ms', quantile(compiling, 0.5)),
    row('first filter', 'ms', quantile(first, 0.5)),
    row('filter of a node, median', 'µs', quantile(filters, 0.5) * 1000),
    row('filter of a node, p99', 'µs', quantile(filters, 0.99) * 1000),
    row('peers of a node, median', 'µs', quantile(peers, 0.5) * 1000),
    row('peers of a node, p99', 'µs', quantile(peers, 0.99) * 1000),
    row('a node retagged, median', 'µs', quantile(changes, 0.5) * 1000),
    row('a node retagged, p99', 'µs', quantile(changes, 0.99) * 1000),
    row('its filter after that, median', 'µs', quantile(afterwards, 0.5) * 1000),
    row('resolved sets', 'MB', setBytes(mesh) / 1e6),
  ]
}

/** Milliseconds of each run. */
function timed(runs: number, work: () => unknown): number[] {
  return Array.from({ length: runs }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
}

/** What the sets of nodes and routes hold, without the strings of filters. */
function setBytes(mesh: MeshPolicy): number {
  const sets = [
    ...mesh.facts.selectors.flatMap((selector) => [selector.nodes, selector.routers, selector.routes]),
    ...mesh.sources.flatMap((source) => [source.nodes, source.routes]),
    ...mesh.targets.flatMap((target) => [target.nodes, target.routes]),
  ]
  return [...new Set(sets)].reduce((bytes, set) => bytes + set.byteLength, 0)
}

function retagged(nodes: readonly MeshNode[], id: number): MeshNode {
  const node = nodes[id - 1]
  if (node === undefined) throw new RangeError(`no node ${id}`)
  const { user: _, ...rest } = node
  return { ...rest, tags: [`tag:t${(id * 7 + 3) % TAGS}`] }
}

/** Half of the nodes are people's, half have a tag; some are routers. */
function directoryOf(count: number): Directory {
  const users = Array.from({ length: USERS }, (_, index) => ({
    name: userName(index),
    role: 'member' as const,
    disabled: false,
  }))
  const nodes = Array.from({ length: count }, (_, index): MeshNode => {
    const id = index + 1
    const routes = id % ROUTER_EVERY === 0 ? [`10.${(id / ROUTER_EVERY) % 256}.0.0/16`] : []
    return {
      id,
      name: `node-${id}`,
      ...(id % 2 === 0 ? { tags: [`tag:t${id % TAGS}`] } : { user: userName(id % USERS), tags: [] }),
      addresses: [`100.${64 + (id >> 16)}.${(id >> 8) & 255}.${id & 255}`, `fd7a:115c:a1e0::${id.toString(16)}`],
      announcedRoutes: routes,
      approvedRoutes: routes,
      online: true,
    }
  })
  return { users, targets: [], nodes }
}

/** Rules of all common shapes in turn: groups, people, tags, subnets, everybody, one's own. */
function policySource(count: number): object {
  return {
    groups: Object.fromEntries(
      Array.from({ length: GROUPS }, (_, group) => [
        `group:g${group}`,
        Array.from({ length: 10 }, (_member, member) => userName((group * 10 + member) % USERS)),
      ]),
    ),
    tagOwners: Object.fromEntries(Array.from({ length: TAGS }, (_, tag) => [`tag:t${tag}`, []])),
    acls: Array.from({ length: count }, (_, index) => ({
      action: 'accept',
      ...SHAPES[index % SHAPES.length]?.(index),
    })),
  }
}

type Shape = (index: number) => { readonly src: readonly string[]; readonly dst: readonly string[] }
const SHAPES: readonly Shape[] = [
  (index) => ({
    src: [`group:g${index % GROUPS}`],
    dst: [`tag:t${index % TAGS}:22`, `tag:t${(index + 1) % TAGS}:443`],
  }),
  (index) => ({ src: [`tag:t${index % TAGS}`], dst: [`tag:t${(index * 3) % TAGS}:5432`] }),
  (index) => ({ src: [userName(index % USERS)], dst: [`tag:t${(index * 5) % TAGS}:*`] }),
  (index) => ({ src: [`group:g${(index * 3) % GROUPS}`], dst: [`10.${index % 256}.0.0/24:443`] }),
  (index) => ({ src: ['autogroup:member'], dst: [`tag:t${(index * 11) % TAGS}:80,443`] }),
  () => ({ src: ['autogroup:member'], dst: ['autogroup:self:*'] }),
  (index) => ({ src: ['*'], dst: [`tag:t${(index * 13) % TAGS}:53`] }),
  (index) => ({ src: [`100.64.${index % 20}.0/24`], dst: [`group:g${index % GROUPS}:8080`] }),
]

function userName(index: number): string {
  return `user${index}@example.com`
}
