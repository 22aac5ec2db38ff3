import { type Kysely, sql } from 'kysely'
import type { AuditEntryQuery } from './audit-entries.ts'
import type { Schema } from './schema.ts'

/** Entries from one on and before another that fit a query. */
export function matching(db: Kysely<Schema>, query: AuditEntryQuery, from: number, before: number) {
  const { types, actors, targets, sources, sessions, since, until, text } = query
  let select = db.selectFrom('audit_entries').where('seq', '>=', from).where('seq', '<', before)
  if (types !== undefined) select = select.where('type', 'in', types)
  if (actors !== undefined) select = select.where('actor', 'in', actors)
  if (targets !== undefined) select = select.where('target', 'in', targets)
  if (sources !== undefined) select = select.where('source', 'in', sources)
  if (sessions !== undefined) select = select.where('session', 'in', sessions)
  if (since !== undefined) select = select.where('time', '>=', since)
  if (until !== undefined) select = select.where('time', '<', until)
  if (text !== undefined) select = select.where(sql<boolean>`lower(line) like ${`%${needle(text)}%`} escape '\\'`)
  return select
}

/** The values of each column that a query filters by, all of which have an index. */
export function listsOf({
  types,
  actors,
  targets,
  sources,
  sessions,
}: AuditEntryQuery): readonly (readonly string[])[] {
  return [types, actors, targets, sources, sessions].filter((values) => values !== undefined)
}

/** As the text stands inside a line of JSON, in lower case and for `like` with `\` as its escape character. */
function needle(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1)
  return inside.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\\%_]/g, String.raw`\$&`)
}
