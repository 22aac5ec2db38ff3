import { type Clock, systemClock } from '@sallyport/wire'
import type { VerifyReport } from './chain-verifier.ts'
import { type Checkpoint, checkCheckpoint, decodeCheckpoint, encodeCheckpoint, signCheckpoint } from './checkpoint.ts'
import { AuditError } from './errors.ts'
import type { AuditEvent } from './event.ts'
import { decodeLine, encodeLine, GENESIS_HASH, hashLine, type PreparedEvent, prepareEvent } from './line.ts'
import type {
  AuditCheckpointStore,
  AuditEntryStore,
  AuditPage,
  AuditQuery,
  CheckpointAnchor,
  CheckpointSigner,
  LogTail,
  Scheduler,
  StoredEntry,
} from './ports.ts'
import { readEntries, STORE_PAGE } from './read-entries.ts'
import { rollbackReach } from './rollback-reach.ts'
import { systemScheduler } from './system-scheduler.ts'
import { verifyLog } from './verify-log.ts'

/** Entries in one transaction: some tens of milliseconds of work, so that others get their turn. */
const MAX_BATCH = 500
/** Events waiting for the store: about a second of its work. More wait only when it stands still, and then refusing is right. */
export const MAX_WAITING = 10_000
/**
 * Milliseconds that an event which may wait does so at most: a commit costs some 0.3 ms of CPU, and a connection has three
 * such events beside its two decisions. What a dying process loses of it, its restart shows as a crash.
 */
export const WAIT_MS = 100
/** Entries after which a checkpoint is made without waiting for the time. */
export const CHECKPOINT_EVERY = 1000
/** Milliseconds that an entry waits for its checkpoint at most. */
export const CHECKPOINT_INTERVAL_MS = 60_000

export interface AuditLogOptions {
  readonly entries: AuditEntryStore
  readonly checkpoints: AuditCheckpointStore
  readonly anchor: CheckpointAnchor
  readonly signer: CheckpointSigner
  /** Public keys that signed before this signer's: raw, 32 bytes each. */
  readonly formerKeys?: readonly Uint8Array[]
  readonly clock?: Clock
  readonly scheduler?: Scheduler
  /** Entries between checkpoints. */
  readonly checkpointEvery?: number
  /** Milliseconds between checkpoints while entries come. */
  readonly checkpointIntervalMs?: number
  /**
   * Who accepts that the store lacks entries which a checkpoint outside vouches for, e.g. because a backup was restored.
   * Without it `open` throws `log-behind-checkpoint`.
   */
  readonly acceptRollback?: string
  /** Told when a checkpoint could not be made; it is tried again with the next one due. */
  readonly onCheckpointFailure?: (error: unknown) => void
}

/** Where an event ended up. */
export interface Appended {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly time: number
}

interface Waiting {
  readonly event: PreparedEvent
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: AuditError) => void
}

/**
 * The append-only log.
 *
 * INVARIANT: `append` resolves after the entry is committed, so what waits for it never runs ahead of its record.
 * INVARIANT: an entry's place is decided inside the store's transaction, so several processes may append to one log.
 * INVARIANT: a checkpoint is signed only over entries that were seen to follow the one signed before.
 */
export class AuditLog implements AsyncDisposable {
  readonly #options: AuditLogOptions
  readonly #clock: Clock
  readonly #scheduler: Scheduler
  #waiting: Waiting[] = []
  #flushing: Promise<void> | undefined
  /** Runs while all that waits may do so. */
  #soon: Disposable | undefined
  /** The last entry a checkpoint of ours vouches for. */
  #vouched: LogTail
  /** Checkpoints are made one behind the other. */
  #checkpointing: Promise<unknown> = Promise.resolve()
  #sinceCheckpoint = 0
  #timer: Disposable | undefined
  #closed = false

