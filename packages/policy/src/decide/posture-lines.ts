import type { Policy } from '../language/policy.ts'
import { Postings } from './interval-sets.ts'
import type { LineSet } from './line-set.ts'
import { type Attributes, fulfilsOne } from './posture.ts'

/** Outcomes that are kept: a fleet of devices has few kinds. */
const OUTCOMES_MAX = 256

interface Wanted {
  /** Of which one has to be fulfilled. */
  readonly names: readonly string[]
  readonly lines: Postings
}

/** The lines of the rule index by what they want of a device: which are open to it. */
export class PostureLines {
  readonly #policy: Policy
  readonly #union: (found: readonly Postings[]) => LineSet
  readonly #wanted = new Map<string, Wanted>()
  /** Lines that every device will do for. */
  readonly #free = new Postings()
  /** By the places of what a device fulfils. */
  #byOutcome = new Map<string, LineSet>()
  #byDevice = new WeakMap<Attributes, LineSet>()
  #unknown: LineSet | undefined

  constructor(policy: Policy, union: (found: readonly Postings[]) => LineSet) {
    this.#policy = policy
    this.#union = union
  }

  /** Notes a line that wants one of these postures, or none. */
  add(names: readonly string[], line: number): void {
    if (names.length === 0) {
      this.#free.add(line)
      return
    }
    const key = names.join('\n')
    let wanted = this.#wanted.get(key)
    if (wanted === undefined) {
      wanted = { names, lines: new Postings() }
      this.#wanted.set(key, wanted)
    }
    wanted.lines.add(line)
  }

  /** Lines open to a device; `undefined` where no line wants anything. Attributes never change: the object stands for them. */
  admitted(attributes: Attributes | undefined): LineSet | undefined {
    if (this.#wanted.size === 0) return undefined
    if (attributes === undefined) {
      this.#unknown ??= this.#admitted(undefined)
      return this.#unknown
    }
    let lines = this.#byDevice.get(attributes)
    if (lines === undefined) {
      lines = this.#admitted(attributes)
      this.#byDevice.set(attributes, lines)
    }
    return lines
  }

  /** Forgets what was worked out. */
  forget(): void {
    this.#byOutcome = new Map()
    this.#byDevice = new WeakMap()
    this.#unknown = undefined
  }

  #admitted(attributes: Attributes | undefined): LineSet {
    const fulfilled: number[] = []
    const found = [this.#free]
    let place = 0
    for (const { names, lines } of this.#wanted.values()) {
      if (fulfilsOne(this.#policy, names, attributes)) {
        fulfilled.push(place)
        found.push(lines)
      }
      place++
    }
    const outcome = fulfilled.join()
    let lines = this.#byOutcome.get(outcome)
    if (lines === undefined) {
      lines = this.#union(found)
      if (this.#byOutcome.size >= OUTCOMES_MAX) this.#byOutcome.clear()
      this.#byOutcome.set(outcome, lines)
    }
    return lines
  }
}
