import { type AuditCounts as ApiCounts, type AuditValueCounts, auditOutcome } from '@sallyport/api'
import type { AuditCounts, ValueCount } from '@sallyport/store'
import { timeText } from './services.ts'

/** Values told of each column. */
const TOLD = 12

/** Counts of the log as the API tells them. */
export function shownCounts(counts: AuditCounts): ApiCounts {
  const { total, complete, from, to, start, bucketMs, buckets, types, actors, targets } = counts
  const outcomes = new Map<string, number>()
  for (const { value, count } of types) {
    const outcome = auditOutcome(value)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count)
  }
  return {
    total,
    denied: outcomes.get('denied') ?? 0,
    complete,
    from: timeText(from),
    to: timeText(to),
    bucket_seconds: bucketMs / 1000,
    start: timeText(start),
    buckets: buckets.map(({ count, marked }) => ({ count, denied: marked })),
    outcomes: most([...outcomes].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count)),
    types: most(types),
    actors: most(actors),
    targets: most(targets),
  }
}

function most(values: readonly ValueCount[]): AuditValueCounts {
  return { values: values.slice(0, TOLD).map((each) => ({ ...each })), more: Math.max(0, values.length - TOLD) }
}
