import type { IpRange } from '../address/ip-range.ts'

/**
 * Cuts overlapping ranges into disjoint stretches, ascending, each wholly inside or wholly outside of every range given.
 * Stretches inside none are left out. There are at most twice as many as ranges.
 */
export function cutRanges(ranges: readonly IpRange[]): readonly IpRange[] {
  return [...cutFamily(ranges, 4), ...cutFamily(ranges, 6)]
}

function cutFamily(all: readonly IpRange[], family: 4 | 6): readonly IpRange[] {
  const ranges = all.filter((range) => range.family === family)
  if (ranges.length === 0) return []
  // Where ranges begin and where the first address behind them is, with how many more are open from there on.
  const steps = new Map<bigint, number>()
  const step = (at: bigint, by: number): void => void steps.set(at, (steps.get(at) ?? 0) + by)
  for (const { first, last } of ranges) {
    step(first, 1)
    step(last + 1n, -1)
  }
  const cuts = [...steps].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const stretches: IpRange[] = []
  let open = 0
  for (const [index, [first, by]] of cuts.entries()) {
    open += by
    const next = cuts[index + 1]
    if (open > 0 && next !== undefined) stretches.push({ family, first, last: next[0] - 1n })
  }
  return stretches
}
