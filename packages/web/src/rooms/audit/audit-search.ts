import { textParam } from '../search-param.ts'

/** Filters of the log, by the words of the query bar. */
export const AUDIT_FIELDS = ['outcome', 'actor', 'type', 'target', 'source', 'session', 'after', 'before'] as const
export type AuditField = (typeof AUDIT_FIELDS)[number]

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
