import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AuditEntryQuery } from './audit-entries.ts'
import { listsOf, matching } from './audit-match.ts'
import { type Bucketing, bucketing } from './bucketing.ts'
import type { Session } from './session.ts'

/** What is counted. */
export interface AuditSubset extends Omit<AuditEntryQuery, 'before' | 'limit'> {
  readonly signal?: AbortSignal
}

export interface AuditCountQuery extends AuditSubset {
  /** Types that are counted apart in each bucket. */
  readonly marked: readonly string[]
  /** Buckets at most. */
  readonly buckets: number
  /** Of the clock that buckets begin by: milliseconds east of UTC. */
  readonly offsetMs: number
}

/** How often a value comes. */
export interface ValueCount {
  readonly value: string
  readonly count: number
}

export interface AuditCounts {
  readonly total: number
  /** False: only the newest were counted, and `from` is the oldest of them. */
  readonly complete: boolean
  /** Milliseconds since the epoch; the first bucket may begin before. */
  readonly from: number
  /** The end, which is not counted. */
  readonly to: number
  readonly bucketMs: number
  /** When the first bucket begins. */
  readonly start: number
  readonly buckets: readonly { readonly count: number; readonly marked: number }[]
  /** The most frequent first. */
  readonly types: readonly ValueCount[]
  readonly actors: readonly ValueCount[]
  readonly targets: readonly ValueCount[]
}

/** Entries that fit and are counted one by one: a tenth of a second or two. */
const COUNTED_MAX = 100_000
/** Entries whose text is looked at: half a second. */
const READ_MAX = 200_000
/** Entries in a span that are sooner read than asked of the indexes, value for value. */
const SHORT = 50_000
/** Different values of a column that are counted. */
const VALUES_MAX = 5000
/** Entries of an index that one query steps over: a few milliseconds. */
const STEP = 50_000
/** Entries among which one query looks for those that fit, to begin with and at most. */
const WINDOW = 4000
const WINDOW_MAX = 250_000
/** Entries among which one query looks for a text: some 10 ms. */
const TEXT_WINDOW = 10_000
/** Milliseconds of work after which others get their turn. */
const SLICE_MS = 10

export type AuditColumn = 'type' | 'actor' | 'target'

/** Entries from one on and before another. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/**
 * How many entries fit a query, when, and of what. Without a filter but time, however many there are, over indexes
 * alone; with filters, over the newest `COUNTED_MAX` that fit, or some more.
 *
 * Times are found by bisection of the log: where the clock went back, entries count where they stand.
 */
export class AuditCounter {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Rejects with the signal's reason. */
  async count(query: AuditCountQuery): Promise<AuditCounts> {
    const turn = new Turn(query.signal)
    const stretch = await this.#stretch(query, turn)
    if (stretch === undefined) return none(query, this.#session.now())
    const { from, to } = stretch
    return isIndexed(query, stretch) ? this.#byIndex(query, from, to, turn) : this.#oneByOne(query, from, to, turn)
  }

  /**
   * How often each value of a column comes among the entries that fit, the most frequent first; among the newest where more
   * fit than are counted one by one. Rejects with the signal's reason.
   */
  async values(column: AuditColumn, query: AuditSubset): Promise<readonly ValueCount[]> {
    const turn = new Turn(query.signal)
    const stretch = await this.#stretch(query, turn)
    if (stretch === undefined) return []
    if (isIndexed(query, stretch)) return this.#values(column, stretch.from, stretch.to, turn)
    const tally = new Tally()
    await this.#walk(query, stretch.from, stretch.to, turn, (entry) => tally.add(entry[column]))
    return tally.counts()
  }

  /** Where the entries stand among which some may fit; undefined where none can. */
  async #stretch(query: AuditSubset, turn: Turn): Promise<Stretch | undefined> {
    const first = await this.#edge('asc')
    const last = await this.#edge('desc')
    const { since, until } = query
    if (first === undefined || last === undefined || listsOf(query).some(({ length }) => length === 0)) return undefined
    const from = since === undefined ? first.seq : await this.#firstAt(since, first.seq, last.seq + 1, turn)
    const to = until === undefined ? last.seq + 1 : await this.#firstAt(until, from, last.seq + 1, turn)
    return from < to ? { from, to } : undefined
  }

