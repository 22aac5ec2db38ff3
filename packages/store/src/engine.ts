import type { CompiledQuery, Dialect } from 'kysely'
import type { ColumnTypes } from './migrations/migration.ts'

/** Runs one query at once and gives its rows. */
export type RunQuery = <R>(query: CompiledQuery<R>) => readonly R[]

/** What differs between database engines; `dialects/` has one file for each that makes one. */
export interface Engine {
  /** For Kysely. Errors that come out of it are StoreErrors; no other writer comes between what a transaction reads and writes. */
  readonly dialect: Dialect
  readonly columnTypes: ColumnTypes
  /** Runs what a transaction does, so that a query that goes around it throws `query-outside-transaction`. */
  guard<T>(run: () => Promise<T>): Promise<T>
  /**
   * Runs queries in a transaction of their own with no turn of the event loop between them: for what every connection waits
   * for. What `run` throws rolls back and is thrown. Undefined where the engine has to wait for each answer.
   */
  readonly atOnce?: <T>(run: (query: RunQuery) => T) => Promise<T>
  /** Calls back after a commit of somebody else, who may be another process; also when nothing of interest changed. */
  watch(onChange: () => void): Disposable
  /** Closes the database after what was begun; all later queries throw `store-closed`. */
  close(): Promise<void>
  /** Gives up the space kept for when the disk is full; whether there was any. */
  releaseReserve(): boolean
}
