import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type DialectAdapter, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely'
import type { Engine } from '../engine.ts'
import { StoreError } from '../errors.ts'
import type { ColumnTypes } from '../migrations/migration.ts'
import { SpaceReserve } from '../space-reserve.ts'
import { SqliteDriver } from './sqlite-driver.ts'
import { corrupt, sqliteError } from './sqlite-errors.ts'

/** Milliseconds to wait for another process that holds the lock. A backup or a second writer takes far less. */
const BUSY_TIMEOUT_MS = 5000
/** Pages written before they are moved into the database, 16 MiB: that waits for the disk, and one entry touches some seven pages. */
const WAL_PAGES = 4096
/** The log of writes is cut back to this many bytes after it grew beyond. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024
/** Milliseconds between looks for commits of other processes: a twentieth of the 5 s in which a revocation must act. */
const WATCH_INTERVAL_MS = 250

export interface SqliteOptions {
  /** The database file, or `:memory:`. Its directory is made where there is none. */
  readonly path: string
  /**
   * `normal` (default): a commit survives the death of the process at any moment; a power cut may lose the last commits,
   * never more, and signed checkpoints outside the database show it. `full` also waits for the disk at each commit:
   * some milliseconds each, on the event loop of the gateway, so that every connection pays for every other's commit.
   */
  readonly synchronous?: 'normal' | 'full'
  readonly busyTimeoutMs?: number
  /** Bytes kept back on the disk for the end of what is going on when it is full; 0: none. */
  readonly reserveBytes?: number
}

/**
 * Opens a database file: its owner's alone, in WAL mode, checked for damage. Throws `permissions-too-open`,
 * `store-corrupt`, `store-unavailable`, `store-busy`.
 */
export function openSqlite(options: SqliteOptions): Engine {
  const { path, synchronous = 'normal', busyTimeoutMs = BUSY_TIMEOUT_MS, reserveBytes = 0 } = options
  const inMemory = path === ':memory:'
  if (!inMemory) ownFile(path)
  const db = open(path, synchronous, busyTimeoutMs)
  const driver = new SqliteDriver(db, busyTimeoutMs)
  const reserve = inMemory || reserveBytes === 0 ? undefined : new SpaceReserve(`${path}-reserve`, reserveBytes)
  return {
    guard: (run) => driver.guard(run),
    atOnce: (run) => driver.atOnce(run),
    dialect: {
      createAdapter: () => new Adapter(),
      createDriver: () => driver,
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    columnTypes: COLUMN_TYPES,
    watch: (onChange) => watchOthers(db, onChange),
    close: () => driver.destroy(),
    releaseReserve: () => reserve?.release() ?? false,
  }
}

const COLUMN_TYPES: ColumnTypes = {
  integer: 'integer',
  long: 'integer',
  text: 'text',
  bytes: 'blob',
  table: (builder) => builder.modifyEnd(sql`strict`),
}

/** SQLite does roll back changes of the schema; and our driver queues for its one connection by itself. */
class Adapter extends SqliteAdapter implements DialectAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }

  override get supportsMultipleConnections(): boolean {
    return true
  }
}

function open(path: string, synchronous: 'normal' | 'full', busyTimeoutMs: number): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: busyTimeoutMs })
    pragmas(db, {
      journal_mode: 'wal',
      synchronous,
      wal_autocheckpoint: WAL_PAGES,
      journal_size_limit: WAL_LIMIT_BYTES,
      trusted_schema: 'off',
    })
    const verdict = db.prepare('pragma quick_check(1)').get()
    if (verdict?.quick_check !== 'ok') throw corrupt(`the database file is damaged: ${String(verdict?.quick_check)}`)
    // From here on the driver waits for locks, without standing in the way of the event loop.
    pragmas(db, { busy_timeout: 0 })
    return db
  } catch (error) {
    if (db?.isOpen) db.close()
    throw sqliteError(error)
  }
}

function pragmas(db: DatabaseSync, values: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(values)) db.prepare(`pragma ${name} = ${value}`).all()
}

/** Makes directory and file for their owner alone, and refuses those that others could read or replace. */
function ownFile(path: string): void {
  const directory = dirname(path)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
    // A umask may only have taken away; what other programs made is looked at, not changed.
    if (statSync(path).size === 0) chmodSync(path, 0o600)
  } catch (cause) {
    throw new StoreError('store-unavailable', `${path} could not be opened`, { cause })
  }
  refuseOpen(directory, '700')
  for (const suffix of ['', '-wal', '-shm']) refuseOpen(path + suffix, '600')
}

function refuseOpen(path: string, mode: string): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || process.platform === 'win32') return
  if ((stat.mode & 0o077) !== 0)
    throw new StoreError('permissions-too-open', `others on this machine may use ${path}`, {
      hint: `chmod ${mode} ${path}`,
    })
  const user = process.geteuid?.()
  if (user !== undefined && user !== 0 && stat.uid !== user)
    throw new StoreError('permissions-too-open', `${path} belongs to another user`, { hint: `chown ${user} ${path}` })
}

/**
 * `pragma data_version` changes when another connection commits, and costs some microseconds to ask. Where it cannot be read
 * now, it is asked again: an error of the disk must not end the process, and whoever needs the store learns of it there.
 */
export function watchOthers(db: Pick<DatabaseSync, 'isOpen' | 'prepare'>, onChange: () => void): Disposable {
  const statement = db.prepare('pragma data_version')
  const version = () => statement.get()?.data_version
  let seen = version()
  const versionNow = () => {
    try {
      return version()
    } catch {
      return seen
    }
  }
  const timer = setInterval(() => {
    if (!db.isOpen) return
    const now = versionNow()
    if (now === seen) return
    seen = now
    onChange()
  }, WATCH_INTERVAL_MS)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
