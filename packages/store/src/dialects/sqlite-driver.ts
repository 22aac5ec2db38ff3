import { AsyncLocalStorage } from 'node:async_hooks'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import type { RunQuery } from '../engine.ts'
import { StoreError } from '../errors.ts'
import { isBusy, sqliteError } from './sqlite-errors.ts'

/** Statements kept prepared: the product has some sixty, lists of varying length make more. */
const STATEMENT_CACHE = 200
/** Milliseconds between tries while another process holds the lock; the event loop runs meanwhile. */
const BUSY_POLL_MS = 10

interface Prepared {
  readonly statement: StatementSync
  /** Whether it gives rows. */
  readonly reader: boolean
}

/**
 * Kysely's driver over one connection of node:sqlite.
 *
 * Queries are synchronous inside; a transaction holds the connection until it ends, and others queue for it. So a query
 * on the store itself inside a transaction would wait for itself for ever: it throws `query-outside-transaction` instead.
 *
 * INVARIANT: transactions begin `immediate`, so what one reads cannot be changed by another process before it writes.
 */
export class SqliteDriver implements Driver {
  readonly #db: DatabaseSync
  readonly #connection: SqliteConnection
  readonly #transaction = new AsyncLocalStorage<{ open: boolean }>()
  /** Those who wait for the connection, in order; undefined while it is free. */
  #queue: (() => void)[] | undefined

  /** `busyTimeoutMs`: how long to wait for another process before `store-busy`. */
  constructor(db: DatabaseSync, busyTimeoutMs: number) {
    this.#db = db
    this.#connection = new SqliteConnection(db, busyTimeoutMs)
  }

  async init(): Promise<void> {}

  /** Runs what a transaction does, so that queries that go around it are noticed. */
  async guard<T>(run: () => Promise<T>): Promise<T> {
    const transaction = { open: true }
    try {
      return await this.#transaction.run(transaction, run)
    } finally {
      transaction.open = false
    }
  }

  /** See `Engine.atOnce`. */
  async atOnce<T>(run: (query: RunQuery) => T): Promise<T> {
    const connection = await this.#acquire()
    try {
      return await connection.atOnce(run)
    } finally {
      await this.releaseConnection()
    }
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return this.#acquire()
  }

  async #acquire(): Promise<SqliteConnection> {
    if (this.#transaction.getStore()?.open === true) {
      throw new StoreError('query-outside-transaction', 'a query inside a transaction went around it')
    }
    if (this.#queue === undefined) {
      this.#queue = []
    } else {
      const queue = this.#queue
      await new Promise<void>((resolve) => queue.push(resolve))
    }
    if (this.#db.isOpen) return this.#connection
    await this.releaseConnection()
    throw new StoreError('store-closed', 'the store is closed')
  }

  async releaseConnection(): Promise<void> {
    const next = this.#queue?.shift()
    if (next === undefined) this.#queue = undefined
    else next()
  }

  async beginTransaction(): Promise<void> {
    await this.#connection.executeQuery(BEGIN)
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.executeQuery(COMMIT)
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk or a failed write rolls back by itself.
    if (this.#db.isTransaction) await this.#connection.executeQuery(ROLLBACK)
  }

  /** Waits for what was begun before. */
  async destroy(): Promise<void> {
    if (!this.#db.isOpen) return
    await this.acquireConnection()
    this.#connection.forget()
    this.#db.close()
    await this.releaseConnection()
  }
}

const BEGIN = CompiledQuery.raw('begin immediate')
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync
  readonly #busyTimeoutMs: number
  /** In the order of last use. */
  readonly #prepared = new Map<string, Prepared>()

  constructor(db: DatabaseSync, busyTimeoutMs: number) {
    this.#db = db
    this.#busyTimeoutMs = busyTimeoutMs
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const deadline = performance.now() + this.#busyTimeoutMs
    for (;;) {
      try {
        return this.#run<R>(query)
      } catch (error) {
        // Inside a transaction the lock is ours, and trying again could not be told from doing it twice.
        if (!isBusy(error) || this.#db.isTransaction || performance.now() >= deadline) throw sqliteError(error)
      }
      await sleep(BUSY_POLL_MS)
    }
  }

  async atOnce<T>(run: (query: RunQuery) => T): Promise<T> {
    await this.executeQuery(BEGIN)
    try {
      const result = run((query) => this.#once(query).rows)
      this.#once(COMMIT)
      return result
    } catch (error) {
      // A full disk or a failed write rolls back by itself.
      if (this.#db.isTransaction) this.#once(ROLLBACK)
      throw error
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    try {
      for (const row of this.#prepare(query.sql).statement.iterate(...parametersOf(query))) yield { rows: [row as R] }
    } catch (error) {
      throw sqliteError(error)
    }
  }

  forget(): void {
    this.#prepared.clear()
  }

  /** As `executeQuery` within a transaction, where there is nobody to wait for. */
  #once<R>(query: CompiledQuery<R>): QueryResult<R> {
    try {
      return this.#run<R>(query)
    } catch (error) {
      throw sqliteError(error)
    }
  }

  #run<R>(query: CompiledQuery): QueryResult<R> {
    const { statement, reader } = this.#prepare(query.sql)
    if (reader) return { rows: statement.all(...parametersOf(query)) as R[] }
    const { changes, lastInsertRowid } = statement.run(...parametersOf(query))
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, known)
      return known
    }
    const statement = this.#db.prepare(sql)
    const prepared = { statement, reader: statement.columns().length > 0 }
    this.#prepared.set(sql, prepared)
    if (this.#prepared.size > STATEMENT_CACHE) {
      const oldest = this.#prepared.keys().next().value
      if (oldest !== undefined) this.#prepared.delete(oldest)
    }
    return prepared
  }
}

function parametersOf({ parameters }: CompiledQuery): SQLInputValue[] {
  return parameters.map((value) => {
    if (typeof value === 'boolean') return value ? 1 : 0
    return (value ?? null) as SQLInputValue
  })
}
