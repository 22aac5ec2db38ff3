import { parseIpAddress } from '../address/ip-address.ts'
import { type IpRange, rangeHolds } from '../address/ip-range.ts'
import { mergeRanges } from '../address/range-set.ts'
import type { DirectoryIndex, TargetFacts } from '../decide/directory.ts'
import { rangesOf } from '../decide/subject.ts'
import type { Rule, Selector } from '../language/policy.ts'

/** How much may still be looked at. */
export interface Work {
  left: number
}

/** What a rule's `dst` means, for finding what it has in common with another's. */
interface Place {
  readonly everywhere: boolean
  readonly tags: ReadonlySet<string>
  /** Merged. */
  readonly ranges: readonly IpRange[]
}

/** Whether the destinations of two rules have a target in common, as the inventory is; no, once the work is used up. */
export class MeetingPlaces {
  readonly #directory: DirectoryIndex
  readonly #work: Work
  readonly #places = new Map<Rule, Place>()
  readonly #tagged = new Map<string, readonly TargetFacts[]>()

  constructor(directory: DirectoryIndex, work: Work) {
    this.#directory = directory
    this.#work = work
  }

  meet(one: Rule, other: Rule): boolean {
    const [a, b] = [this.#placeOf(one), this.#placeOf(other)]
    if (a.everywhere) return b.everywhere || b.tags.size > 0 || b.ranges.length > 0
    if (b.everywhere) return a.tags.size > 0 || a.ranges.length > 0
    return overlap(a.ranges, b.ranges, this.#work) || this.#shares(a, b) || this.#shares(b, a)
  }

  /** Whether something with a tag of the first is meant by the second. */
  #shares({ tags }: Place, other: Place): boolean {
    for (const tag of tags) {
      if (other.tags.has(tag)) return true
      for (const target of this.#targetsWith(tag)) {
        this.#work.left -= 1 + target.tags.length
        if (this.#work.left < 0) return false
        if (target.tags.some((each) => other.tags.has(each) || other.tags.has(ANY_TAG))) return true
        if (other.ranges.length > 0 && this.#standsIn(target, other.ranges)) return true
      }
    }
    return false
  }

  #standsIn({ addresses }: TargetFacts, ranges: readonly IpRange[]): boolean {
    this.#work.left -= addresses.length * ranges.length
    if (this.#work.left < 0) return false
    return addresses.some((text) => {
      const address = parseIpAddress(text)
      return address !== undefined && ranges.some((range) => rangeHolds(range, address))
    })
  }

  #targetsWith(tag: string): readonly TargetFacts[] {
    let targets = this.#tagged.get(tag)
    if (targets === undefined) {
      targets =
        tag === ANY_TAG ? this.#directory.targets.filter(({ tags }) => tags.length > 0) : this.#directory.tagged(tag)
      this.#work.left -= targets.length
      this.#tagged.set(tag, targets)
    }
    return targets
  }

  #placeOf(rule: Rule): Place {
    let place = this.#places.get(rule)
    if (place === undefined) {
      const selectors = rule.destinations.map(({ selector }) => selector)
      place = {
        everywhere: selectors.some(({ kind }) => kind === 'any'),
        tags: new Set(selectors.flatMap(({ kind, text }) => (kind === 'tag' || text === ANY_TAG ? [text] : []))),
        ranges: mergedRanges(selectors, this.#work),
      }
      this.#places.set(rule, place)
    }
    return place
  }
}

const ANY_TAG = 'autogroup:tagged'

/** What selectors that mean addresses come to; none, once the work is used up. */
export function mergedRanges(selectors: readonly Selector[], work: Work): readonly IpRange[] {
  const lists = selectors.map(rangesOf)
  for (const { length } of lists) work.left -= length
  return work.left < 0 ? [] : mergeRanges(lists.flat())
}

/** Whether two sorted, disjoint lists have an address in common. */
export function overlap(a: readonly IpRange[], b: readonly IpRange[], work: Work): boolean {
  let [i, j] = [0, 0]
  for (;;) {
    const [one, other] = [a[i], b[j]]
    if (one === undefined || other === undefined || --work.left < 0) return false
    if (one.family === other.family && one.first <= other.last && other.first <= one.last) return true
    if (one.family < other.family || (one.family === other.family && one.last < other.first)) i++
    else j++
  }
}
