import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * Authorities go by the words of host keys: next, active, former; a version that does not know of next ones must not open the
 * store. What each host was certified with last is found without reading what people were given.
 */
export const authoritySteps: Migration = async (db) => {
  await sql`update authorities set state = 'former' where state = 'trusted'`.execute(db)
  await db.schema.createIndex('certificates_kind_subject').on('certificates').columns(['kind', 'subject']).execute()
}
