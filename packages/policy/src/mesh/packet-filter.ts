import { INTERNET_RANGES } from '../address/internet.ts'
import { formatIpAddress } from '../address/ip-address.ts'
import type { IpRange } from '../address/ip-range.ts'
import { mergeRanges, subtractRanges } from '../address/range-set.ts'
import { rangesOf } from '../decide/subject.ts'
import { FilterBuilder } from './filter-builder.ts'
import type { FilterRule } from './filter-rule.ts'
import { formatPrefix, type MeshMember } from './mesh-member.ts'
import type { MeshPolicy } from './mesh-policy.ts'
import type { CompiledClause } from './mesh-rules.ts'
import { EVERYBODY, INTERNET, isInternet, overlaps } from './mesh-selectors.ts'
import { setHolds } from './node-set.ts'
import { addressTexts, rangeTexts, sourceTexts, textsOf } from './source-set.ts'
import type { TargetSet } from './target-set.ts'

/** The internet as filters spell it: as ranges, even where one is a prefix. */
const INTERNET_TEXTS = INTERNET_RANGES.map(
  ({ family, first, last }) =>
    `${formatIpAddress({ family, value: first })}-${formatIpAddress({ family, value: last })}`,
)

/**
 * What a node has to let in: `FilterRule`s in the order of the policy (grants first, then ACLs), cut down to what this node
 * can be the destination of. Rules of the same sources and protocols are one, where the first of them stands.
 * Empty for a node that is unknown or takes no part.
 */
export function packetFilter(mesh: MeshPolicy, nodeId: number): readonly FilterRule[] {
  const member = mesh.member(nodeId)
  if (member === undefined) return []
  const filter = new FilterBuilder(mesh.filterOrder())
  const destinations = new DestinationTexts(mesh, member)
  for (const clause of mesh.rules.clauses) {
    if (clause.target === undefined) addSelf(filter, mesh, clause, member)
    else addClause(filter, mesh, clause, clause.target, destinations)
  }
  return filter.rules()
}

/** Untagged nodes of a node's own owner that a clause for `autogroup:self` lets start something. */
export function selfSources(mesh: MeshPolicy, clause: CompiledClause, member: MeshMember): readonly MeshMember[] {
  const nodes = mesh.sources[clause.source]?.nodes
  return nodes === undefined ? [] : mesh.ownNodes(member).filter(({ place }) => setHolds(nodes, place))
}

function addSelf(filter: FilterBuilder, mesh: MeshPolicy, clause: CompiledClause, member: MeshMember): void {
  const sources = selfSources(mesh, clause, member)
  if (sources.length === 0) return
  const texts = textsOf(addressTexts(sources))
  const { capabilities, ports } = clause.clause
  if (capabilities !== undefined) filter.addCapabilities(clause.place, texts, [ownPrefixes(member)], capabilities)
  else filter.addPorts(clause.place, texts, addressTexts([member]), ports)
}

function addClause(
  filter: FilterBuilder,
  mesh: MeshPolicy,
  { clause, place, source }: CompiledClause,
  target: number,
  destinations: DestinationTexts,
): void {
  const { member } = destinations
  const [sourceSet, targetSet] = [mesh.sources[source], mesh.targets[target]]
  if (sourceSet === undefined || targetSet === undefined || !setHolds(targetSet.nodes, member.place)) return
  const texts = sourceTexts(mesh.rules, mesh.facts, sourceSet)
  if (clause.capabilities === undefined) filter.addPorts(place, texts, destinations.of(targetSet), clause.ports)
  else if (clause.via.length === 0)
    filter.addCapabilities(place, texts, capabilityTexts(mesh, targetSet, member), clause.capabilities)
}

/** Destinations of clauses that concern a node, as they stand in `DstPorts`; those of a selector are found once. */
class DestinationTexts {
  readonly member: MeshMember
  readonly #mesh: MeshPolicy
  readonly #direct = new Map<number, readonly string[]>()
  readonly #via = new Map<number, readonly string[]>()

  constructor(mesh: MeshPolicy, member: MeshMember) {
    this.#mesh = mesh
    this.member = member
  }

  of({ terms }: TargetSet): readonly string[] {
    const via = terms.via.length > 0
    const known = via ? this.#via : this.#direct
    return terms.selectors.flatMap((place) => {
      let texts = known.get(place)
      if (texts === undefined) {
        texts = this.#find(place, via)
        known.set(place, texts)
      }
      return texts
    })
  }

  #find(place: number, via: boolean): readonly string[] {
    const selector = this.#mesh.rules.selectors.list[place] ?? EVERYBODY
    const { member } = this
    if (selector.text === INTERNET.text) return member.exitRoutes.length > 0 ? INTERNET_TEXTS : []
    const written = rangesOf(selector)
    if (written.length > 0) {
      const ranges = via ? besideItself(member, written) : written
      const texts = rangeTexts(ranges)
      return texts.filter((_, index) => {
        const range = ranges[index]
        return range !== undefined && concerns(range, member, via)
      })
    }
    // By way of a router go what it routes and the internet, and nobody into the router itself, which `*` would let.
    if (selector.kind === 'any') return via ? [] : ['*']
    const nodes = this.#mesh.facts.selectors[place]?.nodes
    return !via && nodes !== undefined && setHolds(nodes, member.place) ? addressTexts([member]) : []
  }
}

/** The same for `CapGrant`, a list for each: the node's own addresses, and whole prefixes that it routes. */
function capabilityTexts(mesh: MeshPolicy, target: TargetSet, member: MeshMember): readonly (readonly string[])[] {
  return target.terms.selectors.map((place) => {
    const ranges = rangesOf(mesh.rules.selectors.list[place] ?? EVERYBODY)
    if (ranges.length === 0) {
      const nodes = mesh.facts.selectors[place]?.nodes
      return nodes !== undefined && setHolds(nodes, member.place) ? ownPrefixes(member) : []
    }
    const routed = ranges.filter((range) => member.subnetRoutes.some((route) => overlaps(route.range, range)))
    return [...new Set([...ownPrefixes(member, ranges), ...routed.map((range) => formatPrefix(range))])]
  })
}

function concerns(range: IpRange, member: MeshMember, via: boolean): boolean {
  if (member.subnetRoutes.some((route) => overlaps(route.range, range))) return true
  if (member.exitRoutes.length > 0 && isInternet(range)) return true
  return !via && member.addresses.some((address) => overlaps(address.range, range))
}

/** What can lie behind a router: its own addresses do not, however wide the prefix that is reached by way of it. */
function besideItself(member: MeshMember, ranges: readonly IpRange[]): readonly IpRange[] {
  const own = member.addresses.map(({ range }) => range)
  if (!ranges.some((range) => own.some((address) => overlaps(range, address)))) return ranges
  return subtractRanges(ranges, mergeRanges(own))
}

function ownPrefixes(member: MeshMember, within?: readonly IpRange[]): readonly string[] {
  return member.addresses
    .filter((address) => within === undefined || within.some((range) => overlaps(address.range, range)))
    .map((address) => address.prefix)
}
