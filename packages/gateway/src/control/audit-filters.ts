import { ApiError, type AuditOutcome, auditOutcome } from '@sallyport/api'
import { AUDIT_EVENT_TYPES, type AuditQuery, type StoredEntry } from '@sallyport/audit'

type AnyOf<Value extends string> = Value | readonly Value[] | undefined

/** What people filter the log by: of each a value, or several of which one has to fit. */
export interface AuditFilters {
  /** Event types, or their beginnings. */
  readonly type?: AnyOf<string>
  readonly outcome?: AnyOf<AuditOutcome>
  readonly actor?: AnyOf<string>
  readonly source?: AnyOf<string>
  readonly session?: AnyOf<string>
  readonly target?: AnyOf<string>
  readonly text?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** The log's query. Throws `request.invalid` where no event type begins as asked. */
export function auditQueryOf({
  type,
  outcome,
  actor,
  source,
  session,
  target,
  text,
  from,
  to,
}: AuditFilters): AuditQuery {
  const [beginnings, outcomes] = [listOf(type), listOf(outcome)]
  for (const beginning of beginnings ?? [])
    if (!AUDIT_EVENT_TYPES.some((each) => each.startsWith(beginning)))
      throw new ApiError('request.invalid', `no event type begins with “${beginning.replaceAll(/[^a-z-]/g, '?')}”`, {
        fix: `the types are: ${AUDIT_EVENT_TYPES.join(', ')}`,
      })
  const types = AUDIT_EVENT_TYPES.filter(
    (each) =>
      (beginnings === undefined || beginnings.some((beginning) => each.startsWith(beginning))) &&
      (outcomes === undefined || outcomes.includes(auditOutcome(each))),
  )
  return {
    types: beginnings === undefined && outcomes === undefined ? undefined : types,
    actors: listOf(actor),
    sources: listOf(source),
    sessions: listOf(session),
    targets: listOf(target),
    text,
    since: from === undefined ? undefined : Date.parse(from),
    until: to === undefined ? undefined : Date.parse(to),
  }
}

/** The store's search, for one entry at a time. */
export function fitsQuery(entry: StoredEntry, query: AuditQuery): boolean {
  const { types, actors, sources, sessions, targets, text, since, until } = query
  return (
    isAmong(types, entry.type) &&
    isAmong(actors, entry.actor) &&
    isAmong(sources, entry.source) &&
    isAmong(sessions, entry.session) &&
    isAmong(targets, entry.target) &&
    (text === undefined || entry.line.toLowerCase().includes(text.toLowerCase())) &&
    (since === undefined || entry.time >= since) &&
    (until === undefined || entry.time < until)
  )
}

function isAmong(values: readonly string[] | undefined, value: string | null): boolean {
  return values === undefined || (value !== null && values.includes(value))
}

function listOf<Value extends string>(values: AnyOf<Value>): readonly Value[] | undefined {
  return typeof values === 'string' ? [values] : values
}
