import type { Directory, MeshNode } from '../decide/directory.ts'
import type { Policy } from '../language/policy.ts'
import { FilterOrder } from './filter-order.ts'
import { MeshDraft, NO_SETS } from './mesh-draft.ts'
import type { MeshChange, MeshFacts } from './mesh-facts.ts'
import type { MeshMember } from './mesh-member.ts'
import { type MeshRules, meshRules } from './mesh-rules.ts'
import { EMPTY_SET, setHolds } from './node-set.ts'
import { resolveSource, type SourceSet, sourceTexts } from './source-set.ts'
import { resolveTarget, type TargetSet } from './target-set.ts'

/**
 * A policy over the nodes of one moment, ready to say what each node is told. It never changes: `with` makes the next one,
 * which shares with this one whatever the change does not touch.
 */
export class MeshPolicy {
  readonly rules: MeshRules
  readonly facts: MeshFacts
  /** By place in the sources and targets of `rules`. */
  readonly sources: readonly SourceSet[]
  readonly targets: readonly TargetSet[]
  #filterOrder: FilterOrder | undefined

  private constructor(
    rules: MeshRules,
    facts: MeshFacts,
    sources: readonly SourceSet[],
    targets: readonly TargetSet[],
  ) {
    this.rules = rules
    this.facts = facts
    this.sources = sources
    this.targets = targets
  }

  static of(policy: Policy, directory: Directory, primaries: ReadonlyMap<string, number>): MeshPolicy {
    const rules = meshRules(policy)
    const draft = new MeshDraft(rules, emptyFacts(rules, primaries), {
      users: directory.users,
      nodes: directory.nodes ?? [],
    })
    const made = draft.facts()
    // Of routes that nobody has, nobody is the primary.
    const facts = { ...made, primaries: new Map([...made.primaries].filter(([route]) => made.routes.has(route))) }
    return new MeshPolicy(
      rules,
      facts,
      rules.sources.map((terms) => resolveSource(rules, facts, terms)),
      rules.targets.map((terms) => resolveTarget(rules, facts, terms)),
    )
  }

  /** The mesh after a change. What is told of a node or user replaces what was known of it. */
  with(change: MeshChange): MeshPolicy {
    const { rules } = this
    const draft = new MeshDraft(rules, this.facts, change)
    const facts = draft.facts()
    const sources = [...this.sources]
    const targets = [...this.targets]
    for (const place of affected(draft.touched, rules.sourcesOf)) {
      const terms = rules.sources[place]
      if (terms !== undefined) sources[place] = resolveSource(rules, facts, terms)
    }
    for (const place of affected(draft.touched, rules.targetsOf)) {
      const terms = rules.targets[place]
      if (terms !== undefined) targets[place] = resolveTarget(rules, facts, terms)
    }
    return new MeshPolicy(rules, facts, sources, targets)
  }

  /** Every node that the mesh was told of, also those of unknown or disabled users. */
  get nodes(): ReadonlyMap<number, MeshNode> {
    return this.facts.nodes
  }

  /** Id of the node that each approved subnet route goes to. */
  get primaries(): ReadonlyMap<string, number> {
    return this.facts.primaries
  }

  /** Untagged nodes of the owner of a node, itself among them; none for a tagged node. */
  ownNodes({ node }: MeshMember): readonly MeshMember[] {
    if (node.user === undefined || node.tags.length > 0) return []
    const places = this.facts.own.get(node.user) ?? []
    return places.map((place) => this.facts.members[place]).filter((member) => member !== undefined)
  }

  /**
   * A member's own prefixes as a viewer, or itself, is told of them. The attribute `disable-ipv4` takes those of IPv4 away
   * from what its node is told and from what is told of it; subnet routes stay.
   */
  addressPrefixes(member: MeshMember, viewer: MeshMember): readonly string[] {
    const onlyIpv6 = this.#isWithoutIpv4(member) || this.#isWithoutIpv4(viewer)
    return member.addresses.filter(({ range }) => !onlyIpv6 || range.family === 6).map((address) => address.prefix)
  }

  #isWithoutIpv4(member: MeshMember): boolean {
    return this.rules.withoutIpv4.some((selector) =>
      setHolds(this.facts.selectors[selector]?.nodes ?? EMPTY_SET, member.place),
    )
  }

  /** Worked out when the first filter needs it. */
  filterOrder(): FilterOrder {
    this.#filterOrder ??= orderOf(this)
    return this.#filterOrder
  }

  /** Undefined for a node that is unknown, or takes no part because its owner is unknown or disabled. */
  member(id: number): MeshMember | undefined {
    const place = this.facts.places.get(id)
    return place === undefined ? undefined : this.facts.members[place]
  }
}

/**
 * Joins a policy with the people and nodes of a directory.
 * @param primaries Who serves each prefix so far, by id: whoever does goes on, as long as it is online.
 */
export function compileMesh(
  policy: Policy,
  directory: Directory,
  primaries: ReadonlyMap<string, number> = new Map(),
): MeshPolicy {
  return MeshPolicy.of(policy, directory, primaries)
}

/** Without the clauses that only some nodes have: those for `autogroup:self`, and those that go through routers. */
function orderOf(mesh: MeshPolicy): FilterOrder {
  const order = new FilterOrder()
  for (const { clause, place, source, target } of mesh.rules.clauses) {
    const sources = mesh.sources[source]
    if (target === undefined || clause.via.length > 0 || clause.ports.length === 0 || sources === undefined) continue
    const texts = sourceTexts(mesh.rules, mesh.facts, sources)
    if (texts.list.length === 0) continue
    for (const [index, { protocols }] of clause.ports.entries()) order.add(texts, protocols, place + index)
  }
  return order
}

function emptyFacts(rules: MeshRules, primaries: ReadonlyMap<string, number>): MeshFacts {
  return {
    users: new Map(),
    nodes: new Map(),
    members: [],
    places: new Map(),
    routes: new Map(),
    routeRoom: 0,
    own: new Map(),
    selectors: rules.selectors.list.map(() => NO_SETS),
    primaries,
  }
}

function affected(touched: ReadonlySet<number>, users: readonly (readonly number[])[]): ReadonlySet<number> {
  const found = new Set<number>()
  for (const selector of touched) for (const place of users[selector] ?? []) found.add(place)
  return found
}
