import type { IpAddress } from '../address/ip-address.ts'
import type { IpRange } from '../address/ip-range.ts'
import { cutRanges } from './cut-ranges.ts'

/** Ranges of sets that are read before other work gets its turn. */
const BATCH = 10_000

/** Addresses that some sets of ranges do not tell apart, however many stretches they lie in. */
export interface AddressGroups {
  /** Stretches of each group, ascending; together they are what the sets hold. */
  readonly groups: readonly (readonly IpRange[])[]
  /** Number of the group of an address; undefined for one that is in no set. */
  of(address: IpAddress): number | undefined
  /** Numbers of the groups that overlap some ranges, which have to be one of the sets. */
  within(ranges: readonly IpRange[]): ReadonlySet<number>
}

/**
 * Groups addresses by the sets that hold them: 10,000 addresses of one IP set are one group, not 10,000. Sets are told apart
 * by identity. Stretches on both sides of a range that is a set of its own stay apart, which only makes more groups.
 */
export function* addressGroups(sets: Iterable<readonly IpRange[]>): Generator<void, AddressGroups> {
  const distinct = [...new Set(sets)].filter((ranges) => ranges.length > 0)
  const single = distinct.filter(({ length }) => length === 1).flat()
  const many = distinct.filter(({ length }) => length > 1)
  const stretches = cutRanges(distinct.flat())
  yield
  const cuts = cutRanges(single)
  const numbers = startingGroups(stretches, cuts)
  let read = 0
  // Beyond the numbers given so far.
  let next = 2 * cuts.length + 1
  for (const ranges of many) {
    // Whoever shared a group shares it still where both are in the set, or neither is.
    const split = new Map<number, number>()
    for (const range of ranges) {
      if (++read % BATCH === 0) yield
      for (const at of overlapping(stretches, range)) {
        const before = numbers[at] ?? 0
        let after = split.get(before)
        if (after === undefined) {
          after = next++
          split.set(before, after)
        }
        numbers[at] = after
      }
    }
  }
  const groups: IpRange[][] = []
  const places = new Map<number, number>()
  const groupOf = numbers.map((number, at) => {
    let place = places.get(number)
    if (place === undefined) {
      place = groups.push([]) - 1
      places.set(number, place)
    }
    const stretch = stretches[at]
    if (stretch !== undefined) groups[place]?.push(stretch)
    return place
  })
  return {
    groups,
    of: ({ family, value }) => {
      const [at] = overlapping(stretches, { family, first: value, last: value })
      return at === undefined ? undefined : groupOf[at]
    },
    within: (ranges) => {
      const found = new Set<number>()
      for (const range of ranges)
        for (const at of overlapping(stretches, range)) {
          const group = groupOf[at]
          if (group !== undefined) found.add(group)
        }
      return found
    },
  }
}

/** Stretches between the same two neighbouring ends of cuts share a number: how many ends lie before them. */
function startingGroups(stretches: readonly IpRange[], cuts: readonly IpRange[]): number[] {
  let passed = 0
  return stretches.map((stretch) => {
    while (passed < 2 * cuts.length && !isBefore(stretch, cuts[passed >> 1], passed % 2 === 1)) passed++
    return passed
  })
}

/** Whether a stretch lies wholly before a cut, or before its end. */
function isBefore(stretch: IpRange, cut: IpRange | undefined, end: boolean): boolean {
  if (cut === undefined || stretch.family < cut.family) return true
  if (stretch.family > cut.family) return false
  return end ? stretch.first <= cut.last : stretch.first < cut.first
}

/** Places of the stretches that overlap a range; stretches are ascending and disjoint. */
function* overlapping(stretches: readonly IpRange[], range: IpRange): Generator<number> {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const stretch = stretches[middle]
    if (stretch !== undefined && endsBefore(stretch, range)) low = middle + 1
    else high = middle
  }
  for (let at = low; ; at++) {
    const stretch = stretches[at]
    if (stretch === undefined || stretch.family !== range.family || stretch.first > range.last) return
    yield at
  }
}

function endsBefore(stretch: IpRange, range: IpRange): boolean {
  if (stretch.family !== range.family) return stretch.family < range.family
  return stretch.last < range.first
}
