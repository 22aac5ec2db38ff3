import type { PlaceClasses } from './place-classes.ts'
import type { PlaceNames } from './place-names.ts'
import type { SubjectClass } from './subject-classes.ts'
import type { SubjectNames } from './subject-names.ts'

/** What is told of many by a few names. */
export interface Named {
  /** Selectors as policies write them, then names; at most `NAMES_MAX`. */
  readonly names: readonly string[]
  /** How many single names are not told. */
  readonly more: number
}

export interface Change {
  readonly change: 'loses' | 'gains'
  /** As a grant's `ip` would say it: `22`, `tcp:22,5432 udp:53`, `*`. */
  readonly opened: string
}

/** Some people lose or gain the same ports at the same places. */
export interface EffectRow extends Change {
  /** People; whoever signs in from an address; machines with a tag. */
  readonly kind: SubjectClass['kind']
  readonly who: Named & { readonly people: number }
  readonly where: Named & {
    readonly targets: number
    /** Some of the targets, where `names` are selectors. */
    readonly examples: readonly string[]
  }
}

/** Single names told of one side of a row. */
export const NAMES_MAX = 20
/** Rows held while comparing, and place numbers in them: 32 MB. Beyond that rows are counted. */
const ROWS_MAX = 5000
const HELD_MAX = 8_000_000

interface Held extends Change {
  readonly kind: SubjectClass['kind']
  readonly places: readonly number[]
  readonly weight: number
  readonly subjects: SubjectClass[]
}

/** Puts together what several classes of people lose or gain alike. */
export class RowCollector {
  readonly #places: PlaceClasses
  readonly #rows = new Map<string, Held[]>()
  readonly #losers = new Set<SubjectClass>()
  readonly #gainers = new Set<SubjectClass>()
  #count = 0
  #held = 0
  #left = 0

  constructor(places: PlaceClasses) {
    this.#places = places
  }

  /** `places` ascending. */
  add(subject: SubjectClass, change: Change['change'], opened: string, places: readonly number[]): void {
    if (subject.kind === 'users') (change === 'loses' ? this.#losers : this.#gainers).add(subject)
    const key = `${subject.kind} ${change} ${opened} ${places.length} ${hashOf(places)}`
    const alike = this.#rows.get(key) ?? []
    const same = alike.find((row) => row.places.every((place, index) => place === places[index]))
    if (same !== undefined) {
      same.subjects.push(subject)
      return
    }
    if (this.#count === ROWS_MAX || this.#held + places.length > HELD_MAX) {
      this.#left++
      return
    }
    this.#count++
    this.#held += places.length
    const weight = places.reduce((sum, place) => sum + Math.max(1, this.#places.classes[place]?.targets.length ?? 0), 0)
    this.#rows.set(key, [...alike, { kind: subject.kind, change, opened, places, weight, subjects: [subject] }])
  }

  finish(
    limit: number,
    who: SubjectNames,
    where: PlaceNames,
  ): { readonly rows: readonly EffectRow[]; readonly more: number; readonly losers: number; readonly gainers: number } {
    const held = [...this.#rows.values()].flat()
    // Losses first: they are what somebody will call about.
    const sorted = held.toSorted(
      (a, b) =>
        Number(a.change === 'gains') - Number(b.change === 'gains') ||
        peopleOf(b.subjects) * b.weight - peopleOf(a.subjects) * a.weight,
    )
    const rows = sorted.slice(0, limit).map(({ kind, change, opened, places, subjects }) => ({
      kind,
      change,
      opened,
      who: { ...who.of(kind, subjects, change), people: kind === 'users' ? peopleOf(subjects) : 0 },
      where: where.of(places),
    }))
    return {
      rows,
      more: held.length - rows.length + this.#left,
      losers: peopleOf([...this.#losers]),
      gainers: peopleOf([...this.#gainers]),
    }
  }
}

function peopleOf(classes: readonly SubjectClass[]): number {
  return classes.reduce((sum, { members }) => sum + members.length, 0)
}

/** FNV-1a over the numbers: only to find lists that may be equal. */
function hashOf(numbers: readonly number[]): number {
  let hash = 0x811c9dc5
  for (const number of numbers) hash = Math.imul(hash ^ number, 0x01000193)
  return hash >>> 0
}
