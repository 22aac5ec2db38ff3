import type { Migration } from './migration.ts'

/** People whom an identity provider vouches for and who wait for an account. */
export const pendingAccounts: Migration = async (db, t) => {
  await t
    .table(db.schema.createTable('pending_accounts'))
    .addColumn('id', t.text, (c) => c.primaryKey().notNull())
    .addColumn('provider', t.text, (c) => c.notNull())
    .addColumn('subject', t.text, (c) => c.notNull())
    .addColumn('email', t.text, (c) => c.notNull())
    .addColumn('display_name', t.text, (c) => c.notNull())
    .addColumn('first_asked_at', t.long, (c) => c.notNull())
    .addColumn('last_asked_at', t.long, (c) => c.notNull())
    .addColumn('denied_at', t.long)
    .addColumn('denied_by', t.text)
    .addUniqueConstraint('pending_accounts_who', ['provider', 'subject'])
    .execute()
}
