import type { Effect } from './comparison.ts'
import { formatOpened, type Opened, openedTogether } from './opened.ts'
import type { PlaceClasses } from './place-classes.ts'
import type { PlaceNames } from './place-names.ts'
import type { SubjectClass } from './subject-classes.ts'
import type { SubjectNames } from './subject-names.ts'
import type { Named } from './told.ts'

/** Some people lose or gain ports at some places, because of one change. */
export interface EffectRow {
  readonly change: Effect['change']
  /** People; whoever signs in from an address; machines with a tag. */
  readonly kind: SubjectClass['kind']
  readonly who: Named & { readonly people: number }
  /** As a grant's `ip` would say it: `22`, `tcp:22,5432 udp:53`, `*`. */
  readonly opened: string
  readonly where: Named & {
    readonly targets: number
    /** Some of the targets, where `names` are selectors. */
    readonly examples: readonly string[]
  }
  /** Whether other rules leave some of these people some of it. */
  readonly partly: boolean
}

/** Ways in which one change may concern people differently and be told for each; with more they are told as one, `partly`. */
const VARIANTS_MAX = 4
/** Numbers of places and classes of people held while comparing: some 64 MB. What does not fit is counted. */
const HELD_MAX = 8_000_000

interface Variant {
  readonly opened: Opened
  /** Ascending. */
  readonly places: readonly number[]
  readonly subjects: SubjectClass[]
}

/** What one claim that came or went does to people of one kind. */
interface Collected {
  readonly kind: SubjectClass['kind']
  readonly change: Effect['change']
  variants: Variant[]
  /** Instead of variants, once they are many. */
  merged?: { opened: Opened; readonly places: Set<number>; readonly subjects: Set<SubjectClass> }
}

/** Puts together what one change does to several classes of people. */
export class RowCollector {
  readonly #places: PlaceClasses
  readonly #collected = new Map<string, Collected>()
  readonly #losers = new Set<SubjectClass>()
  readonly #gainers = new Set<SubjectClass>()
  /** Changes of which something did not fit. */
  readonly #left = new Set<string>()
  #held = 0

  constructor(places: PlaceClasses) {
    this.#places = places
  }

  add(subject: SubjectClass, { change, claim, opened, places }: Effect & { readonly places: readonly number[] }): void {
    if (subject.kind === 'users') (change === 'loses' ? this.#losers : this.#gainers).add(subject)
    const key = `${subject.kind} ${change} ${claim}`
    let collected = this.#collected.get(key)
    if (collected === undefined) {
      collected = { kind: subject.kind, change, variants: [] }
      this.#collected.set(key, collected)
    }
    if (this.#held > HELD_MAX) this.#left.add(key)
    else this.#held += collect(collected, subject, opened, places)
  }

  *finish(
    limit: number,
    names: { readonly who: SubjectNames; readonly where: PlaceNames },
  ): Generator<
    void,
    { readonly rows: readonly EffectRow[]; readonly more: number; readonly losers: number; readonly gainers: number }
  > {
    const found = [...this.#collected.values()].flatMap((collected) => this.#variantsOf(collected))
    // Losses first: they are what somebody will call about.
    found.sort((a, b) => Number(a.change === 'gains') - Number(b.change === 'gains') || b.weight - a.weight)
    const rows: EffectRow[] = []
    for (const { kind, change, opened, places, subjects, partly } of found.slice(0, limit)) {
      rows.push({
        change,
        kind,
        who: { ...names.who.of(kind, subjects, change), people: kind === 'users' ? peopleOf(subjects) : 0 },
        opened: formatOpened(opened),
        where: names.where.of(places),
        partly,
      })
      yield
    }
    return {
      rows,
      more: found.length - rows.length + this.#left.size,
      losers: peopleOf(this.#losers),
      gainers: peopleOf(this.#gainers),
    }
  }

  #variantsOf({ kind, change, variants, merged }: Collected) {
    const all =
      merged === undefined
        ? variants.map((variant) => ({ ...variant, partly: false }))
        : [
            {
              opened: merged.opened,
              places: [...merged.places].sort((a, b) => a - b),
              subjects: [...merged.subjects],
              partly: true,
            },
          ]
    return all.map((variant) => ({ ...variant, kind, change, weight: this.#weightOf(variant) }))
  }

  #weightOf({ places, subjects }: Pick<Variant, 'places' | 'subjects'>): number {
    const targets = places.reduce((sum, place) => sum + (this.#places.classes[place]?.targets.length ?? 0), 0)
    return peopleOf(subjects) * Math.max(1, targets)
  }
}

/** Adds one class of people; gives how many numbers more are held. */
function collect(collected: Collected, subject: SubjectClass, opened: Opened, places: readonly number[]): number {
  const { merged, variants } = collected
  if (merged !== undefined) {
    const before = merged.places.size
    merged.opened = openedTogether([merged.opened, opened])
    merged.subjects.add(subject)
    for (const place of places) merged.places.add(place)
    return merged.places.size - before + 1
  }
  const text = formatOpened(opened)
  const same = variants.find(
    (variant) =>
      variant.places.length === places.length &&
      formatOpened(variant.opened) === text &&
      variant.places.every((place, index) => place === places[index]),
  )
  if (same !== undefined) {
    same.subjects.push(subject)
    return 1
  }
  variants.push({ opened, places, subjects: [subject] })
  if (variants.length <= VARIANTS_MAX) return places.length + 1
  collected.variants = []
  collected.merged = {
    opened: openedTogether(variants.map((variant) => variant.opened)),
    places: new Set(variants.flatMap((variant) => variant.places)),
    subjects: new Set(variants.flatMap((variant) => variant.subjects)),
  }
  return places.length + 1
}

function peopleOf(classes: Iterable<SubjectClass>): number {
  let people = 0
  for (const { members } of classes) people += members.length
  return people
}
