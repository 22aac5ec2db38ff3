import { type FilterOrder, protocolKey } from './filter-order.ts'
import type { CapabilityMap, FilterPorts, FilterRule } from './filter-rule.ts'
import type { ProtocolPorts } from './mesh-clause.ts'
import { type SourceTexts, sameTexts } from './source-set.ts'

interface PortRule {
  readonly SrcIPs: readonly string[]
  readonly DstPorts: FilterPorts[]
  readonly IPProto?: readonly number[]
}

interface MergedRule {
  readonly sources: SourceTexts
  readonly protocols: string
  readonly rule: PortRule
}

/**
 * The filter of one node in the making. Rules of the same sources and protocols become one, which stands where the first
 * clause stands that has them, also if that clause is about other nodes: the control plane merges before it cuts down.
 */
export class FilterBuilder {
  readonly #order: FilterOrder
  readonly #rules: { readonly place: number; readonly rule: FilterRule }[] = []
  readonly #merged = new Map<number, MergedRule[]>()

  constructor(order: FilterOrder) {
    this.#order = order
  }

  addPorts(
    /** Of the first group of ports; the others follow. */
    place: number,
    sources: SourceTexts,
    destinations: readonly string[],
    groups: readonly ProtocolPorts[],
  ): void {
    if (destinations.length === 0 || sources.list.length === 0) return
    for (const [index, { protocols, ports }] of groups.entries()) {
      const rule = this.#portRule(place + index, sources, protocols)
      for (const IP of destinations)
        for (const { first, last } of ports) rule.DstPorts.push({ IP, Ports: { First: first, Last: last } })
    }
  }

  /** Never merged: each grant stands for itself. It stays also where its sources are nobody. */
  addCapabilities(
    place: number,
    sources: SourceTexts,
    destinations: readonly (readonly string[])[],
    capabilities: CapabilityMap,
  ): void {
    const grants = destinations.filter((list) => list.length > 0).map((Dsts) => ({ Dsts, CapMap: capabilities }))
    if (grants.length > 0) this.#rules.push({ place, rule: { SrcIPs: sources.list, CapGrant: grants } })
  }

  rules(): readonly FilterRule[] {
    return this.#rules.toSorted((a, b) => a.place - b.place).map(({ rule }) => rule)
  }

  #portRule(place: number, sources: SourceTexts, protocols: readonly number[] | undefined): PortRule {
    const key = protocolKey(protocols)
    const bucket = this.#merged.get(sources.hash) ?? []
    const known = bucket.find((merged) => merged.protocols === key && sameTexts(merged.sources, sources))
    if (known !== undefined) return known.rule
    const first = this.#order.placeOf(sources, protocols) ?? place
    const rule = { SrcIPs: sources.list, DstPorts: [], ...(protocols !== undefined && { IPProto: protocols }) }
    this.#rules.push({ place: Math.min(place, first), rule })
    this.#merged.set(sources.hash, [...bucket, { sources, protocols: key, rule }])
    return rule
  }
}
