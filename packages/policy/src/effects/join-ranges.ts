import type { IpRange } from '../address/ip-range.ts'

/** Sorted; ranges that touch or overlap become one. */
export function joinRanges(ranges: readonly IpRange[]): readonly IpRange[] {
  const joined: IpRange[] = []
  const sorted = ranges.toSorted((a, b) => a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  for (const range of sorted) {
    const last = joined.at(-1)
    if (last === undefined || last.family !== range.family || range.first > last.last + 1n) joined.push(range)
    else if (range.last > last.last) joined[joined.length - 1] = { ...last, last: range.last }
  }
  return joined
}
