import type { Migration } from './migration.ts'

/** Users, keys, targets, policies, the audit log, bans, settings. */
export const initial: Migration = async (db, t) => {
  const { schema } = db
  await t
    .table(schema.createTable('users'))
    .addColumn('id', t.text, (c) => c.primaryKey().notNull())
    .addColumn('name', t.text, (c) => c.notNull().unique())
    .addColumn('display_name', t.text, (c) => c.notNull())
    .addColumn('role', t.text, (c) => c.notNull())
    .addColumn('disabled', t.integer, (c) => c.notNull())
    .addColumn('created_at', t.long, (c) => c.notNull())
    .execute()

  await t
    .table(schema.createTable('user_keys'))
    .addColumn('id', t.text, (c) => c.primaryKey().notNull())
    .addColumn('user_id', t.text, (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('type', t.text, (c) => c.notNull())
    .addColumn('blob', t.bytes, (c) => c.notNull())
    .addColumn('fingerprint', t.text, (c) => c.notNull().unique())
    .addColumn('comment', t.text, (c) => c.notNull())
    .addColumn('added_at', t.long, (c) => c.notNull())
    .execute()
  await schema.createIndex('user_keys_user_id').on('user_keys').column('user_id').execute()

  await t
    .table(schema.createTable('targets'))
    .addColumn('id', t.text, (c) => c.primaryKey().notNull())
    .addColumn('name', t.text, (c) => c.notNull().unique())
    .addColumn('address', t.text, (c) => c.notNull())
    .addColumn('port', t.integer, (c) => c.notNull())
    .addColumn('tags', t.text, (c) => c.notNull())
    .addColumn('host_keys', t.text, (c) => c.notNull())
    .addColumn('created_at', t.long, (c) => c.notNull())
    .execute()

  await t
    .table(schema.createTable('policy_versions'))
    .addColumn('version', t.integer, (c) => c.primaryKey().notNull())
    .addColumn('text', t.text, (c) => c.notNull())
    .addColumn('sha256', t.text, (c) => c.notNull())
    .addColumn('author', t.text, (c) => c.notNull())
    .addColumn('message', t.text, (c) => c.notNull())
    .addColumn('applied_at', t.long, (c) => c.notNull())
    .execute()

  await t
    .table(schema.createTable('audit_entries'))
    .addColumn('seq', t.long, (c) => c.primaryKey().notNull())
    .addColumn('time', t.long, (c) => c.notNull())
    .addColumn('type', t.text, (c) => c.notNull())
    .addColumn('actor', t.text, (c) => c.notNull())
    .addColumn('session', t.text)
    .addColumn('source', t.text)
    .addColumn('target', t.text)
    .addColumn('line', t.text, (c) => c.notNull())
    .addColumn('hash', t.text, (c) => c.notNull())
    .execute()
  for (const column of ['type', 'actor', 'session', 'source', 'target']) {
    await schema.createIndex(`audit_entries_${column}`).on('audit_entries').columns([column, 'seq']).execute()
  }

  await t
    .table(schema.createTable('audit_checkpoints'))
    .addColumn('id', t.long, (c) => c.primaryKey().notNull())
    .addColumn('seq', t.long, (c) => c.notNull())
    .addColumn('time', t.long, (c) => c.notNull())
    .addColumn('line', t.text, (c) => c.notNull())
    .execute()
  await schema.createIndex('audit_checkpoints_seq').on('audit_checkpoints').column('seq').execute()

  await t
    .table(schema.createTable('bans'))
    .addColumn('id', t.text, (c) => c.primaryKey().notNull())
    .addColumn('subject', t.text, (c) => c.notNull())
    .addColumn('reason', t.text, (c) => c.notNull())
    .addColumn('created_by', t.text, (c) => c.notNull())
    .addColumn('created_at', t.long, (c) => c.notNull())
    .addColumn('until', t.long)
    .execute()

  await t
    .table(schema.createTable('settings'))
    .addColumn('key', t.text, (c) => c.primaryKey().notNull())
    .addColumn('value', t.text, (c) => c.notNull())
    .execute()
}
