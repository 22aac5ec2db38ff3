import type { IpRange } from '../address/ip-range.ts'
import type { MeshNode, UserFacts } from '../decide/directory.ts'
import type { MeshMember } from './mesh-member.ts'
import type { NodeSet } from './node-set.ts'

/** Which nodes and routes a selector means at the moment. */
export interface SelectorSets {
  /** Nodes that it means themselves. */
  readonly nodes: NodeSet
  /** Nodes with an approved subnet route that overlaps its addresses. */
  readonly routers: NodeSet
  /** Places of the approved subnet routes that overlap its addresses. */
  readonly routes: NodeSet
}

/** An approved subnet route, once for all nodes that have it. */
export interface RouteFacts {
  readonly text: string
  readonly range: IpRange
  /** Where its bit stands in every set of routes. */
  readonly place: number
  /** Selectors whose addresses overlap it. */
  readonly selectors: readonly number[]
  /** Ids of the nodes that have it, ascending. */
  readonly holders: readonly number[]
}

/** The facts of one moment, as every part of the mesh reads them. Nothing in it changes. */
export interface MeshFacts {
  readonly users: ReadonlyMap<string, UserFacts>
  /** All nodes by id, also those that take no part because their owner is unknown or disabled. */
  readonly nodes: ReadonlyMap<number, MeshNode>
  /** Those that take part, by place; a hole where a node was. */
  readonly members: readonly (MeshMember | undefined)[]
  readonly places: ReadonlyMap<number, number>
  readonly routes: ReadonlyMap<string, RouteFacts>
  /** Above the place of every route. */
  readonly routeRoom: number
  /** Untagged nodes of each user, by place. */
  readonly own: ReadonlyMap<string, readonly number[]>
  /** By place in the list of `MeshSelectors`. */
  readonly selectors: readonly SelectorSets[]
  /** Id of the node that each route goes to. */
  readonly primaries: ReadonlyMap<string, number>
}

export interface MeshChange {
  /** Nodes that are new or other than before, whole. */
  readonly nodes?: readonly MeshNode[]
  /** Ids of nodes that are no more. */
  readonly removed?: readonly number[]
  /** Users that are new or other than before. */
  readonly users?: readonly UserFacts[]
}