  /** Over indexes: an entry costs some 30 ns for each column. */
  async #byIndex(query: AuditCountQuery, from: number, to: number, turn: Turn): Promise<AuditCounts> {
    const span = {
      from: query.since ?? (await this.#timeOf(from)),
      to: query.until ?? (query.since === undefined ? (await this.#timeOf(to - 1)) + 1 : this.#session.now() + 1),
    }
    const frame = bucketing(span, query)
    const bounds = await this.#bounds(frame, from, to, turn)
    const counts = bounds.slice(1).map((end, index) => ({ count: end - (bounds[index] ?? end), marked: 0 }))
    const types = await this.#values('type', from, to, turn)
    for (const { value } of types.filter((type) => query.marked.includes(type.value)))
      for (const [index, bucket] of counts.entries()) {
        if (bucket.count === 0) continue
        bucket.marked += await this.#range('type', value, bounds[index] ?? to, bounds[index + 1] ?? to, turn)
      }
    return {
      total: to - from,
      complete: true,
      ...span,
      ...frame,
      buckets: counts,
      types,
      actors: await this.#values('actor', from, to, turn),
      targets: await this.#values('target', from, to, turn),
    }
  }

  /** Over the entries that fit, the newest first. */
  async #oneByOne(query: AuditCountQuery, from: number, to: number, turn: Turn): Promise<AuditCounts> {
    const { marked } = query
    const tallies = { type: new Tally(), actor: new Tally(), target: new Tally() }
    const times: number[] = []
    const markedTimes: number[] = []
    const complete = await this.#walk(query, from, to, turn, ({ time, type, actor, target }) => {
      times.push(time)
      if (marked.includes(type)) markedTimes.push(time)
      tallies.type.add(type)
      tallies.actor.add(actor)
      tallies.target.add(target)
    })
    const [oldest = this.#session.now(), newest = oldest] = edges(times)
    const span = {
      from: complete ? (query.since ?? oldest) : oldest,
      to: query.until ?? (query.since === undefined ? newest + 1 : this.#session.now() + 1),
    }
    const frame = bucketing(span, query)
    const buckets = Array.from({ length: frame.length }, () => ({ count: 0, marked: 0 }))
    for (const time of times) bucketAt(buckets, frame, time).count++
    for (const time of markedTimes) bucketAt(buckets, frame, time).marked++
    return {
      total: times.length,
      complete,
      ...span,
      ...frame,
      buckets,
      types: tallies.type.counts(),
      actors: tallies.actor.counts(),
      targets: tallies.target.counts(),
    }
  }

  /** Calls back with each entry that fits, the newest first, up to a bound; true: that were all. */
  async #walk(
    query: AuditSubset,
    from: number,
    to: number,
    turn: Turn,
    visit: (entry: {
      readonly time: number
      readonly type: string
      readonly actor: string
      readonly target: string | null
    }) => void,
  ): Promise<boolean> {
    const { text } = query
    let found = 0
    let window = text === undefined ? WINDOW : TEXT_WINDOW
    let before = to
    const end = text === undefined ? from : Math.max(from, to - READ_MAX)
    while (before > end && found < COUNTED_MAX) {
      const start = Math.max(before - window, from)
      const rows = await matching(this.#session.db, query, start, before)
        .select(['time', 'type', 'actor', 'target'])
        .execute()
      for (const entry of rows) visit(entry)
      found += rows.length
      before = start
      // As many at once as a slice takes, however rare or frequent they are.
      if (text === undefined && rows.length < WINDOW / 8) window = Math.min(window * 2, WINDOW_MAX)
      else if (text === undefined && rows.length > WINDOW) window = Math.max(WINDOW, Math.ceil(window / 2))
      await turn.taken()
    }
    return before <= from
  }

  #edge(order: 'asc' | 'desc'): Promise<{ seq: number; time: number } | undefined> {
    const { db } = this.#session
    return db.selectFrom('audit_entries').select(['seq', 'time']).orderBy('seq', order).limit(1).executeTakeFirst()
  }

