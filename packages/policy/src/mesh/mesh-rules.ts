import type { Policy, Selector } from '../language/policy.ts'
import { type MeshClause, meshClauses } from './mesh-clause.ts'
import { EVERYBODY, INTERNET, leavesMesh, MeshSelectors } from './mesh-selectors.ts'

/** Sources of clauses: places of selectors in the list of `MeshSelectors`. */
export interface SourceTerms {
  readonly selectors: readonly number[]
  readonly postures: readonly string[]
}

/** Destinations of clauses, in the order of the rule. */
export interface TargetTerms {
  readonly selectors: readonly number[]
  /** Selectors of the tags to go through. */
  readonly via: readonly number[]
  /** Whether it is about ports: packets leave through exit nodes, capabilities do not. */
  readonly ports: boolean
  readonly postures: readonly string[]
}

export interface CompiledClause {
  readonly clause: MeshClause
  /** Where its first filter rule stands among those of all clauses, before any are merged. */
  readonly place: number
  /** Places in `sources` and `targets` of `MeshRules`; clauses with equal terms share them. */
  readonly source: number
  /** Absent for `autogroup:self`. */
  readonly target?: number
}

/** What the mesh needs of a policy alone, whatever its nodes: made once, shared by every version of the mesh. */
export interface MeshRules {
  readonly policy: Policy
  readonly selectors: MeshSelectors
  readonly clauses: readonly CompiledClause[]
  readonly sources: readonly SourceTerms[]
  readonly targets: readonly TargetTerms[]
  /** By selector: the sources and targets that have to be resolved again when it means other nodes. */
  readonly sourcesOf: readonly (readonly number[])[]
  readonly targetsOf: readonly (readonly number[])[]
  /** Selectors of the nodes that have no IPv4 as far as the others know. */
  readonly withoutIpv4: readonly number[]
}

export function meshRules(policy: Policy): MeshRules {
  const clauses = meshClauses(policy)
  const withoutIpv4 = policy.network.disableIPv4 === true ? [EVERYBODY] : disableIpv4Targets(policy)
  const selectors = new MeshSelectors(policy, [...allSelectors(clauses), ...withoutIpv4])
  const places = (list: readonly Selector[]): number[] => list.map((selector) => selectors.indexOf(selector))
  const sources = new Interned<SourceTerms>()
  const targets = new Interned<TargetTerms>()
  let next = 0
  const compiled = clauses.map((clause): CompiledClause => {
    const place = next
    next += Math.max(1, clause.ports.length)
    const source = sources.place({
      selectors: [...new Set(places(clause.sources))].toSorted((a, b) => a - b),
      postures: clause.postures,
    })
    if (clause.self) return { clause, place, source }
    const target = targets.place({
      selectors: places(clause.destinations),
      via: places(clause.via.map(tagSelector)),
      ports: clause.capabilities === undefined,
      postures: clause.destinationPostures,
    })
    return { clause, place, source, target }
  })
  return {
    policy,
    selectors,
    clauses: compiled,
    sources: sources.list,
    targets: targets.list,
    sourcesOf: reverse(selectors, sources.list, (terms) => terms.selectors),
    targetsOf: reverse(selectors, targets.list, (terms) => targetSelectors(selectors, terms)),
    withoutIpv4: [...new Set(places(withoutIpv4))],
  }
}

function allSelectors(clauses: readonly MeshClause[]): Selector[] {
  const named = clauses.flatMap((clause) => [...clause.sources, ...clause.destinations, ...clause.via.map(tagSelector)])
  return [EVERYBODY, INTERNET, ...named]
}

function disableIpv4Targets(policy: Policy): readonly Selector[] {
  return policy.nodeAttributes
    .filter((entry) => entry.attributes.includes('disable-ipv4'))
    .flatMap((entry) => entry.targets)
}

/** A target that some exit node may serve is resolved again when another node becomes one. */
function targetSelectors(selectors: MeshSelectors, terms: TargetTerms): readonly number[] {
  const named = [...terms.selectors, ...terms.via]
  const leaves = terms.ports && terms.selectors.some((place) => leavesMesh(selectors.list[place] ?? EVERYBODY))
  return leaves ? [...named, selectors.indexOf(INTERNET)] : named
}

function tagSelector(tag: string): Selector {
  return { kind: 'tag', text: tag }
}

function reverse<T>(selectors: MeshSelectors, terms: readonly T[], of: (terms: T) => readonly number[]): number[][] {
  const users = selectors.list.map((): number[] => [])
  for (const [place, term] of terms.entries()) for (const selector of new Set(of(term))) users[selector]?.push(place)
  return users
}

/** Equal values once, each at a place of its own. */
class Interned<T> {
  readonly list: T[] = []
  readonly #places = new Map<string, number>()

  place(value: T): number {
    const key = JSON.stringify(value)
    let place = this.#places.get(key)
    if (place === undefined) {
      place = this.list.push(value) - 1
      this.#places.set(key, place)
    }
    return place
  }
}
