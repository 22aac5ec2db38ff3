import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

interface SessionRow {
  readonly id: string
  readonly factors: string
}

/** Makes everybody who is signed in to a gateway have proved themselves longer ago: by `ms` milliseconds. */
export function ageSignIns(stateDirectory: string, ms: number): void {
  using database = new DatabaseSync(join(stateDirectory, 'sallyport.db'), { timeout: 10_000 })
  const rows = database.prepare('select id, factors from web_sessions').all() as unknown as SessionRow[]
  const change = database.prepare('update web_sessions set factors = ? where id = ?')
  for (const { id, factors } of rows) {
    const shown = JSON.parse(factors) as { readonly factor: string; readonly at: number }[]
    change.run(JSON.stringify(shown.map(({ factor, at }) => ({ factor, at: at - ms }))), id)
  }
}
