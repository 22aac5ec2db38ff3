import { formatIpRange, type IpRange } from '../address/ip-range.ts'
import { fulfilsOne } from '../decide/posture.ts'
import { rangesOf } from '../decide/subject.ts'
import type { Policy } from '../language/policy.ts'
import { NO_SETS } from './mesh-draft.ts'
import type { MeshFacts } from './mesh-facts.ts'
import type { MeshMember } from './mesh-member.ts'
import type { MeshRules, SourceTerms } from './mesh-rules.ts'
import { EVERYBODY, overlaps } from './mesh-selectors.ts'
import { addTo, EMPTY_SET, intersectionOf, type NodeSet, newSet, placesOf, unionOf } from './node-set.ts'

/**
 * What `*` is as a source: the addresses that mesh nodes can have. IPv4: 100.64.0.0/10 without 100.115.92.0/23, which
 * machines of ChromeOS use among themselves.
 */
const ANY_SOURCE: readonly string[] = [
  '100.64.0.0-100.115.91.255',
  '100.115.94.0-100.127.255.255',
  'fd7a:115c:a1e0::/48',
]
const ALL_SOURCES = 'autogroup:danger-all'

/** Where a clause allows from, for the nodes of the moment. */
export interface SourceSet {
  readonly terms: SourceTerms
  /** Nodes that may start something: themselves, or as the way of an approved subnet route. */
  readonly nodes: NodeSet
  /** Places of approved subnet routes that it may come from. */
  readonly routes: NodeSet
  /** Worked out when a filter first needs it. */
  texts?: SourceTexts
}

/** As filters have it. */
export interface SourceTexts {
  /** Sorted, each once. */
  readonly list: readonly string[]
  /** Equal for equal lists, and rarely for others. */
  readonly hash: number
}

export function resolveSource(rules: MeshRules, facts: MeshFacts, terms: SourceTerms): SourceSet {
  const sets = terms.selectors.map((selector) => facts.selectors[selector] ?? NO_SETS)
  // What lies behind a router is no device whose posture is known.
  if (terms.postures.length > 0) {
    const nodes = unionOf(sets.map((set) => set.nodes))
    return { terms, nodes: fulfilling(rules.policy, terms.postures, facts, nodes), routes: EMPTY_SET }
  }
  const everybody = terms.selectors.some((selector) => isEverybody(rules, selector))
  return {
    terms,
    nodes: unionOf(sets.flatMap((set) => [set.nodes, set.routers])),
    routes: unionOf([
      ...sets.map((set) => set.routes),
      ...(everybody ? [facts.selectors[rules.selectors.indexOf(EVERYBODY)]?.routes ?? EMPTY_SET] : []),
    ]),
  }
}

/** Members of a set whose devices fulfil one of the postures. */
export function fulfilling(policy: Policy, postures: readonly string[], facts: MeshFacts, nodes: NodeSet): NodeSet {
  const kept = newSet(facts.members.length)
  for (const place of placesOf(nodes))
    if (fulfilsOne(policy, postures, facts.members[place]?.node.attributes)) addTo(kept, place)
  return kept
}

export function sourceTexts(rules: MeshRules, facts: MeshFacts, source: SourceSet): SourceTexts {
  source.texts ??= textsOf(listSource(rules, facts, source))
  return source.texts
}

/** Sorted, each once. */
export function textsOf(texts: Iterable<string>): SourceTexts {
  const list = [...new Set(texts)].toSorted()
  return { list, hash: hashOf(list) }
}

export function sameTexts(a: SourceTexts, b: SourceTexts): boolean {
  if (a === b) return true
  return a.hash === b.hash && a.list.length === b.list.length && a.list.every((text, index) => text === b.list[index])
}

/** FNV-1a over 32 bits: only to find lists that may be equal, never to say that they are. */
function hashOf(list: readonly string[]): number {
  let hash = 0x811c9dc5
  for (const text of list) {
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    hash = Math.imul(hash ^ 0x20, 0x01000193)
  }
  return hash >>> 0
}

/** Addresses of nodes, or those of them within some ranges. */
export function addressTexts(members: Iterable<MeshMember>, within?: readonly IpRange[]): string[] {
  return [...members].flatMap((member) =>
    member.addresses
      .filter(({ range }) => within === undefined || within.some((other) => overlaps(range, other)))
      .map((address) => address.text),
  )
}

function* listSource(rules: MeshRules, facts: MeshFacts, source: SourceSet): Generator<string> {
  const open = source.terms.selectors.some((place) => rules.selectors.list[place]?.text === ALL_SOURCES)
  if (open && source.terms.postures.length === 0) {
    yield '*'
    return
  }
  for (const place of source.terms.selectors) {
    const selector = rules.selectors.list[place] ?? EVERYBODY
    const ranges = rangesOf(selector)
    const nodes = facts.selectors[place]?.nodes ?? EMPTY_SET
    if (source.terms.postures.length > 0) {
      const devices = membersOf(facts, intersectionOf(nodes, source.nodes))
      yield* addressTexts(devices, ranges.length > 0 ? ranges : undefined)
    } else if (selector.kind === 'any') {
      yield* ANY_SOURCE
      yield* facts.routes.keys()
    } else if (ranges.length > 0) yield* rangeTexts(ranges)
    else yield* addressTexts(membersOf(facts, nodes))
  }
}

const formatted = new WeakMap<readonly IpRange[], readonly string[]>()

/** As filters have them; the same list for the same ranges, for many clauses may name one large IP set. */
export function rangeTexts(ranges: readonly IpRange[]): readonly string[] {
  let texts = formatted.get(ranges)
  if (texts === undefined) {
    texts = ranges.map((range) => formatIpRange(range))
    formatted.set(ranges, texts)
  }
  return texts
}

export function* membersOf(facts: MeshFacts, nodes: NodeSet): Generator<MeshMember> {
  for (const place of placesOf(nodes)) {
    const member = facts.members[place]
    if (member !== undefined) yield member
  }
}

function isEverybody(rules: MeshRules, place: number): boolean {
  const selector = rules.selectors.list[place]
  return selector?.kind === 'any' || selector?.text === ALL_SOURCES
}
