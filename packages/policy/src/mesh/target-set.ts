import { NO_SETS } from './mesh-draft.ts'
import type { MeshFacts } from './mesh-facts.ts'
import type { MeshRules, TargetTerms } from './mesh-rules.ts'
import { EVERYBODY, INTERNET, leavesMesh } from './mesh-selectors.ts'
import { EMPTY_SET, intersectionOf, type NodeSet, unionOf } from './node-set.ts'
import { fulfilling } from './source-set.ts'

/** Where a clause allows to, for the nodes of the moment. */
export interface TargetSet {
  readonly terms: TargetTerms
  /** Nodes whose filter has it: by their own address, an approved subnet route, or as an exit node. */
  readonly nodes: NodeSet
  /** Places of the approved subnet routes that it overlaps. */
  readonly routes: NodeSet
  /** Whether exit nodes may be used. */
  readonly internet: boolean
}

export function resolveTarget(rules: MeshRules, facts: MeshFacts, terms: TargetTerms): TargetSet {
  const setsOf = (place: number) => facts.selectors[place] ?? NO_SETS
  const selectors = terms.selectors.map((place) => ({ place, selector: rules.selectors.list[place] ?? EVERYBODY }))
  const exits = setsOf(rules.selectors.indexOf(INTERNET)).nodes
  const leaving = terms.ports && selectors.some(({ selector }) => leavesMesh(selector)) ? exits : EMPTY_SET
  const sets = selectors.map(({ place }) => setsOf(place))
  const routers = unionOf([...sets.map((set) => set.routers), leaving])
  const nodes =
    terms.via.length > 0
      ? intersectionOf(unionOf(terms.via.map((tag) => setsOf(tag).nodes)), routers)
      : unionOf([...sets.map((set) => set.nodes), routers])
  // What lies behind a router, or an exit node, is no device whose posture is known.
  if (terms.postures.length > 0) {
    const own = unionOf(sets.map((set) => set.nodes))
    return { terms, nodes: fulfilling(rules.policy, terms.postures, facts, own), routes: EMPTY_SET, internet: false }
  }
  return {
    terms,
    nodes,
    routes: unionOf(sets.map((set) => set.routes)),
    internet:
      terms.ports &&
      selectors.some(
        ({ selector }) => selector.text === INTERNET.text || (selector.kind === 'any' && terms.via.length === 0),
      ),
  }
}
