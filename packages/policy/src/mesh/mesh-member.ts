import { FAMILY_BITS, parseIpAddress } from '../address/ip-address.ts'
import { formatIpRange, type IpRange, isWholeFamily, parseIpRange } from '../address/ip-range.ts'
import type { MeshNode } from '../decide/directory.ts'
import { isRoutable } from './routable.ts'

/** A node as the compiler sees it: its addresses read, its routes sorted out. */
export interface MeshMember {
  readonly node: MeshNode
  /** Where its bit stands in every set of nodes. */
  readonly place: number
  readonly addresses: readonly MeshAddress[]
  /** Announced and approved, without those of an exit node. */
  readonly subnetRoutes: readonly MeshRoute[]
  /** The exit routes that are announced and approved, as `0.0.0.0/0` and `::/0`; with any it is an exit node. */
  readonly exitRoutes: readonly string[]
}

export interface MeshAddress {
  /** Canonical. */
  readonly text: string
  /** `100.64.0.1/32`. */
  readonly prefix: string
  /** Of one address. */
  readonly range: IpRange
}

export interface MeshRoute {
  /** Canonical prefix. */
  readonly text: string
  readonly range: IpRange
}

/** What cannot be read of a node's addresses and routes is left out: it opens nothing. */
export function meshMember(node: MeshNode, place: number): MeshMember {
  const routes = effectiveRoutes(node)
  return {
    node,
    place,
    addresses: node.addresses.flatMap(meshAddress),
    subnetRoutes: routes.filter((route) => !isWholeFamily(route.range)),
    exitRoutes: routes.filter((route) => isWholeFamily(route.range)).map((route) => route.text),
  }
}

/** Prefixes that a node announces and that are approved, in the order of the announcement. */
export function effectiveRoutes(node: MeshNode): readonly MeshRoute[] {
  const approved = new Set(node.approvedRoutes.flatMap(meshRoute).map((route) => route.text))
  const routes = new Map<string, MeshRoute>()
  for (const route of node.announcedRoutes.flatMap(meshRoute))
    if (approved.has(route.text)) routes.set(route.text, route)
  return [...routes.values()]
}

/** None, where it is no prefix or one that cannot be a route, or one. */
export function meshRoute(text: string): readonly MeshRoute[] {
  const parsed = parseIpRange(text)
  if (!parsed.ok || parsed.form === 'range' || !isRoutable(parsed.range)) return []
  return [{ text: formatPrefix(parsed.range), range: parsed.range }]
}

/** A prefix with its length, also where it is one address. */
export function formatPrefix(range: IpRange): string {
  const text = formatIpRange(range)
  return range.first === range.last ? `${text}/${FAMILY_BITS[range.family]}` : text
}

function meshAddress(text: string): readonly MeshAddress[] {
  const address = parseIpAddress(text)
  if (address === undefined) return []
  const range: IpRange = { family: address.family, first: address.value, last: address.value }
  return [{ text: formatIpRange(range), prefix: formatPrefix(range), range }]
}