  private constructor(options: AuditLogOptions, vouched: LogTail) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#scheduler = options.scheduler ?? systemScheduler
    this.#vouched = vouched
  }

  /**
   * Opens the log in the store, and compares it with the newest checkpoints inside and outside.
   * Throws `log-behind-checkpoint` where it lacks what one vouches for, unless `acceptRollback` is given, and
   * `log-broken` where it has something else in its place.
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const standing = await compareWithCheckpoints(options)
    const log = new AuditLog(options, standing.vouched)
    if (standing.contradicted !== undefined) {
      const { seq, hash } = standing.contradicted
      const { contradictedUntil: until } = standing
      if (standing.end >= seq)
        throw new AuditError('log-broken', `audit entry ${seq} or one before it is not what a checkpoint vouches for`)
      if (options.acceptRollback === undefined) {
        throw new AuditError(
          'log-behind-checkpoint',
          `the audit log ends at entry ${standing.end}; a checkpoint outside the store vouches for entry ${seq}`,
        )
      }
      const from = standing.end + 1
      const accepted = { type: 'audit-rollback-accepted', actor: options.acceptRollback, from, to: seq, hash } as const
      await log.append(until > log.#clock.now() ? { ...accepted, until } : accepted)
      await log.checkpoint()
    } else if (standing.end > standing.vouched.seq) {
      log.#checkpointDue(standing.end - standing.vouched.seq)
    }
    return log
  }

  /**
   * Writes an event down; resolves when it is committed, at once or, for types that may wait (see the event table), after
   * `WAIT_MS` at most. Entries stand in the order of the calls. Rejects with `event-invalid`, `log-closed`, `log-overloaded`,
   * `disk-full` or `append-failed`, and then it is not in the log and what it speaks of must not happen.
   */
  async append(event: AuditEvent): Promise<Appended> {
    const prepared = prepareEvent(event)
    if (this.#closed) throw new AuditError('log-closed', 'the audit log is closed')
    if (this.#waiting.length >= MAX_WAITING)
      throw new AuditError('log-overloaded', 'too many events wait for the audit log')
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event: prepared, resolve, reject })
      if (!prepared.mayWait || this.#waiting.length >= MAX_BATCH) this.#flushNow()
      else if (this.#flushing === undefined) this.#soon ??= this.#scheduler.after(WAIT_MS, () => this.#flushNow())
    })
  }

  /**
   * Runs a change of the store and writes down what it tells of itself, in one transaction: the store has both then, or
   * neither. `record` takes events that are written last. Rejects with what `run` and the transaction throw, and as `append`
   * does. Do not wait for this log inside: it waits for the transaction.
   */
  async together<Tx extends { readonly auditEntries: Pick<AuditEntryStore, 'append'> }, T>(
    store: { transaction<R>(run: (tx: Tx) => Promise<R>): Promise<R> },
    run: (tx: Tx, record: (event: AuditEvent) => void) => Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw new AuditError('log-closed', 'the audit log is closed')
    // What was told before stands before.
    await this.#settled()
    let added = 0
    const result = await store.transaction(async (tx) => {
      const events: { readonly event: PreparedEvent }[] = []
      const done = await run(tx, (event) => void events.push({ event: prepareEvent(event) }))
      added = events.length
      if (added > 0) {
        await tx.auditEntries
          .append((tail) => chain(tail, events, this.#clock.now()))
          .catch((cause: unknown) => Promise.reject(appendError(cause)))
      }
      return done
    })
    if (added > 0) this.#checkpointDue(added)
    return result
  }

  /** Entries by what they say, newest first, in pages; those appended before are among them. */
  async search(query: AuditQuery): Promise<AuditPage> {
    await this.#settled()
    return this.#options.entries.search(query)
  }

  /** Entries from `from` on (default: those to come), for as long as the signal lets; ends when it aborts. */
  async *tail({ from, signal }: { readonly from?: number; readonly signal: AbortSignal }): AsyncGenerator<StoredEntry> {
    await this.#settled()
    let next = from ?? ((await this.#options.entries.tail())?.seq ?? 0) + 1
    let wake: (() => void) | undefined
    let changed = true
    const notice = () => {
      changed = true
      wake?.()
    }
    using _subscription = this.#options.entries.subscribe(notice)
    signal.addEventListener('abort', notice, { once: true })
    try {
      while (!signal.aborted) {
        changed = false
        const page = await this.#options.entries.read(next, STORE_PAGE)
        for (const entry of page) {
          if (signal.aborted) return
          yield entry
          next = entry.seq + 1
        }
        if (page.length > 0 || changed) continue
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = undefined
      }
    } finally {
      signal.removeEventListener('abort', notice)
    }
  }

  /**
   * The log as lines to keep elsewhere, without line feeds: entries in order, each checkpoint behind its entry.
   * `verifyExport` reads them back. A checkpoint is made first, so that the last entry is vouched for.
   */
  async *export({
    from = 1,
    to,
    signal,
  }: {
    readonly from?: number
    readonly to?: number
    readonly signal?: AbortSignal
  } = {}): AsyncGenerator<string> {
    await this.checkpoint()
    const end = Math.min(to ?? Number.MAX_SAFE_INTEGER, (await this.#options.entries.tail())?.seq ?? 0)
    let checkpoints: { readonly seq: number; readonly line: string }[] = []
    let checkpointsFrom = from
    for await (const entry of this.#entries(from, end, signal)) {
      yield entry.line
      if (checkpoints.length === 0 && checkpointsFrom <= end) {
        checkpoints = [...(await this.#options.checkpoints.read(checkpointsFrom, STORE_PAGE))]
        const last = checkpoints.at(-1)
        checkpointsFrom = last === undefined || checkpoints.length < STORE_PAGE ? end + 1 : last.seq + 1
      }
      while (checkpoints[0] !== undefined && checkpoints[0].seq <= entry.seq)
        yield (checkpoints.shift() as { line: string }).line
    }
  }

  /** Verifies what stands in the store, against the checkpoints in it and outside. */
  async verify({ signal }: { readonly signal?: AbortSignal } = {}): Promise<VerifyReport> {
    await this.#settled()
    const { entries, checkpoints, anchor } = this.#options
    const keys = keysOf(this.#options)
    return verifyLog({ entries, checkpoints, anchor, keys, scheduler: this.#scheduler, signal })
  }

  /**
   * Makes a checkpoint over the last entry, unless there is one; resolves when it is in the store and outside.
   * Throws `log-broken` where the entries since the last one do not follow it.
   */
  checkpoint(): Promise<void> {
    const made = this.#checkpointing.then(() => this.#settled()).then(() => this.#makeCheckpoint())
    this.#checkpointing = made.catch(() => {})
    return made
  }

  /**
   * Writes what waits, makes a last checkpoint and takes no more. A checkpoint that cannot be made is told to
   * `onCheckpointFailure`, where there is one: the next start makes it.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#timer?.[Symbol.dispose]()
    const { onCheckpointFailure } = this.#options
    await (onCheckpointFailure === undefined ? this.checkpoint() : this.checkpoint().catch(onCheckpointFailure))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #flushNow(): void {
    this.#soon?.[Symbol.dispose]()
    this.#soon = undefined
    if (this.#waiting.length > 0) this.#flushing ??= this.#flush()
  }

  /** Everything that was appended has been written or refused. */
  async #settled(): Promise<void> {
    this.#flushNow()
    await this.#flushing
  }

  async #flush(): Promise<void> {
    await new Promise<void>((resolve) => this.#scheduler.soon(resolve))
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH)
      await this.#commit(batch)
    }
    this.#flushing = undefined
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const essential = batch.every(({ event }) => event.essential)
    let entries: readonly StoredEntry[] = []
    try {
      await this.#options.entries.append(
        (tail) => {
          entries = chain(tail, batch, this.#clock.now())
          return entries
        },
        { essential },
      )
    } catch (cause) {
      const error = appendError(cause)
      const kept = essential || error.code !== 'disk-full' ? [] : batch.filter(({ event }) => event.essential)
      for (const waiting of batch) if (!kept.includes(waiting)) waiting.reject(error)
      if (kept.length > 0) await this.#commit(kept)
      return
    }
    for (const [i, entry] of entries.entries()) batch[i]?.resolve({ seq: entry.seq, time: entry.time })
    this.#checkpointDue(entries.length)
  }

  #checkpointDue(added: number): void {
    this.#sinceCheckpoint += added
    if (this.#closed) return
    if (this.#sinceCheckpoint >= (this.#options.checkpointEvery ?? CHECKPOINT_EVERY)) this.#checkpointNow()
    else this.#checkpointLater()
  }

  #checkpointLater(): void {
    this.#timer ??= this.#scheduler.after(this.#options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS, () =>
      this.#checkpointNow(),
    )
  }

  #checkpointNow(): void {
    this.#sinceCheckpoint = 0
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.checkpoint().catch((error: unknown) => {
      // Not at once, however few entries are due one: what failed now fails now.
      if (!this.#closed) this.#checkpointLater()
      this.#options.onCheckpointFailure?.(error)
    })
  }

  async #makeCheckpoint(): Promise<void> {
    const { checkpoints, anchor, signer } = this.#options
    const tail = await this.#follow()
    if (tail.seq === this.#vouched.seq) return
    const checkpoint = await signCheckpoint({ ...tail, time: this.#clock.now() }, signer)
    const line = encodeCheckpoint(checkpoint)
    // Outside first: a checkpoint that only the store has is of no use against who can write the store.
    await anchor.append(line)
    await checkpoints.add({ seq: checkpoint.seq, time: checkpoint.time, line })
    this.#vouched = tail
  }

  /** Walks from the last checkpoint to the end, and says where that is. */
  async #follow(): Promise<LogTail> {
    let tail = this.#vouched
    for await (const { seq, line } of this.#entries(tail.seq + 1)) {
      const record = decodeLine(line)
      if (seq !== tail.seq + 1 || record?.seq !== seq || record.previous !== tail.hash)
        throw new AuditError('log-broken', `audit entry ${seq} does not follow entry ${tail.seq}`)
      tail = { seq, hash: hashLine(line) }
    }
    return tail
  }

  #entries(from: number, to?: number, signal?: AbortSignal): AsyncGenerator<StoredEntry> {
    const { entries } = this.#options
    return readEntries({ entries, scheduler: this.#scheduler, from, ...(to === undefined ? {} : { to }), signal })
  }
}

function chain(
  tail: LogTail | undefined,
  batch: readonly { readonly event: PreparedEvent }[],
  time: number,
): readonly StoredEntry[] {
  let seq = tail?.seq ?? 0
  let previous = tail?.hash ?? GENESIS_HASH
  return batch.map(({ event }) => {
    seq++
    const line = encodeLine(seq, time, previous, event)
    const hash = hashLine(line)
    previous = hash
    const { type, actor, session = null, source = null, target = null } = event
    return { seq, time, type, actor, session, source, target, line, hash }
  })
}

function appendError(cause: unknown): AuditError {
  const full = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'disk-full'
  return full
    ? new AuditError('disk-full', 'no space is left for the audit log', { cause })
    : new AuditError('append-failed', 'the audit log could not be written', { cause })
}

function keysOf({ signer, formerKeys = [] }: Pick<AuditLogOptions, 'signer' | 'formerKeys'>): readonly Uint8Array[] {
  return [signer.publicKey, ...formerKeys]
}

interface Standing {
  readonly end: number
  readonly vouched: LogTail
  /** The newest checkpoint that the store's entries contradict and no accepted rollback explains. */
  readonly contradicted: Checkpoint | undefined
  /** Time of the newest such, in milliseconds since the epoch; 0 where there is none. */
  readonly contradictedUntil: number
}

/** Holds the last checkpoints, by writing, by time and by entry, inside and outside, against the entries. */
async function compareWithCheckpoints(options: AuditLogOptions): Promise<Standing> {
  const { entries, checkpoints, anchor } = options
  const keys = keysOf(options)
  const end = (await entries.tail())?.seq ?? 0
  const inStore = await checkpoints.latest()
  const lines = async function* () {
    if (inStore !== undefined) yield inStore
    yield* anchor.lines()
  }
  const valid = (checkpoint: Checkpoint) => checkCheckpoint(checkpoint, keys) === 'valid'
  // A checkpoint a minute makes half a million a year, and a signature takes a hundred times as long as a line: those in
  // between are looked at only where the outermost are forged, or of a key that nobody knows.
  let outermost = await outermostOf(lines(), () => true)
  if (!outermost.every(valid)) outermost = await outermostOf(lines(), valid)

  let vouched: LogTail = { seq: 0, hash: GENESIS_HASH }
  const others: Checkpoint[] = []
  for (const checkpoint of outermost) {
    const [entry] = await entries.read(checkpoint.seq, 1)
    if (entry?.seq !== checkpoint.seq || hashLine(entry.line) !== checkpoint.hash) others.push(checkpoint)
    else if (checkpoint.seq > vouched.seq) vouched = { seq: checkpoint.seq, hash: checkpoint.hash }
  }
  let contradicted: Checkpoint | undefined
  let contradictedUntil = 0
  for (const checkpoint of others) {
    if (await isExplained(checkpoint, entries, vouched.seq)) continue
    if (contradicted === undefined || checkpoint.seq >= contradicted.seq) contradicted = checkpoint
    contradictedUntil = Math.max(contradictedUntil, checkpoint.time)
  }
  return { end, vouched, contradicted, contradictedUntil }
}

/**
 * The last written, the newest by time and the furthest by entry of the checkpoints that count; none where there are none.
 * Where a loss was accepted the last one vouches for that, whatever the clock said of those before.
 */
async function outermostOf(
  lines: AsyncIterable<string>,
  counts: (checkpoint: Checkpoint) => boolean,
): Promise<readonly Checkpoint[]> {
  let last: Checkpoint | undefined
  let newest: Checkpoint | undefined
  let furthest: Checkpoint | undefined
  for await (const line of lines) {
    const checkpoint = readable(line)
    if (checkpoint === undefined || !counts(checkpoint)) continue
    if (newest === undefined || checkpoint.time >= newest.time) newest = checkpoint
    if (furthest === undefined || checkpoint.seq > furthest.seq) furthest = checkpoint
    last = checkpoint
  }
  return [last, newest, furthest].filter((each) => each !== undefined)
}

/** Only what a checkpoint vouches for explains anything: otherwise whoever cut the log could write it. */
async function isExplained(checkpoint: Checkpoint, entries: AuditEntryStore, vouchedTo: number): Promise<boolean> {
  const { entries: found } = await entries.search({ types: ['audit-rollback-accepted'], limit: 1000 })
  return found.some(({ line }) => {
    const record = decodeLine(line)
    if (record === undefined || record.seq > vouchedTo) return false
    const to = record.fields.to
    if (typeof to !== 'number' || checkpoint.time > rollbackReach(record)) return false
    return record.seq <= checkpoint.seq && checkpoint.seq <= to
  })
}

function readable(line: string): Checkpoint | undefined {
  try {
    return decodeCheckpoint(line)
  } catch {
    return undefined
  }
}
