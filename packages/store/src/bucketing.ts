const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Widths that people read a clock or a calendar by. */
const WIDTHS_MS: readonly number[] = [
  ...[1, 5, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28, 56, 112, 364].map((days) => days * DAY_MS),
]

export interface Bucketing {
  /** When the first bucket begins, milliseconds since the epoch. */
  readonly start: number
  readonly bucketMs: number
  /** How many there are; at least one. */
  readonly length: number
}

/** Cuts a span of time, its end not counted, into at most so many buckets that begin at round times of a clock. */
export function bucketing(
  { from, to }: { readonly from: number; readonly to: number },
  { buckets, offsetMs }: { readonly buckets: number; readonly offsetMs: number },
): Bucketing {
  const end = Math.max(to, from + 1)
  const cut = (bucketMs: number): Bucketing => {
    const start = Math.floor((from + offsetMs) / bucketMs) * bucketMs - offsetMs
    return { start, bucketMs, length: Math.ceil((end - start) / bucketMs) }
  }
  for (const width of WIDTHS_MS) {
    const found = cut(width)
    if (found.length <= buckets) return found
  }
  return cut(Math.ceil((end - from) / Math.max(buckets - 1, 1)))
}
