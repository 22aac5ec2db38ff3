import type { CompiledPolicy } from '../decide/compile.ts'
import type { Directory } from '../decide/directory.ts'
import type { Destination, Policy, Rule } from '../language/policy.ts'
import { differingSections } from './differing-sections.ts'
import { type Change, type EffectRow, RowCollector } from './effect-rows.ts'
import { formatOpened, openedAt, openedBeyond } from './opened.ts'
import { PlaceClasses } from './place-classes.ts'
import { PlaceNames } from './place-names.ts'
import { addressClasses, machineClasses, type SubjectClass, userClasses } from './subject-classes.ts'
import { SubjectNames } from './subject-names.ts'

/** What one policy lets people do that another does not. */
export interface EffectsDiff {
  /** The greatest first, at most `limit`. */
  readonly rows: readonly EffectRow[]
  /** Rows beyond those given. */
  readonly more: number
  /** People who lose something, and who gain something; one may do both. */
  readonly losers: number
  readonly gainers: number
  /** Sections that differ and that decide nothing about who reaches what. */
  readonly otherSections: readonly string[]
}

export interface DiffOptions {
  /** Rows given at most. */
  readonly limit: number
}

/**
 * Compares two policies by what they do over the same directory: who gains and who loses which ports where. Text, order
 * and the way rules are written do not count. Both have to be compiled over `directory`.
 *
 * Work grows with the classes of people whom a changed rule concerns, times the classes of places that those rules mean:
 * never with people times targets. Yields every few milliseconds so that the caller can give others their turn.
 */
export function* diffEffects(
  before: CompiledPolicy,
  after: CompiledPolicy,
  directory: Directory,
  { limit }: DiffOptions,
): Generator<void, EffectsDiff> {
  const policies = [before, after]
  const otherSections = differingSections(before.policy, after.policy)
  const claims = new Claims([before.policy, after.policy])
  const changed = subjectsOf(policies, directory).filter((subject) => claims.differ(subject, before, after))
  if (changed.length === 0) return { rows: [], more: 0, losers: 0, gainers: 0, otherSections }
  const places = yield* PlaceClasses.of(policies, directory)
  const comparison = new Comparison(before, after, places, claims)
  const rows = new RowCollector(places)
  for (const subject of changed) {
    comparison.compare(subject, rows)
    yield
  }
  const who = new SubjectNames(policies, directory)
  const where = new PlaceNames(policies, places)
  return { ...rows.finish(limit, who, where), otherSections }
}

function subjectsOf(policies: readonly CompiledPolicy[], directory: Directory): readonly SubjectClass[] {
  const classes = [...userClasses(policies, directory), ...addressClasses(policies), ...machineClasses(policies)]
  // Where not everything can be told, the many come before the few.
  return classes.toSorted((a, b) => b.members.length - a.members.length)
}

/**
 * What a rule claims for its sources at one destination, by its content: two rules that say the same make one claim, in
 * whichever policy they stand.
 */
class Claims {
  readonly #numbers = new Map<string, number>()
  readonly #destinations: Destination[] = []
  readonly #ofRule = new Map<Rule, readonly number[]>()

  constructor(policies: readonly Policy[]) {
    for (const policy of policies) {
      for (const rule of policy.rules) this.#ofRule.set(rule, this.#claimsOf(rule, policy))
    }
  }

  destination(claim: number): Destination {
    const destination = this.#destinations[claim]
    if (destination === undefined) throw new RangeError(`no claim ${claim}`)
    return destination
  }

  of({ subject }: SubjectClass, { rules }: CompiledPolicy): ReadonlySet<number> {
    return new Set(rules.applying(subject).flatMap((rule) => this.#ofRule.get(rule) ?? []))
  }

  differ(subject: SubjectClass, before: CompiledPolicy, after: CompiledPolicy): boolean {
    return difference(this.of(subject, before), this.of(subject, after)).size > 0
  }

  #claimsOf(rule: Rule, policy: Policy): readonly number[] {
    const postures = rule.srcPosture.map((name) => [
      name,
      policy.postures.get(name)?.conditions.map(({ text }) => text),
    ])
    const defaults = rule.srcPosture.length > 0 ? [] : policy.defaultSrcPosture
    const terms = JSON.stringify([rule.app.map(({ name, values }) => [name, values]), rule.via, postures, defaults])
    return rule.destinations.map((destination) => {
      const key = `${placeText(destination)}\n${servicesText(destination)}\n${terms}`
      let number = this.#numbers.get(key)
      if (number === undefined) {
        number = this.#destinations.length
        this.#numbers.set(key, number)
        this.#destinations.push(destination)
      }
      return number
    })
  }
}

/** What a destination means, told apart from others that are written alike in another policy. */
function placeText({ selector }: Destination): string {
  if (selector.kind === 'addresses') return `${selector.range.family} ${selector.range.first} ${selector.range.last}`
  if (selector.kind === 'ipset')
    return selector.ranges.map(({ family, first, last }) => `${family} ${first} ${last}`).join()
  return `${selector.kind} ${selector.text}`
}

function servicesText({ services }: Destination): string {
  return JSON.stringify(services.map(({ protocols, ports }) => [protocols, ports]))
}

/** Compares what two policies open for one class of subjects after the other. */
class Comparison {
  readonly #before: CompiledPolicy
  readonly #after: CompiledPolicy
  readonly #places: PlaceClasses
  readonly #claims: Claims
  readonly #protocols: readonly number[]
  /** By place: 0 where no changed claim touches it, else 1 + the number of the set of claims that cover it. */
  readonly #covering: Uint32Array

