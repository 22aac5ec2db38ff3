import { formatIpRange } from '../address/ip-range.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Selector } from '../language/policy.ts'
import { type EffectRow, NAMES_MAX } from './effect-rows.ts'
import { joinRanges } from './join-ranges.ts'
import type { PlaceClasses } from './place-classes.ts'
import { told } from './subject-names.ts'

/** Targets told beside a selector, so that a reader knows what kind of machines they are. */
const EXAMPLES_MAX = 3
/** Kinds of selectors that mean the same places for everybody. */
const SHARED: readonly Selector['kind'][] = ['any', 'tag', 'addresses', 'ipset']

/** Tells many places by the tags, aliases and ranges that policies know them by. */
export class PlaceNames {
  readonly #places: PlaceClasses
  readonly #candidates: readonly { readonly name: string; readonly places: Uint32Array }[]
  readonly #inside: Uint8Array

  constructor(policies: readonly CompiledPolicy[], places: PlaceClasses) {
    this.#places = places
    this.#inside = new Uint8Array(places.classes.length)
    const selectors = new Map<string, Selector>()
    // Those of only one policy first: what changed is better told by the words of the change.
    const [ours = new Map(), theirs = new Map()] = policies.map(selectorsOf)
    for (const [name, selector] of [...ours, ...theirs]) {
      if (ours.has(name) !== theirs.has(name)) selectors.set(name, selector)
    }
    for (const [name, selector] of [...ours, ...theirs]) if (!selectors.has(name)) selectors.set(name, selector)
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
    const ranges = joinRanges(untold.flatMap(({ range }) => (range === undefined ? [] : [range])))
    const single = [...new Set(untold.flatMap((place) => place.targets)), ...ranges.map(formatIpRange)]
    const examples = names.length === 0 ? [] : [...targets].slice(0, EXAMPLES_MAX)
    return { ...told([...names, ...single]), targets: targets.size, examples }
  }
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
