import type { Dialect } from 'kysely'
import type { ColumnTypes } from './migrations/migration.ts'

/** What differs between database engines; `dialects/` has one file for each that makes one. */
export interface Engine {
  /** For Kysely. Errors that come out of it are StoreErrors; no other writer comes between what a transaction reads and writes. */
  readonly dialect: Dialect
  readonly columnTypes: ColumnTypes
  /** Runs what a transaction does, so that a query that goes around it throws `query-outside-transaction`. */
  guard<T>(run: () => Promise<T>): Promise<T>
  /** Calls back after a commit of somebody else, who may be another process; also when nothing of interest changed. */
  watch(onChange: () => void): Disposable
  /** Closes the database after what was begun; all later queries throw `store-closed`. */
  close(): Promise<void>
  /** Gives up the space kept for when the disk is full; whether there was any. */
  releaseReserve(): boolean
}
