import { median } from './statistics.ts'

/** Medians of both sides, and the median of the ratios within each round: what drifts over a run cancels out. */
export function pair(ours: readonly number[], peer: readonly number[]): { ours: number; peer: number; ratio: number } {
  const ratios = ours.map((value, index) => value / (peer[index] ?? Number.NaN))
  return { ours: median(ours), peer: median(peer), ratio: median(ratios) }
}
