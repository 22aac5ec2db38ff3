import type { MeshNode } from '../decide/directory.ts'
import type { CapabilityMap } from './filter-rule.ts'
import type { RouteFacts } from './mesh-facts.ts'
import type { MeshMember } from './mesh-member.ts'
import type { MeshPolicy } from './mesh-policy.ts'
import type { CompiledClause } from './mesh-rules.ts'
import { addAll, addTo, type NodeSet, newSet, setHolds } from './node-set.ts'
import { selfSources } from './packet-filter.ts'
import { electPrimary } from './primary-routes.ts'
import { membersOf } from './source-set.ts'
import type { TargetSet } from './target-set.ts'

/** Another node as one node is told of it. */
export interface MeshPeer {
  readonly node: MeshNode
  /** Prefixes: its own addresses, then the subnet routes that this viewer may use through it, then exit routes. */
  readonly allowedIps: readonly string[]
  /** Those of the subnet routes. */
  readonly primaryRoutes: readonly string[]
  /** What it can do for the viewer. */
  readonly capabilities: CapabilityMap
}

/** Told of every exit node that the viewer may use. */
const EXIT_NODE_CAPABILITIES: CapabilityMap = { 'suggest-exit-node': null }
const NO_CAPABILITIES: CapabilityMap = {}

/**
 * The nodes that a node is told of, by id: those that some rule lets it reach, or that some rule lets reach it, by their
 * addresses, by approved subnet routes, or as exit nodes. It is symmetric. Empty for a node that is unknown or takes no part.
 *
 * A route is told with the one router that serves it: the primary, or for sources that may go only `via` some tag the
 * primary among the routers with that tag.
 */
export function peersOf(mesh: MeshPolicy, nodeId: number): readonly MeshPeer[] {
  const viewer = mesh.member(nodeId)
  if (viewer === undefined) return []
  const view = new View(mesh, viewer)
  const steered = steeredRoutes(mesh, view)
  return [...membersOf(mesh.facts, view.visible)]
    .filter((member) => member !== viewer)
    .toSorted((a, b) => a.node.id - b.node.id)
    .map((member) => peerOf(mesh, view, steered, member))
}

/** The prefixes that a node itself may use as sources, as it is told of itself: all it has that is switched on. */
export function ownAllowedIps(mesh: MeshPolicy, nodeId: number): readonly string[] {
  const member = mesh.member(nodeId)
  if (member === undefined) return []
  return [
    ...mesh.addressPrefixes(member, member),
    ...member.subnetRoutes.map((route) => route.text),
    ...member.exitRoutes,
  ]
}

/** Prefixes that go to this node. */
export function ownPrimaryRoutes(mesh: MeshPolicy, nodeId: number): readonly string[] {
  const routes = mesh.member(nodeId)?.subnetRoutes ?? []
  return routes.map((route) => route.text).filter((text) => mesh.primaries.get(text) === nodeId)
}

/** What the clauses let one node see. */
class View {
  readonly viewer: MeshMember
  readonly visible: NodeSet
  /** Routes that go to their primary. */
  readonly routes: NodeSet
  /** Clauses that let it through some routers only. */
  readonly via: TargetSet[] = []
  /** Whether it may leave through every exit node. */
  exits = false

  constructor(mesh: MeshPolicy, viewer: MeshMember) {
    this.viewer = viewer
    this.visible = newSet(mesh.facts.members.length)
    this.routes = newSet(mesh.facts.routeRoom)
    this.#addOwnRoutes(mesh, viewer)
    for (const clause of mesh.rules.clauses) {
      const source = mesh.sources[clause.source]
      const target = clause.target === undefined ? undefined : mesh.targets[clause.target]
      if (target === undefined) {
        this.#addSelf(mesh, clause, viewer)
        continue
      }
      if (source === undefined) continue
      if (setHolds(source.nodes, viewer.place)) this.#addTarget(target)
      if (setHolds(target.nodes, viewer.place)) {
        addAll(this.visible, source.nodes)
        addAll(this.routes, source.routes)
      }
    }
  }

  /** Of several routers of one prefix each is told which one serves it. */
  #addOwnRoutes(mesh: MeshPolicy, viewer: MeshMember): void {
    for (const { text } of viewer.subnetRoutes) {
      const route = mesh.facts.routes.get(text)
      if (route !== undefined) addTo(this.routes, route.place)
    }
  }

  /** All own nodes for one that may start something, else those that may. */
  #addSelf(mesh: MeshPolicy, clause: CompiledClause, viewer: MeshMember): void {
    const sources = selfSources(mesh, clause, viewer)
    for (const other of sources.includes(viewer) ? mesh.ownNodes(viewer) : sources) addTo(this.visible, other.place)
  }

  #addTarget(target: TargetSet): void {
    addAll(this.visible, target.nodes)
    if (target.terms.via.length > 0) this.via.push(target)
    else {
      addAll(this.routes, target.routes)
      this.exits ||= target.internet
    }
  }
}

/** What a viewer may use through routers of some tags alone. */
interface Steered {
  /** Id of the node that serves it, by prefix. */
  readonly routes: ReadonlyMap<string, number>
  /** Places of exit nodes. */
  readonly exits: ReadonlySet<number>
}

function steeredRoutes(mesh: MeshPolicy, view: View): Steered {
  const candidates = new Map<RouteFacts, MeshMember[]>()
  const exits = new Set<number>()
  for (const target of view.via) {
    for (const member of membersOf(mesh.facts, target.nodes)) {
      if (target.internet) exits.add(member.place)
      for (const { text } of member.subnetRoutes) {
        const route = mesh.facts.routes.get(text)
        if (route === undefined || !setHolds(target.routes, route.place) || setHolds(view.routes, route.place)) continue
        const known = candidates.get(route)
        if (known === undefined) candidates.set(route, [member])
        else known.push(member)
      }
    }
  }
  const routes = new Map<string, number>()
  for (const [{ text }, members] of candidates) {
    const chosen = electPrimary(
      members.map(({ node }) => ({ id: node.id, online: node.online })),
      mesh.primaries.get(text),
    )
    if (chosen !== undefined) routes.set(text, chosen)
  }
  return { routes, exits }
}

function peerOf(mesh: MeshPolicy, view: View, steered: Steered, member: MeshMember): MeshPeer {
  const { id } = member.node
  const primaryRoutes = member.subnetRoutes
    .map((route) => route.text)
    .filter((text) => {
      const route = mesh.facts.routes.get(text)
      if (route === undefined) return false
      return setHolds(view.routes, route.place) ? mesh.primaries.get(text) === id : steered.routes.get(text) === id
    })
  const exitRoutes = view.exits || steered.exits.has(member.place) ? member.exitRoutes : []
  return {
    node: member.node,
    allowedIps: [...mesh.addressPrefixes(member, view.viewer), ...primaryRoutes, ...exitRoutes],
    primaryRoutes,
    capabilities: exitRoutes.length > 0 ? EXIT_NODE_CAPABILITIES : NO_CAPABILITIES,
  }
}
