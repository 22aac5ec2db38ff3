import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { watchOthers } from './sqlite.ts'

test('a disk that fails for a while neither ends the process nor hides what others committed', {
  timeout: 60_000,
}, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-watch-'))
  t.after(() => rm(directory, { recursive: true }))
  using db = new DatabaseSync(join(directory, 'db'))
  db.exec('pragma journal_mode = wal; create table notes (text)')
  let healthy = true
  let failures = 0
  const failed = Promise.withResolvers<void>()
  // The real database, whose reads fail as those of SQLite do.
  const flaky: Pick<DatabaseSync, 'isOpen' | 'prepare'> = {
    isOpen: true,
    prepare(query) {
      const statement = db.prepare(query)
      const get = statement.get.bind(statement)
      return Object.assign(statement, {
        get() {
          if (healthy) return get()
          if (++failures === 2) failed.resolve()
          throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
        },
      })
    },
  }
  const told = Promise.withResolvers<void>()
  // Keeps the process alive, which the watch alone does not.
  const alive = setInterval(() => {}, 1000)
  t.after(() => clearInterval(alive))
  using _watch = watchOthers(flaky, () => told.resolve())
  healthy = false
  using other = new DatabaseSync(join(directory, 'db'))
  other.exec("insert into notes values ('from elsewhere')")
  await failed.promise
  healthy = true
  await told.promise
})
