import type { Endpoint } from '../decide/endpoint.ts'
import { posturesOf } from '../decide/posture.ts'
import { RuleIndex } from '../decide/rule-index.ts'
import { type Subject, sourceKey } from '../decide/subject.ts'
import type { Policy, Rule, Selector } from '../language/policy.ts'
import { ALL_PORTS, type Service, TCP } from '../language/service.ts'
import { meetAll, pooled, type SectionKind } from './kinds/section.ts'
import { termsOfValues } from './read-capability.ts'
import type { TermSchema, TermsOf } from './term-kind.ts'

/** A rule and what it demands. */
export interface Demand<S extends TermSchema> {
  readonly rule: Rule
  readonly terms: TermsOf<S>
}

/** Rules that a question meets together: they are few, however many questions there are. */
const KEPT_MAX = 10_000

/** What every rule opens here: ports play no part in terms, and the index of rules knows only rules that open something. */
const ANYTHING: readonly Service[] = [{ protocols: [TCP], ports: ALL_PORTS, text: 'tcp:*' }]

/**
 * The rules that make terms for one door, found as those that allow are (`RuleIndex`), and what those that were met together
 * demand, combined once. Depends on the policy alone.
 *
 * Unlike what opens, what narrows knows no special addresses: `*` and wide prefixes mean those as well. `via` plays no part.
 */
export class TermsIndex<S extends TermSchema> {
  readonly #policy: Policy
  readonly #kind: SectionKind<S>
  /** In the order of the text. */
  readonly demands: readonly Demand<S>[]
  /** For a device of which nothing is known: it might fulfil any posture, so all its rules apply. */
  readonly #whatever: RuleIndex
  /** For one of which something is known. */
  #postured: RuleIndex | undefined
  /** For somebody of whom nothing says where they will be: rules for addresses apply as well. */
  #wherever: RuleIndex | undefined
  #met = new Map<string, TermsOf<S>>()

  /** Takes the values of every capability of this name. */
  constructor(policy: Policy, capability: string, kind: SectionKind<S>) {
    this.#policy = policy
    this.#kind = kind
    const pool = new Map<string, unknown>()
    this.demands = policy.rules.flatMap((rule) => {
      const values = rule.app.filter(({ name }) => name === capability).flatMap((each) => each.values)
      if (values.length === 0) return []
      const terms = termsOfValues(kind, values)
      return Object.keys(terms).length > 0 ? [{ rule, terms: pooled(kind, terms, pool) }] : []
    })
    this.#whatever = this.#index(() => [])
  }

  /** Rules that make terms. */
  get size(): number {
    return this.demands.length
  }

  /** What all rules that mean this subject and endpoint demand; `undefined` where none does. */
  meet(subject: Subject, endpoint: Endpoint): TermsOf<S> | undefined {
    return this.#metOf(this.#matching(subject, endpoint))
  }

  /** The same for whatever address and device the subject may come from. */
  meetWherever(subject: Subject, endpoint: Endpoint): TermsOf<S> | undefined {
    this.#wherever ??= this.#index(() => [], fromAnywhere)
    return this.#metOf(this.#wherever.matching(subject, ordinary(endpoint)))
  }

  /** Whether any rule demands one of these keys. */
  demandsAny(keys: readonly (keyof S)[]): boolean {
    return this.demands.some(({ terms }) => keys.some((key) => terms[key] !== undefined))
  }

  #metOf(orders: readonly number[]): TermsOf<S> | undefined {
    if (orders.length === 0) return undefined
    const key = orders.join(' ')
    let met = this.#met.get(key)
    if (met === undefined) {
      met = meetAll(
        this.#kind,
        this.#at(orders).map(({ terms }) => terms),
      )
      if (met === undefined) return undefined
      if (this.#met.size >= KEPT_MAX) this.#met = new Map()
      this.#met.set(key, met)
    }
    return met
  }

  /** Those rules with their terms, in the order of the text. */
  rules(subject: Subject, endpoint: Endpoint): readonly Demand<S>[] {
    return this.#at(this.#matching(subject, endpoint))
  }

  #matching(subject: Subject, endpoint: Endpoint): readonly number[] {
    if (subject.attributes === undefined) return this.#whatever.matching(subject, ordinary(endpoint))
    this.#postured ??= this.#index((rule) => posturesOf(this.#policy, rule))
    return this.#postured.matching(subject, ordinary(endpoint))
  }

  #at(orders: readonly number[]): readonly Demand<S>[] {
    return orders.map((order) => this.demands[order]).filter((demand) => demand !== undefined)
  }

  #index(
    srcPosture: (rule: Rule) => readonly string[],
    sources: (rule: Rule) => readonly Selector[] = (rule) => rule.sources,
  ): RuleIndex {
    const rules = this.demands.map(({ rule }) => ({
      ...rule,
      destinations: rule.destinations.map((destination) => ({ ...destination, services: ANYTHING })),
      via: [],
      srcPosture: srcPosture(rule),
      sources: sources(rule),
    }))
    return new RuleIndex({ ...this.#policy, rules, defaultSrcPosture: [] })
  }
}

/** As if it were no special address. */
function ordinary(endpoint: Endpoint): Endpoint {
  if (endpoint.special === undefined) return endpoint
  const { address, internet, tags, owners, targets } = endpoint
  return { internet, tags, owners, targets, ...(address === undefined ? {} : { address }) }
}

const ANYBODY: Selector = { kind: 'any', text: '*' }

function fromAnywhere({ sources }: Rule): readonly Selector[] {
  return sources.some((selector) => sourceKey(selector) === undefined) ? [ANYBODY] : sources
}
