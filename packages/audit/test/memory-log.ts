import {
  type AuditCheckpointStore,
  type AuditEntryStore,
  type AuditEvent,
  AuditLog,
  type AuditLogOptions,
  type CheckpointAnchor,
  type CheckpointSigner,
  checkpointSigner,
  generateCheckpointKey,
  type Scheduler,
  type StoredEntry,
} from '@sallyport/audit'
import type { Clock } from '@sallyport/wire'

/** The log's ports over arrays that a test may look into, spoil and put back. */
export class MemoryLog {
  entries: StoredEntry[] = []
  checkpoints: { seq: number; time: number; line: string }[] = []
  anchor: string[] = []
  /** What `append` throws next, instead of adding anything. */
  failures: unknown[] = []
  /** Entries of each transaction. */
  transactions: number[] = []
  readonly signer: CheckpointSigner = checkpointSigner(generateCheckpointKey())
  time = Date.UTC(2026, 0, 1)
  readonly #listeners = new Set<() => void>()

  readonly clock: Clock = { now: () => this.time, monotonic: () => 0 }

  readonly entryStore: AuditEntryStore = {
    append: async (build) => {
      await Promise.resolve()
      const last = this.entries.at(-1)
      const added = build(last && { seq: last.seq, hash: last.hash })
      if (this.failures.length > 0) throw this.failures.shift()
      this.entries.push(...added)
      this.transactions.push(added.length)
      for (const listener of this.#listeners) listener()
    },
    tail: async () => {
      const last = this.entries.at(-1)
      return last && { seq: last.seq, hash: last.hash }
    },
    read: async (from, limit) => this.entries.filter(({ seq }) => seq >= from).slice(0, limit),
    search: async ({ types, limit = 100 }) => {
      const entries = this.entries.filter(({ type }) => types?.includes(type) ?? true).toReversed()
      return { entries: entries.slice(0, limit), next: undefined }
    },
    subscribe: (listener) => {
      this.#listeners.add(listener)
      return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
    },
  }

  readonly checkpointStore: AuditCheckpointStore = {
    add: async (checkpoint) => void this.checkpoints.push(checkpoint),
    latest: async () => this.checkpoints.at(-1)?.line,
    read: async (from, limit) => this.checkpoints.filter(({ seq }) => seq >= from).slice(0, limit),
  }

  readonly anchorPort: CheckpointAnchor = {
    append: async (line) => void this.anchor.push(line),
    lines: async function* (this: MemoryLog) {
      yield* this.anchor
    }.bind(this),
  }

  open(options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
    return AuditLog.open({
      entries: this.entryStore,
      checkpoints: this.checkpointStore,
      anchor: this.anchorPort,
      signer: this.signer,
      clock: this.clock,
      ...options,
    })
  }

  /** Opens a log, appends `count` entries a second apart with a checkpoint every `every`, and closes it. */
  async fill(count: number, every = count): Promise<void> {
    const log = await this.open({ scheduler: manualScheduler() })
    for (let i = 1; i <= count; i++) {
      this.time += 1000
      await log.append(sample(i))
      if (i % every === 0) await log.checkpoint()
    }
  }
}

/** The i-th of a row of unlike events. */
export function sample(i: number): AuditEvent {
  return i % 2 === 0
    ? { type: 'access-granted', actor: `user${i}`, destinationHost: `db${i}`, destinationPort: 22 }
    : { type: 'connection-opened', actor: '@stranger', source: `192.0.2.${i % 250}`, door: 'ssh' }
}

/** A scheduler whose timers run when the test says so. */
export function manualScheduler(): Scheduler & { run(): void; readonly waiting: number } {
  const timers = new Set<() => void>()
  return {
    soon: (run) => void setImmediate(run),
    after: (_ms, run) => {
      timers.add(run)
      return { [Symbol.dispose]: () => timers.delete(run) }
    },
    run() {
      const due = Array.from(timers)
      for (const timer of due) {
        timers.delete(timer)
        timer()
      }
    },
    get waiting() {
      return timers.size
    },
  }
}
