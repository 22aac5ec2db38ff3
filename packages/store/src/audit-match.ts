import { type Kysely, sql } from 'kysely'
import type { AuditEntryQuery } from './audit-entries.ts'
import type { Schema } from './schema.ts'

/** Entries from one on and before another that fit a query. */
export function matching(db: Kysely<Schema>, query: AuditEntryQuery, from: number, before: number) {
  const { actor, types, target, source, session, since, until, text } = query
  let select = db.selectFrom('audit_entries').where('seq', '>=', from).where('seq', '<', before)
  if (actor !== undefined) select = select.where('actor', '=', actor)
  if (types !== undefined) select = select.where('type', 'in', types)
  if (target !== undefined) select = select.where('target', '=', target)
  if (source !== undefined) select = select.where('source', '=', source)
  if (session !== undefined) select = select.where('session', '=', session)
  if (since !== undefined) select = select.where('time', '>=', since)
  if (until !== undefined) select = select.where('time', '<', until)
  if (text !== undefined) select = select.where(sql<boolean>`lower(line) like ${`%${needle(text)}%`} escape '\\'`)
  return select
}

/** As the text stands inside a line of JSON, in lower case and for `like` with `\` as its escape character. */
function needle(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1)
  return inside.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\\%_]/g, String.raw`\$&`)
}
