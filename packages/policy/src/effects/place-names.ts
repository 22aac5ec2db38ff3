import { formatIpRange } from '../address/ip-range.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Selector } from '../language/policy.ts'
import type { EffectRow } from './effect-rows.ts'
import { joinRanges } from './join-ranges.ts'
import type { PlaceClass, PlaceClasses } from './place-classes.ts'
import { NAMES_MAX, told } from './told.ts'

/** Targets told beside a selector, so that a reader knows what kind of machines they are. */
const EXAMPLES_MAX = 3
/** Kinds of selectors that mean the same places for everybody. */
const SHARED: readonly Selector['kind'][] = ['any', 'tag', 'addresses', 'ipset']

const NONE: ReadonlyMap<string, Selector> = new Map()

/** Tells many places by the tags, aliases and ranges that policies know them by. */
export class PlaceNames {
  readonly #places: PlaceClasses
  readonly #candidates: readonly { readonly name: string; readonly places: Uint32Array }[]
  readonly #inside: Uint8Array

  constructor(policies: readonly CompiledPolicy[], places: PlaceClasses) {
    this.#places = places
    this.#inside = new Uint8Array(places.classes.length)
    const [ours = NONE, theirs = NONE] = policies.map(selectorsOf)
    // A name that means another place in each of them tells nothing.
    const clear = [...ours, ...theirs].filter(([name, selector]) => {
      const other = (ours.get(name) === selector ? theirs : ours).get(name)
      return other === undefined || sameNumbers(places.meant(selector), places.meant(other))
    })
    // Those of only one policy first: what changed is better told by the words of the change.
    const [changed, kept] = [true, false].map((wanted) =>
      clear.filter(([name]) => (ours.has(name) !== theirs.has(name)) === wanted),
    )
    const selectors = new Map([...(changed ?? []), ...(kept ?? [])])
    const meant = [...selectors].map(([name, selector]) => ({ name, places: places.meant(selector) }))
    this.#candidates = [...meant, ...wholes(places)]
      .filter((candidate) => candidate.places.length > 0)
      .sort((a, b) => b.places.length - a.places.length)
  }

  of(numbers: readonly number[]): EffectRow['where'] {
    const inside = this.#inside
    // 1: told of by no name yet; 2: told of.
    for (const number of numbers) inside[number] = 1
    const names: string[] = []
    let left = numbers.length
    for (const candidate of this.#candidates) {
      if (left === 0 || names.length === NAMES_MAX) break
      if (candidate.places.length > numbers.length || !candidate.places.every((place) => inside[place] !== 0)) continue
      if (!candidate.places.some((place) => inside[place] === 1)) continue
      names.push(candidate.name)
      for (const place of candidate.places) {
        if (inside[place] === 1) left--
        inside[place] = 2
      }
    }
    const classes = numbers.map((number) => ({ place: this.#places.classes[number], told: inside[number] === 2 }))
    for (const number of numbers) inside[number] = 0
    const untold = classes.flatMap(({ place, told: known }) => (known || place === undefined ? [] : [place]))
    const targets = new Set(classes.flatMap(({ place }) => place?.targets ?? []))
    const single = [...new Set(untold.flatMap((place) => place.targets)), ...this.#stretches(untold, classes)]
    const examples = names.length === 0 ? [] : [...targets].slice(0, EXAMPLES_MAX)
    return { ...told([...names, ...single]), targets: targets.size, examples }
  }

  /** Addresses outside of the inventory that no name tells: by their ranges, or by what is left out where that is shorter. */
  #stretches(
    untold: readonly PlaceClass[],
    all: readonly { readonly place: PlaceClass | undefined }[],
  ): readonly string[] {
    const ranges = rangesOf(untold)
    if (ranges.length < 2) return ranges
    const inside = new Set(all.map(({ place }) => place))
    const out = rangesOf(
      this.#places.classes.filter(
        (place) => place.ranges !== undefined && place.endpoint.special === undefined && !inside.has(place),
      ),
    )
    return out.length < Math.min(ranges.length, NAMES_MAX) ? [`other addresses but for ${out.join(', ')}`] : ranges
  }
}

function sameNumbers(one: Uint32Array, other: Uint32Array): boolean {
  return one.length === other.length && one.every((number, index) => number === other[index])
}

function rangesOf(classes: readonly PlaceClass[]): readonly string[] {
  return joinRanges(classes.flatMap(({ ranges }) => ranges ?? [])).map(formatIpRange)
}

function selectorsOf({ policy }: CompiledPolicy): Map<string, Selector> {
  const all = policy.rules.flatMap(({ destinations }) => destinations.map(({ selector }) => selector))
  return new Map(all.filter(({ kind }) => SHARED.includes(kind)).map((selector) => [selector.text, selector]))
}

/** What has no name in the language: the inventory, and all that is not in it. */
function wholes({ classes }: PlaceClasses): readonly { readonly name: string; readonly places: Uint32Array }[] {
  const ordinary = [...classes.entries()].filter(([, { endpoint }]) => endpoint.special === undefined)
  const numbers = (isTarget: boolean): Uint32Array =>
    Uint32Array.from(ordinary.filter(([, { targets }]) => targets.length > 0 === isTarget).map(([number]) => number))
  return [
    { name: 'every target', places: numbers(true) },
    { name: 'other addresses', places: numbers(false) },
  ]
}
