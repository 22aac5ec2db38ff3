import { setImmediate as nextTurn } from 'node:timers/promises'
import { type CompiledQuery, type Selectable, sql } from 'kysely'
import { listsOf, matching } from './audit-match.ts'
import { StoreError } from './errors.ts'
import type { AuditEntriesTable } from './schema.ts'
import type { Session } from './session.ts'

export type AuditEntryRow = Readonly<Selectable<AuditEntriesTable>>

export interface AuditEntryQuery {
  /** Any of these; none of them fits an empty list. So with the other lists. */
  readonly types?: readonly string[] | undefined
  readonly actors?: readonly string[] | undefined
  readonly targets?: readonly string[] | undefined
  readonly sources?: readonly string[] | undefined
  readonly sessions?: readonly string[] | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
  readonly text?: string | undefined
  readonly before?: number | undefined
  readonly limit?: number | undefined
}

/** Entries on a page when none is asked for, and at most. */
const PAGE_DEFAULT = 100
const PAGE_MAX = 1000
/** Entries looked at in one turn of the event loop when no index helps: some 10 ms. */
const WINDOW = 10_000

const COLUMNS = ['seq', 'time', 'type', 'actor', 'session', 'source', 'target', 'line', 'hash'] as const

interface Tail {
  readonly seq: number
  readonly hash: string
}

/** The audit log's entries. What they say and how they are chained is the log's business. */
export class AuditEntries {
  readonly #session: Session
  /** The two queries of every append, compiled once: together they are most of what a connection costs here. */
  #tailQuery: CompiledQuery<Tail> | undefined
  #insertQuery: CompiledQuery | undefined

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Adds what `build` makes of the last entry, in one transaction that no other writer can come between. When the disk
   * is full, `essential` entries are written into the space kept back for them.
   */
  async append(
    build: (tail: Tail | undefined) => readonly AuditEntryRow[],
    { essential = false }: { readonly essential?: boolean } = {},
  ): Promise<void> {
    try {
      await this.#append(build)
    } catch (error) {
      const full = error instanceof StoreError && error.code === 'disk-full'
      if (!full || !essential || !this.#session.releaseReserve()) throw error
      await this.#append(build)
    }
  }

  async tail(): Promise<Tail | undefined> {
    return this.#tail(this.#session)
  }

  /** Entries from `from` on, in order, at most `limit`. */
  read(from: number, limit: number): Promise<readonly AuditEntryRow[]> {
    return this.#session.db
      .selectFrom('audit_entries')
      .select(COLUMNS)
      .where('seq', '>=', from)
      .orderBy('seq')
      .limit(limit)
      .execute()
  }

  /** A page, newest first; `next` is the `before` of the page after it. */
  async search(query: AuditEntryQuery): Promise<{ entries: readonly AuditEntryRow[]; next: number | undefined }> {
    const limit = Math.min(Math.max(query.limit ?? PAGE_DEFAULT, 1), PAGE_MAX)
    const lists = listsOf(query)
    const indexed = lists.length > 0
    if (lists.some(({ length }) => length === 0)) return { entries: [], next: undefined }
    const found: AuditEntryRow[] = []
    let before = query.before ?? ((await this.tail())?.seq ?? 0) + 1
    while (before > 1 && found.length < limit) {
      const from = indexed && query.text === undefined ? 1 : Math.max(before - WINDOW, 1)
      found.push(...(await this.#window(query, from, before, limit - found.length)))
      before = from
      if (before > 1) await nextTurn()
    }
    const last = found.at(-1)
    return { entries: found, next: found.length === limit && last !== undefined && last.seq > 1 ? last.seq : undefined }
  }

  /** Calls back after entries were added, here or by another process; may call when none were. */
  subscribe(listener: () => void): Disposable {
    return this.#session.subscribe(['audit-entries'], listener)
  }

  async #append(build: (tail: Tail | undefined) => readonly AuditEntryRow[]): Promise<void> {
    const { atOnce } = this.#session
    if (atOnce === undefined) return this.#appendInTurns(build)
    await atOnce((query) => {
      for (const entry of build(query(this.#tailOf(this.#session))[0])) query(this.#insertOf(this.#session, entry))
    })
    this.#session.changed('audit-entries')
  }

  /** In a transaction of somebody else, or over an engine whose answers take time. */
  async #appendInTurns(build: (tail: Tail | undefined) => readonly AuditEntryRow[]): Promise<void> {
    await this.#session.transaction(async (tx) => {
      for (const entry of build(await this.#tail(tx))) await tx.db.executeQuery(this.#insertOf(tx, entry))
      tx.changed('audit-entries')
    })
  }

  async #tail(session: Session): Promise<Tail | undefined> {
    const { rows } = await session.db.executeQuery(this.#tailOf(session))
    return rows[0]
  }

  #tailOf({ db }: Session): CompiledQuery<Tail> {
    // A limit that is a parameter would make SQLite plan the query anew each time.
    this.#tailQuery ??= db
      .selectFrom('audit_entries')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(sql.lit(1))
      .compile()
    return this.#tailQuery
  }

  #insertOf({ db }: Session, entry: AuditEntryRow): CompiledQuery {
    if (this.#insertQuery === undefined) {
      // Compiled from this very entry, so its parameters come in the order of COLUMNS.
      const columns = Object.fromEntries(COLUMNS.map((name) => [name, entry[name]])) as unknown as AuditEntryRow
      this.#insertQuery = db.insertInto('audit_entries').values(columns).compile()
    }
    return { ...this.#insertQuery, parameters: COLUMNS.map((name) => entry[name]) }
  }

  #window(query: AuditEntryQuery, from: number, before: number, limit: number): Promise<AuditEntryRow[]> {
    return matching(this.#session.db, query, from, before).select(COLUMNS).orderBy('seq', 'desc').limit(limit).execute()
  }
}
