import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * Authorities go by the words of host keys: next, active, former. No column changes; a version that does not know of next ones
 * must not open the store.
 */
export const authoritySteps: Migration = async (db) => {
  await sql`update authorities set state = 'former' where state = 'trusted'`.execute(db)
}
