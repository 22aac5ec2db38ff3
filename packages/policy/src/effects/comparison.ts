import type { CompiledPolicy } from '../decide/compile.ts'
import type { Policy } from '../language/policy.ts'
import type { Claims } from './claims.ts'
import { formatOpened, type Opened, openedAt, openedBeyond } from './opened.ts'
import type { PlaceClasses } from './place-classes.ts'
import type { SubjectClass } from './subject-classes.ts'

/** What a subject loses or gains by a claim that only one of the policies makes for it. */
export interface Effect {
  readonly change: 'loses' | 'gains'
  readonly claim: number
  readonly opened: Opened
}

/** From how many times the length on a list is searched rather than walked. */
const SEARCH_FROM = 16

/** Compares what two policies open for one class of subjects after the other. */
export class Comparison {
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

  /** Each effect with the places, ascending, at which it is the same. */
  effects(subject: SubjectClass): readonly (Effect & { readonly places: readonly number[] })[] {
    const before = this.#claims.of(subject, this.#before)
    const after = this.#claims.of(subject, this.#after)
    const touched = this.#touch(before, after)
    const sets = this.#cover(new Set([...before, ...after]), touched)
    const found = new Map<string, Effect & { readonly places: number[] }>()
    // Places that the very same claims cover share their effects.
    const bySet = new Map<number, readonly { readonly places: number[] }[]>()
    for (const place of touched) {
      const set = this.#covering[place] ?? 0
      this.#covering[place] = 0
      const endpoint = this.#places.classes[place]?.endpoint
      // Whose machines a rule means by their owner is not told by its destination alone.
      const shared = endpoint === undefined || endpoint.owners.length === 0
      let effects = shared ? bySet.get(set) : undefined
      if (effects === undefined) {
        const claims = claimsOf(sets, set)
        const made = shared ? this.#byClaims(claims, before, after) : this.#asked(subject, place, claims, before, after)
        effects = made.map((effect) => {
          const key = `${effect.change} ${effect.claim} ${formatOpened(effect.opened)}`
          const entry = found.get(key) ?? { ...effect, places: [] }
          found.set(key, entry)
          return entry
        })
        if (shared) bySet.set(set, effects)
      }
      for (const { places } of effects) places.push(place)
    }
    return [...found.values()]
  }

  /** Places that a claim of only one side means, ascending. */
  #touch(before: ReadonlySet<number>, after: ReadonlySet<number>): Uint32Array {
    const seen = this.#covering
    const changed = [...before, ...after].filter((claim) => !before.has(claim) || !after.has(claim))
    const lists = changed.map((claim) => this.#places.meant(this.#claims.destination(claim).selector))
    for (const list of lists) for (const place of list) seen[place] = 1
    const [only] = lists
    if (only !== undefined && lists.length === 1) return only
    const most = lists.reduce((sum, list) => sum + list.length, 0)
    // Many are found again in one walk, few are sorted.
    if (most * SEARCH_FROM < seen.length) return Uint32Array.from(new Set(lists.flatMap((list) => [...list]))).sort()
    const touched = new Uint32Array(Math.min(most, seen.length))
    let count = 0
    for (const [place, mark] of seen.entries()) if (mark !== 0) touched[count++] = place
    return touched.subarray(0, count)
  }

  /** Gives each touched place the number of the set of claims that cover it: the set before, and one claim more. */
  #cover(claims: ReadonlySet<number>, touched: Uint32Array): readonly (readonly [number, number])[] {
    const sets: [number, number][] = [
      [0, -1],
      [0, -1],
    ]
    for (const claim of claims) {
      const { selector } = this.#claims.destination(claim)
      const grown = new Map<number, number>()
      for (const place of common(this.#places.meant(selector), touched, this.#covering)) {
        const set = this.#covering[place] ?? 0
        let next = grown.get(set)
        if (next === undefined) {
          next = sets.push([set, claim]) - 1
          grown.set(set, next)
        }
        this.#covering[place] = next
      }
    }
    return sets
  }

  #byClaims(claims: readonly number[], before: ReadonlySet<number>, after: ReadonlySet<number>): readonly Effect[] {
    return [...this.#beyond('loses', claims, after), ...this.#beyond('gains', claims, before)]
  }

  /** What claims that are not on one side open beyond those that are, each beyond those before it. */
  #beyond(change: Effect['change'], claims: readonly number[], side: ReadonlySet<number>): readonly Effect[] {
    const known = claims.filter((claim) => side.has(claim))
    const others = claims.filter((claim) => !side.has(claim))
    return this.#claims.widestFirst(others).flatMap((claim): readonly Effect[] => {
      let opened = this.#claims.opens(claim)
      for (const other of known) {
        opened = openedBeyond(opened, this.#claims.opens(other))
        if (opened.size === 0) return []
      }
      known.push(claim)
      return [{ change, claim, opened }]
    })
  }

  /** The policies themselves are asked, and the first claim that may have to do with it stands for the effect. */
  #asked(
    { subject }: SubjectClass,
    place: number,
    claims: readonly number[],
    before: ReadonlySet<number>,
    after: ReadonlySet<number>,
  ): readonly Effect[] {
    const endpoint = this.#places.classes[place]?.endpoint
    if (endpoint === undefined) return []
    const was = openedAt(this.#before, subject, endpoint, this.#protocols)
    const is = openedAt(this.#after, subject, endpoint, this.#protocols)
    const effect = (change: Effect['change'], opened: Opened, side: ReadonlySet<number>): readonly Effect[] => {
      const claim = claims.find((each) => !side.has(each)) ?? claims[0]
      return opened.size === 0 || claim === undefined ? [] : [{ change, claim, opened }]
    }
    return [...effect('loses', openedBeyond(was, is), after), ...effect('gains', openedBeyond(is, was), before)]
  }
}

function claimsOf(sets: readonly (readonly [number, number])[], set: number): readonly number[] {
  const claims: number[] = []
  for (let [parent, claim] = sets[set] ?? [0, -1]; claim >= 0; [parent, claim] = sets[parent] ?? [0, -1])
    claims.push(claim)
  return claims.toReversed()
}

/** Of an ascending list, the places that are touched at all: the shorter of the two is walked. */
function* common(list: Uint32Array, touched: Uint32Array, covering: Uint32Array): Generator<number> {
  if (list.length <= touched.length * SEARCH_FROM) {
    for (const place of list) if (covering[place] !== 0) yield place
    return
  }
  for (const place of touched) if (holds(list, place)) yield place
}

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

function protocolsOf(policies: readonly Policy[]): readonly number[] {
  const protocols = new Set<number>()
  for (const { rules } of policies)
    for (const { destinations } of rules)
      for (const { services } of destinations)
        for (const service of services) for (const protocol of service.protocols) protocols.add(protocol)
  return [...protocols].sort((a, b) => a - b)
}
