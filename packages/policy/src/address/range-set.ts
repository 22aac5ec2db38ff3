import type { IpRange } from './ip-range.ts'
import { namesSpecialAddresses } from './special-address.ts'

/** The same addresses as sorted, disjoint ranges, IPv4 first, with neighbours joined. */
export function mergeRanges(ranges: readonly IpRange[]): readonly IpRange[] {
  const merged: IpRange[] = []
  for (const range of ranges.toSorted(compareRanges)) {
    const previous = merged.at(-1)
    if (previous === undefined || previous.family !== range.family || range.first > previous.last + 1n) {
      merged.push(range)
    } else if (range.last > previous.last) {
      const remnant = previous.remnant === true || range.remnant === true
      const joined = { family: range.family, first: previous.first, last: range.last }
      merged[merged.length - 1] = remnant ? { ...joined, remnant } : joined
    }
  }
  return merged
}

/** Addresses of the first that are not in the second; both are sorted and disjoint, and so is the result. */
export function subtractRanges(from: readonly IpRange[], without: readonly IpRange[]): readonly IpRange[] {
  const left: IpRange[] = []
  let next = 0
  for (const range of from) {
    let first = range.first
    // A hole may reach into the ranges that follow, so the last one looked at stays.
    for (; next < without.length; next++) {
      const hole = without[next]
      if (hole === undefined || isAfter(hole, range)) break
      if (hole.family === range.family && hole.last >= first) {
        if (hole.first > first) left.push(rest(range, first, hole.first - 1n))
        first = hole.last + 1n
        if (hole.last >= range.last) break
      }
    }
    if (first <= range.last) left.push(rest(range, first, range.last))
  }
  return left
}

/** A part of a range, which says no more of special addresses than the whole did. */
function rest(whole: IpRange, first: bigint, last: bigint): IpRange {
  if (first === whole.first && last === whole.last) return whole
  const part = { family: whole.family, first, last }
  return namesSpecialAddresses(part) && !namesSpecialAddresses(whole) ? { ...part, remnant: true } : part
}

function isAfter(hole: IpRange, range: IpRange): boolean {
  return hole.family === range.family ? hole.first > range.last : hole.family > range.family
}

function compareRanges(a: IpRange, b: IpRange): number {
  if (a.family !== b.family) return a.family - b.family
  if (a.first !== b.first) return a.first < b.first ? -1 : 1
  return 0
}
