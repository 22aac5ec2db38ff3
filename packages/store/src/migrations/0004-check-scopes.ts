import type { Migration } from './migration.ts'

/** Until when a second factor counts on other connections, as its owner chose; none: as long as the policy lets it. */
export const checkScopes: Migration = async ({ schema }, t) => {
  await schema.alterTable('login_checks').addColumn('counts_until', t.long).execute()
}
