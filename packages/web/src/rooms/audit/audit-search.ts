import { textParam } from '../search-param.ts'

/** Filters of the log, by the words of the query bar. */
export const AUDIT_FIELDS = ['outcome', 'actor', 'type', 'target', 'source', 'session', 'after', 'before'] as const
export type AuditField = (typeof AUDIT_FIELDS)[number]

/** Those that may have several values, of which one has to fit: `denied,failed`, in the bar as in the address. */
export const LIST_FIELDS = ['outcome', 'actor', 'type', 'target', 'source', 'session'] as const
export type ListField = (typeof LIST_FIELDS)[number]
/** Between two of them. Where it stands in one, as in what somebody asked for that is no name, a backslash goes before it. */
const BETWEEN = ','
const VALUE = /(?:\\[\\,]|[^,])+/g

/** The values of a filter, each once. */
export function valuesOf(filter: string | undefined): readonly string[] {
  const values = (filter ?? '').match(VALUE) ?? []
  return [...new Set(values.map((value) => value.replaceAll(/\\([\\,])/g, '$1')))]
}

/** A filter of some values; none of none. */
export function filterOf(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.map((value) => value.replaceAll(/[\\,]/g, '\\$&')).join(BETWEEN)
}

export type AuditSearch = { readonly [Field in AuditField]: string | undefined } & {
  /** Any text inside an event. */
  readonly text: string | undefined
  /** Number of the event that is open. */
  readonly event: string | undefined
}

export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const field = (name: string) => textParam(search[name])
  return {
    outcome: field('outcome'),
    actor: field('actor'),
    type: field('type'),
    target: field('target'),
    source: field('source'),
    session: field('session'),
    after: field('after'),
    before: field('before'),
    text: field('text'),
    event: field('event'),
  }
}
