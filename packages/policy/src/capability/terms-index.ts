import { RangeMap } from '../address/range-map.ts'
import { type Endpoint, isOwn } from '../decide/endpoint.ts'
import { type Attributes, postureAllows, posturesOf } from '../decide/posture.ts'
import {
  type Memberships,
  memberships,
  personKeys,
  rangesOf,
  type Subject,
  sourceKey,
  subjectKeys,
} from '../decide/subject.ts'
import type { Policy, Rule, Selector } from '../language/policy.ts'
import { meetAll, type SectionKind } from './kinds/section.ts'
import { termsOfValues } from './read-capability.ts'
import type { TermSchema, TermsOf } from './term-kind.ts'

/**
 * The rules that make terms for one door, by source and then by destination: a question meets only those that hold for it,
 * and what stands in one place has been combined once. Depends on the policy alone.
 *
 * Unlike what opens, what narrows knows no special addresses: `*` and wide prefixes mean those as well.
 */
export class TermsIndex<S extends TermSchema> {
  readonly #policy: Policy
  readonly #kind: SectionKind<S>
  readonly #groups: Memberships
  readonly #byKey = new Map<string, Destinations<S>>()
  readonly #byAddress = new RangeMap<Destinations<S>>()
  /** What `#byKey` holds for a person, found once for each object of facts: those never change. */
  readonly #byUser = new WeakMap<object, readonly Destinations<S>[]>()
  #size = 0

  /** Takes the values of every capability of this name. */
  constructor(policy: Policy, capability: string, kind: SectionKind<S>) {
    this.#policy = policy
    this.#kind = kind
    this.#groups = memberships(policy)
    for (const rule of policy.rules) {
      const values = rule.app.filter(({ name }) => name === capability).flatMap((each) => each.values)
      const terms = termsOfValues(kind, values)
      if (Object.keys(terms).length > 0) this.#add(rule, terms)
    }
  }

  /** Rules that make terms. */
  get size(): number {
    return this.#size
  }

  /** What all rules that mean this subject and endpoint demand; `undefined` where none does. */
  meet(subject: Subject, endpoint: Endpoint): TermsOf<S> | undefined {
    let met: TermsOf<S> | undefined
    this.#each(subject, endpoint, (place) => {
      const terms = place.terms(this.#policy, subject.attributes)
      if (terms !== undefined) met = met === undefined ? terms : this.#kind.meet(met, terms)
    })
    return met
  }

  /** Those rules with their terms, in the order of the text. */
  rules(subject: Subject, endpoint: Endpoint): readonly Demand<S>[] {
    const found = new Map<Rule, Demand<S>>()
    this.#each(subject, endpoint, (place) => {
      for (const demand of place.demands(this.#policy, subject.attributes)) found.set(demand.rule, demand)
    })
    return [...found.values()].toSorted((a, b) => a.rule.position.offset - b.rule.position.offset)
  }

  #each(subject: Subject, endpoint: Endpoint, visit: (place: Place<S>) => void): void {
    const own = isOwn(endpoint, subject)
    for (const destinations of this.#applying(subject)) destinations.each(endpoint, own, this.#groups, visit)
  }

  #add(rule: Rule, terms: TermsOf<S>): void {
    this.#size++
    for (const { selector } of rule.destinations) {
      for (const source of rule.sources) {
        for (const destinations of this.#destinationsOf(source)) destinations.add(selector, rule, terms)
      }
    }
  }

  #applying(subject: Subject): readonly Destinations<S>[] {
    const { user, source } = subject
    let applying = user === undefined ? undefined : this.#byUser.get(user)
    if (applying === undefined) {
      applying = subjectKeys(subject, this.#groups)
        .map((key) => this.#byKey.get(key))
        .filter((destinations) => destinations !== undefined)
      if (user !== undefined) this.#byUser.set(user, applying)
    }
    if (source === undefined || this.#byAddress.size === 0) return applying
    return applying.concat(this.#byAddress.holding(source))
  }

  #destinationsOf(source: Selector): readonly Destinations<S>[] {
    const make = (): Destinations<S> => new Destinations(this.#kind)
    const key = sourceKey(source)
    if (key === undefined) return rangesOf(source).map((range) => this.#byAddress.at(range, make))
    let destinations = this.#byKey.get(key)
    if (destinations === undefined) {
      destinations = make()
      this.#byKey.set(key, destinations)
    }
    return [destinations]
  }
}

/** A rule and what it demands. */
export interface Demand<S extends TermSchema> {
  readonly rule: Rule
  readonly terms: TermsOf<S>
}

/** Terms of one source's rules, by destination. */
class Destinations<S extends TermSchema> {
  readonly #kind: SectionKind<S>
  /** `*`, tags, people, autogroups. */
  readonly #byKey = new Map<string, Place<S>>()
  readonly #byAddress = new RangeMap<Place<S>>()

  constructor(kind: SectionKind<S>) {
    this.#kind = kind
  }

  add(selector: Selector, rule: Rule, terms: TermsOf<S>): void {
    for (const place of this.#placesOf(selector)) place.add(rule, terms)
  }

  each(endpoint: Endpoint, own: boolean, groups: Memberships, visit: (place: Place<S>) => void): void {
    const { address, internet, tags, owners } = endpoint
    const at = (key: string): void => {
      const place = this.#byKey.get(key)
      if (place !== undefined) visit(place)
    }
    if (this.#byKey.size > 0) {
      at('*')
      if (internet) at('autogroup:internet')
      if (tags.length > 0) at('autogroup:tagged')
      for (const tag of tags) at(tag)
      if (own) at('autogroup:self')
      for (const owner of owners) for (const key of personKeys(owner, groups)) at(key)
    }
    if (address !== undefined) this.#byAddress.each(address, visit)
  }

  #placesOf(selector: Selector): readonly Place<S>[] {
    const make = (): Place<S> => new Place(this.#kind)
    const key = sourceKey(selector)
    if (key === undefined) return rangesOf(selector).map((range) => this.#byAddress.at(range, make))
    let place = this.#byKey.get(key)
    if (place === undefined) {
      place = make()
      this.#byKey.set(key, place)
    }
    return [place]
  }
}

/** Terms of one source and one destination. */
class Place<S extends TermSchema> {
  readonly #kind: SectionKind<S>
  readonly #items: Demand<S>[] = []
  #all: TermsOf<S> | undefined
  /** Whether all items hold for every device. */
  #certain: boolean | undefined

  constructor(kind: SectionKind<S>) {
    this.#kind = kind
  }

  add(rule: Rule, terms: TermsOf<S>): void {
    // A rule may name the same place twice.
    if (this.#items.at(-1)?.rule !== rule) this.#items.push({ rule, terms })
  }

  /** What all of them demand; `undefined` where none applies. */
  terms(policy: Policy, attributes: Attributes | undefined): TermsOf<S> | undefined {
    const demands = this.demands(policy, attributes)
    if (demands !== this.#items) return this.#combined(demands)
    this.#all ??= this.#combined(demands)
    return this.#all
  }

  /** A device of which nothing is known might fulfil any posture: for it every rule applies. */
  demands(policy: Policy, attributes: Attributes | undefined): readonly Demand<S>[] {
    this.#certain ??= this.#items.every(({ rule }) => posturesOf(policy, rule).length === 0)
    if (attributes === undefined || this.#certain) return this.#items
    return this.#items.filter(({ rule }) => postureAllows(policy, rule, attributes))
  }

  #combined(demands: readonly Demand<S>[]): TermsOf<S> | undefined {
    return meetAll(
      this.#kind,
      demands.map(({ terms }) => terms),
    )
  }
}