  constructor(before: CompiledPolicy, after: CompiledPolicy, places: PlaceClasses, claims: Claims) {
    this.#before = before
    this.#after = after
    this.#places = places
    this.#claims = claims
    this.#protocols = protocolsOf([before.policy, after.policy])
    this.#covering = new Uint32Array(places.classes.length)
  }

  compare(subject: SubjectClass, rows: RowCollector): void {
    const before = this.#claims.of(subject, this.#before)
    const after = this.#claims.of(subject, this.#after)
    const touched = this.#touch(difference(before, after))
    this.#cover(new Set([...before, ...after]), touched)
    const changes = new Map<string, Change & { readonly places: number[] }>()
    // Of places that the very same claims cover one is asked about.
    const answers = new Map<number, readonly Change[]>()
    for (const place of touched) {
      const set = this.#covering[place] ?? 0
      this.#covering[place] = 0
      let answer = answers.get(set)
      if (answer === undefined) {
        answer = this.#answer(subject, place)
        // Whose machines a rule means by their owner is not told by its destination alone.
        if (this.#places.classes[place]?.endpoint.owners.length === 0) answers.set(set, answer)
      }
      for (const { change, opened } of answer) {
        const key = `${change} ${opened}`
        const known = changes.get(key)
        if (known === undefined) changes.set(key, { change, opened, places: [place] })
        else known.places.push(place)
      }
    }
    for (const { change, opened, places } of changes.values()) rows.add(subject, change, opened, places)
  }

  /** PlaceClasses that some of the claims mean, ascending. */
  #touch(claims: ReadonlySet<number>): Uint32Array {
    const seen = this.#covering
    const touched: number[] = []
    for (const claim of claims) {
      for (const place of this.#places.meant(this.#claims.destination(claim).selector)) {
        if (seen[place] !== 0) continue
        seen[place] = 1
        touched.push(place)
      }
    }
    return Uint32Array.from(touched).sort()
  }

  /** Gives each touched place the number of the set of claims that cover it. */
  #cover(claims: ReadonlySet<number>, touched: Uint32Array): void {
    let sets = 1
    for (const claim of claims) {
      const { selector } = this.#claims.destination(claim)
      // From the set so far to the set with this claim in it.
      const grown = new Map<number, number>()
      for (const place of common(this.#places.meant(selector), touched, this.#covering)) {
        const set = this.#covering[place] ?? 0
        let next = grown.get(set)
        if (next === undefined) {
          next = ++sets
          grown.set(set, next)
        }
        this.#covering[place] = next
      }
    }
  }

  #answer({ subject }: SubjectClass, place: number): readonly Change[] {
    const endpoint = this.#places.classes[place]?.endpoint
    if (endpoint === undefined) return []
    const before = openedAt(this.#before, subject, endpoint, this.#protocols)
    const after = openedAt(this.#after, subject, endpoint, this.#protocols)
    const lost = formatOpened(openedBeyond(before, after))
    const gained = formatOpened(openedBeyond(after, before))
    return [
      ...(lost === '' ? [] : [{ change: 'loses' as const, opened: lost }]),
      ...(gained === '' ? [] : [{ change: 'gains' as const, opened: gained }]),
    ]
  }
}

/** Of an ascending list, the places that are touched at all: the shorter of the two is walked. */
function* common(list: Uint32Array, touched: Uint32Array, covering: Uint32Array): Generator<number> {
  if (list.length <= touched.length * SEARCH_FROM) {
    for (const place of list) if (covering[place] !== 0) yield place
    return
  }
  for (const place of touched) if (holds(list, place)) yield place
}

/** From how many times the length on a list is searched rather than walked. */
const SEARCH_FROM = 16

function holds(list: Uint32Array, wanted: number): boolean {
  let low = 0
  let high = list.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const at = list[middle] ?? 0
    if (at === wanted) return true
    if (at < wanted) low = middle + 1
    else high = middle - 1
  }
  return false
}

/** What is in one of the two and not in the other. */
function difference(one: ReadonlySet<number>, other: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...[...one].filter((each) => !other.has(each)), ...[...other].filter((each) => !one.has(each))])
}

function protocolsOf(policies: readonly Policy[]): readonly number[] {
  const protocols = new Set<number>()
  for (const { rules } of policies)
    for (const { destinations } of rules)
      for (const { services } of destinations)
        for (const service of services) for (const protocol of service.protocols) protocols.add(protocol)
  return [...protocols].sort((a, b) => a - b)
}