  /** Of the entry, or the one after it. */
  async #timeOf(seq: number): Promise<number> {
    const { db } = this.#session
    const entry = await db
      .selectFrom('audit_entries')
      .select('time')
      .where('seq', '>=', seq)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst()
    return entry?.time ?? Number.POSITIVE_INFINITY
  }

  /** The first entry between two that is not before a time; the end where all are. */
  async #firstAt(time: number, from: number, to: number, turn: Turn): Promise<number> {
    let [low, high] = [from, to]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((await this.#timeOf(middle)) >= time) high = middle
      else low = middle + 1
    }
    await turn.taken()
    return low
  }

  /** Where the buckets begin and the last one ends, as entries. */
  async #bounds(frame: Bucketing, from: number, to: number, turn: Turn): Promise<number[]> {
    const bounds = [from]
    for (let index = 1; index < frame.length; index++)
      bounds.push(await this.#firstAt(frame.start + index * frame.bucketMs, bounds.at(-1) ?? from, to, turn))
    return [...bounds, to]
  }

  /** Values of a column between two entries, one step of its index each. */
  async #values(column: AuditColumn, from: number, to: number, turn: Turn): Promise<readonly ValueCount[]> {
    const found: ValueCount[] = []
    let after: string | undefined
    for (let looked = 0; looked < VALUES_MAX; looked++) {
      let next = this.#session.db.selectFrom('audit_entries').select(`${column} as value`).where(column, 'is not', null)
      if (after !== undefined) next = next.where(column, '>', after)
      const value = (await next.orderBy(column).limit(1).executeTakeFirst())?.value
      if (value === undefined || value === null) break
      const count = await this.#range(column, value, from, to, turn)
      if (count > 0) found.push({ value, count })
      after = value
    }
    return found.sort(byCount)
  }

  /** How many entries between two have a value. */
  async #range(column: AuditColumn, value: string, from: number, to: number, turn: Turn): Promise<number> {
    let count = 0
    for (let start = from; start < to; ) {
      const { n, last } = await this.#session.db
        .selectFrom((builder) =>
          builder
            .selectFrom('audit_entries')
            .select('seq')
            .where(column, '=', value)
            .where('seq', '>=', start)
            .where('seq', '<', to)
            .orderBy('seq')
            .limit(STEP)
            .as('step'),
        )
        .select(({ fn }) => [fn.countAll<number>().as('n'), fn.max('seq').as('last')])
        .executeTakeFirstOrThrow()
      count += n
      await turn.taken()
      if (n < STEP) break
      start = last + 1
    }
    return count
  }
}

/** Whether indexes alone tell it: nothing but time filters, and the stretch is long. */
function isIndexed(query: AuditSubset, { from, to }: Stretch): boolean {
  return query.text === undefined && listsOf(query).length === 0 && to - from > SHORT
}

function none({ since, until, ...query }: AuditCountQuery, now: number): AuditCounts {
  const from = since ?? now
  const span = { from, to: Math.max(until ?? now, from) }
  const nothing = { types: [], actors: [], targets: [] }
  return { total: 0, complete: true, ...span, ...bucketing(span, query), buckets: [], ...nothing }
}

function bucketAt<Bucket>(buckets: readonly Bucket[], { start, bucketMs }: Bucketing, time: number): Bucket {
  const index = Math.min(Math.max(Math.floor((time - start) / bucketMs), 0), buckets.length - 1)
  const bucket = buckets[index]
  if (bucket === undefined) throw new Error('unreachable: no bucket')
  return bucket
}

function edges(times: readonly number[]): readonly [number, number] | readonly [] {
  const [first] = times
  if (first === undefined) return []
  let [low, high] = [first, first]
  for (const time of times) [low, high] = [Math.min(low, time), Math.max(high, time)]
  return [low, high]
}

function byCount(a: ValueCount, b: ValueCount): number {
  return b.count - a.count || (a.value < b.value ? -1 : 1)
}

class Tally {
  readonly #counts = new Map<string, number>()

  /** Counts a value; nothing is none. */
  add(value: string | null): void {
    if (value === null) return
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
  }

  counts(): readonly ValueCount[] {
    return [...this.#counts].map(([value, count]) => ({ value, count })).sort(byCount)
  }
}

/** Work of one query, which others wait for no longer than a slice. */
class Turn {
  readonly #signal: AbortSignal | undefined
  #until = performance.now() + SLICE_MS

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
  }

  /** To be called between steps. Rejects with the signal's reason. */
  async taken(): Promise<void> {
    this.#signal?.throwIfAborted()
    if (performance.now() < this.#until) return
    await nextTurn()
    this.#until = performance.now() + SLICE_MS
  }
}
