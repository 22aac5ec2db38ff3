import type { IpAddress } from '../address/ip-address.ts'
import type { IpRange } from '../address/ip-range.ts'
import { type LineSet, NO_LINES } from './line-set.ts'

/** Numbers of rules or of their lines, ascending; a number given twice in a row is held once. */
export class Postings {
  readonly ids: number[] = []

  add(id: number): void {
    if (this.ids.at(-1) !== id) this.ids.push(id)
  }
}

interface Item<P> {
  readonly first: P
  readonly last: P
  readonly postings: Postings
}

/**
 * Postings by range of numbers: which lines have a range that holds a point. Ranges may overlap and be as many and as
 * large as they like. Between two neighbouring ends of ranges every point has the same answer; it is worked out when first
 * asked for and kept, so that the next question costs a binary search.
 */
export class IntervalSets<P extends number | bigint> {
  readonly #union: (found: readonly Postings[]) => LineSet
  readonly #after: (point: P) => P
  readonly #items: Item<P>[] = []
  #built: Built<P> | undefined

  /** `union` makes one set of the postings found; `after` is the next point. */
  constructor(union: (found: readonly Postings[]) => LineSet, after: (point: P) => P) {
    this.#union = union
    this.#after = after
  }

  add(first: P, last: P, postings: Postings): void {
    this.#items.push({ first, last, postings })
    this.#built = undefined
  }

  at(point: P): LineSet {
    if (this.#items.length === 0) return NO_LINES
    this.#built ??= build(this.#items, this.#after)
    const { cuts, answers } = this.#built
    const at = lastAtMost(cuts, point)
    if (at < 0) return NO_LINES
    let answer = answers[at]
    if (answer === undefined) {
      const found: Postings[] = []
      search(this.#built, 0, this.#items.length - 1, point, found)
      answer = found.length === 0 ? NO_LINES : this.#union(found)
      answers[at] = answer
    }
    return answer
  }

  /** Forgets what was worked out. */
  forget(): void {
    this.#built?.answers.fill(undefined)
  }
}

/** Postings by range of IP addresses. */
export class AddressSets {
  readonly #byRange = new Map<string, Postings>()
  readonly #byRanges = new Map<readonly IpRange[], Postings>()
  readonly #family4: IntervalSets<number>
  readonly #family6: IntervalSets<bigint>

  constructor(union: (found: readonly Postings[]) => LineSet) {
    this.#family4 = new IntervalSets(union, (point) => point + 1)
    this.#family6 = new IntervalSets(union, (point) => point + 1n)
  }

  /** The postings of exactly this range: equal ranges share them. */
  ofRange(range: IpRange): Postings {
    const key = `${range.family} ${range.first.toString(36)} ${range.last.toString(36)}`
    let postings = this.#byRange.get(key)
    if (postings === undefined) {
      postings = new Postings()
      this.#byRange.set(key, postings)
      this.#add(range, postings)
    }
    return postings
  }

  /** The postings of a whole list of ranges, told apart by identity: a big set that many rules name stands here once. */
  ofRanges(ranges: readonly IpRange[]): Postings {
    let postings = this.#byRanges.get(ranges)
    if (postings === undefined) {
      postings = new Postings()
      this.#byRanges.set(ranges, postings)
      for (const range of ranges) this.#add(range, postings)
    }
    return postings
  }

  at({ family, value }: IpAddress): LineSet {
    return family === 4 ? this.#family4.at(Number(value)) : this.#family6.at(value)
  }

  forget(): void {
    this.#family4.forget()
    this.#family6.forget()
  }

  #add({ family, first, last }: IpRange, postings: Postings): void {
    if (family === 4) this.#family4.add(Number(first), Number(last), postings)
    else this.#family6.add(first, last, postings)
  }
}

interface Built<P> {
  /** By first, ascending: read as a balanced tree, the middle of each stretch its root. */
  readonly items: readonly Item<P>[]
  /** Greatest last within the stretch whose root is at this place. */
  readonly reach: readonly P[]
  /** Where the answer may change, ascending. */
  readonly cuts: readonly P[]
  /** From one cut to the next. */
  readonly answers: (LineSet | undefined)[]
}

function build<P extends number | bigint>(unsorted: readonly Item<P>[], after: (point: P) => P): Built<P> {
  const items = unsorted.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const reach = items.map(({ last }) => last)
  const visit = (low: number, high: number): P | undefined => {
    if (low > high) return undefined
    const middle = (low + high) >> 1
    let furthest = reach[middle]
    for (const side of [visit(low, middle - 1), visit(middle + 1, high)])
      if (side !== undefined && (furthest === undefined || side > furthest)) furthest = side
    if (furthest !== undefined) reach[middle] = furthest
    return furthest
  }
  visit(0, items.length - 1)
  const ends = items.flatMap(({ first, last }) => [first, after(last)])
  const cuts = [...new Set(ends)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return { items, reach, cuts, answers: cuts.map(() => undefined) }
}

/** Index of the last cut that is not beyond the point; -1 where all are. */
function lastAtMost<P extends number | bigint>(cuts: readonly P[], point: P): number {
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const cut = cuts[middle]
    if (cut !== undefined && cut <= point) low = middle + 1
    else high = middle
  }
  return low - 1
}

function search<P extends number | bigint>(
  { items, reach }: Built<P>,
  from: number,
  to: number,
  point: P,
  found: Postings[],
): void {
  const stretches = [from, to]
  while (stretches.length > 0) {
    const high = stretches.pop() ?? -1
    const low = stretches.pop() ?? 0
    if (low > high) continue
    const middle = (low + high) >> 1
    const item = items[middle]
    const furthest = reach[middle]
    if (item === undefined || furthest === undefined || furthest < point) continue
    stretches.push(low, middle - 1)
    if (item.first > point) continue
    if (point <= item.last) found.push(item.postings)
    stretches.push(middle + 1, high)
  }
}
