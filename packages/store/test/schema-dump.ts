/** Writes schema.sqlite.sql, where the migrations arrive (`--write`); a test holds the two against each other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '@sallyport/store'

export const SCHEMA_FILE = new URL('../schema.sqlite.sql', import.meta.url)

/** The schema of a new store, without the tables of the migrator. */
export async function schemaDump(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-schema-'))
  try {
    const path = join(directory, 'sallyport.sqlite')
    await (await openStore({ path, reserveBytes: 0 })).close()
    using db = new DatabaseSync(path, { readOnly: true })
    const rows = db
      .prepare(
        `select sql from sqlite_schema where sql is not null and tbl_name not like 'kysely%' and name not like 'sqlite%'
         order by tbl_name, type desc, name`,
      )
      .all()
    const statements = rows.map(({ sql }) =>
      String(sql).replace(
        /^(create table \S+) \((.*)\) strict$/i,
        (_, head, body: string) => `${head} (\n  ${body.replaceAll(', "', ',\n  "')}\n) strict`,
      ),
    )
    return `-- Where the migrations arrive. Made by \`node packages/store/test/schema-dump.ts --write\`.\n\n${statements.join(';\n\n')};\n`
  } finally {
    rmSync(directory, { recursive: true })
  }
}

if (import.meta.main && process.argv.includes('--write')) writeFileSync(SCHEMA_FILE, await schemaDump())
