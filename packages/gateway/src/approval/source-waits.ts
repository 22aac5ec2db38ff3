/** Milliseconds that a network waits after a denial; doubled with each that follows. */
const DENIED_WAIT_MS = 60_000
/** Questions in a row that nobody answered before their network waits: slips and closed terminals are free. */
const UNANSWERED_FREE = 5
/** Milliseconds after the first unanswered one that is no longer free; doubled with each that follows. */
const UNANSWERED_WAIT_MS = 30_000
const WAIT_MAX_MS = 60 * 60 * 1000
/** Networks of people that are remembered; beyond it the oldest are forgotten. */
const KEPT_MAX = 10_000

interface Record {
  denials: number
  unanswered: number
  until: number
}

/**
 * Who asks in vain waits: for each person and network apart, so that whoever asks from elsewhere neither stops nor tires
 * the person themselves (V-F09, V-F11).
 */
export class SourceWaits {
  readonly #now: () => number
  /** Those that asked last come last. */
  readonly #records = new Map<string, Record>()

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#records.size
  }

  /** Milliseconds to wait; 0 where nothing is in the way. */
  left(userId: string, network: string): number {
    return Math.max(0, (this.#records.get(keyOf(userId, network))?.until ?? 0) - this.#now())
  }

  denied(userId: string, network: string): void {
    const record = this.#take(userId, network)
    this.#wait(record, DENIED_WAIT_MS * 2 ** record.denials++)
  }

  /** The person says that it was somebody else: no more questions from there for the longest time. */
  reported(userId: string, network: string): void {
    const record = this.#take(userId, network)
    record.denials++
    this.#wait(record, WAIT_MAX_MS)
  }

  unanswered(userId: string, network: string): void {
    const record = this.#take(userId, network)
    const over = ++record.unanswered - UNANSWERED_FREE
    if (over > 0) this.#wait(record, UNANSWERED_WAIT_MS * 2 ** (over - 1))
  }

  /** The person said yes to this network: whatever was before is forgotten. */
  approved(userId: string, network: string): void {
    this.#records.delete(keyOf(userId, network))
  }

  #wait(record: Record, ms: number): void {
    record.until = Math.max(record.until, this.#now() + Math.min(ms, WAIT_MAX_MS))
  }

  #take(userId: string, network: string): Record {
    const key = keyOf(userId, network)
    const known = this.#records.get(key)
    // An hour of quiet makes a clean slate.
    const stale = known === undefined || known.until < this.#now() - WAIT_MAX_MS
    const record = stale ? { denials: 0, unanswered: 0, until: this.#now() } : known
    this.#records.delete(key)
    this.#records.set(key, record)
    const oldest = this.#records.size > KEPT_MAX ? this.#records.keys().next().value : undefined
    if (oldest !== undefined) this.#records.delete(oldest)
    return record
  }
}

function keyOf(userId: string, network: string): string {
  return `${userId} ${network}`
}
