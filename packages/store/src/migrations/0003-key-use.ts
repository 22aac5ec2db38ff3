import type { Migration } from './migration.ts'

/** When an SSH key last let its owner in, so that they can tell which ones nobody needs any more. */
export const keyUse: Migration = async (db, t) => {
  await db.schema.alterTable('user_keys').addColumn('last_used_at', t.long).execute()
}
