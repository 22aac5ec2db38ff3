import { type Kysely, sql } from 'kysely'
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration'
import { StoreError } from './errors.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { ColumnTypes } from './migrations/migration.ts'

/** Brings the schema to this version, all steps in one transaction; throws `schema-from-the-future` before touching anything. */
export async function migrate(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const unknown = (await appliedMigrations(db)).filter((name) => !Object.hasOwn(MIGRATIONS, name))
  if (unknown.length > 0) {
    throw new StoreError(
      'schema-from-the-future',
      `a newer version wrote this store: it has migration ${unknown.join(', ')}`,
      {
        hint: 'run the version that last used this state directory, or a newer one',
      },
    )
  }
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, up]) => [name, { up: (tx: Kysely<unknown>) => up(tx, types) }]),
  )
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  if (error instanceof StoreError) throw error
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName ?? 'the schema'
  throw new StoreError('query-failed', `migration ${failed} failed`, { cause: error })
}

async function appliedMigrations(db: Kysely<unknown>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db)
  return rows.map(({ name }) => name)
}
