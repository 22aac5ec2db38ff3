import { type AuditCounts as ApiCounts, type AuditOutcome, type AuditValueCounts, auditOutcome } from '@sallyport/api'
import { AUDIT_EVENT_TYPES } from '@sallyport/audit'
import type { AuditColumn, AuditCounter, ValueCount } from '@sallyport/store'
import { type AuditFilters, auditQueryOf } from './audit-filters.ts'
import { timeText } from './services.ts'

/** Values told of each column. */
const TOLD = 12
const DENIED = AUDIT_EVENT_TYPES.filter((type) => auditOutcome(type) === 'denied')

/** How a histogram is drawn. */
interface Drawing {
  /** Buckets at most. */
  readonly buckets: number
  /** Of the reader's clock: milliseconds east of UTC. */
  readonly offsetMs: number
  readonly signal: AbortSignal
}

/**
 * The log counted as the API tells it. What can be chosen of a column that is filtered by is counted without that filter:
 * otherwise there were nothing to choose beside what is chosen.
 */
export async function countAudit(counter: AuditCounter, filters: AuditFilters, drawing: Drawing): Promise<ApiCounts> {
  const { signal } = drawing
  const counts = await counter.count({ ...auditQueryOf(filters), marked: DENIED, ...drawing })
  const without = async (field: 'outcome' | 'type' | 'actor' | 'target', column: AuditColumn) =>
    filters[field] === undefined
      ? counts[`${column}s`]
      : counter.values(column, { ...auditQueryOf({ ...filters, [field]: undefined }), signal })
  const { total, complete, from, to, start, bucketMs, buckets, types } = counts
  return {
    total,
    denied: byOutcome(types).get('denied') ?? 0,
    complete,
    from: timeText(from),
    to: timeText(to),
    bucket_seconds: bucketMs / 1000,
    start: timeText(start),
    buckets: buckets.map(({ count, marked }) => ({ count, denied: marked })),
    outcomes: most(
      [...byOutcome(await without('outcome', 'type'))]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count),
    ),
    types: most(await without('type', 'type')),
    actors: most(await without('actor', 'actor')),
    targets: most(await without('target', 'target')),
  }
}

function byOutcome(types: readonly ValueCount[]): ReadonlyMap<AuditOutcome, number> {
  const outcomes = new Map<AuditOutcome, number>()
  for (const { value, count } of types) {
    const outcome = auditOutcome(value)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count)
  }
  return outcomes
}

function most(values: readonly ValueCount[]): AuditValueCounts {
  return { values: values.slice(0, TOLD).map((each) => ({ ...each })), more: Math.max(0, values.length - TOLD) }
}
