import { type Checkpoint, checkCheckpoint, decodeCheckpoint } from './checkpoint.ts'
import { type AuditRecord, decodeLine, GENESIS_HASH, hashLine } from './line.ts'
import type { StoredEntry } from './ports.ts'
import { rollbackReach } from './rollback-reach.ts'

export const FAULT_CODES = [
  'chain-broken',
  'checkpoint-forged',
  'checkpoint-malformed',
  'checkpoint-mismatch',
  'checkpoint-unknown-key',
  'entry-altered',
  'entry-malformed',
  'entry-missing',
  'entry-moved',
  'entry-repeated',
  'head-lost',
  'index-altered',
  'tail-lost',
] as const
export type FaultCode = (typeof FAULT_CODES)[number]

/** Something that cannot be so in a log nobody touched. */
export interface Fault {
  readonly code: FaultCode
  /** The first bad entry; for `checkpoint-mismatch` the last of those among which it is. */
  readonly seq: number
  /** For `checkpoint-mismatch`: the last entry known to be good. */
  readonly after?: number
  readonly message: string
}

/** Something an auditor should know that is no proof of tampering. */
export interface Note {
  readonly code: 'clock-went-back' | 'rollback-accepted' | 'not-from-the-start' | 'not-vouched-for'
  readonly seq: number
  readonly message: string
}

export interface VerifyReport {
  /** No fault was found. */
  readonly ok: boolean
  /** Entries looked at. */
  readonly entries: number
  readonly last: { readonly seq: number; readonly time: number; readonly hash: string } | undefined
  /** The last entry that a valid checkpoint vouches for; 0: none. Behind it a loss or a rewriting is not found. */
  readonly vouchedTo: number
  /** Valid checkpoints that agree with the log. */
  readonly checkpoints: number
  /** The first fault among the entries, then those of checkpoints. */
  readonly faults: readonly Fault[]
  readonly notes: readonly Note[]
}

/** An entry to verify: from the store with all it keeps, from an export the line alone. */
export type VerifiableEntry = Pick<StoredEntry, 'line'> & Partial<StoredEntry>

export interface ChainVerifierOptions {
  /** Raw Ed25519 public keys whose checkpoints count, 32 bytes each. */
  readonly keys: readonly Uint8Array[]
  /** Whether the log may start behind its first entry and end before its last, as part of an export does. */
  readonly partial?: boolean
}

/** Faults of checkpoints kept in a report: one is enough to know, a thousand tell no more. */
const MAX_CHECKPOINT_FAULTS = 20

interface Rollback {
  readonly seq: number
  /** Milliseconds since the epoch: checkpoints signed later are none of what was lost. */
  readonly time: number
  readonly to: number
}

/**
 * Follows a log front to back, one entry at a time, and ends with a report. Feed it `checkpoint` lines before or right
 * behind the entry they are about. After the first bad entry, entries are no longer looked at: what follows proves nothing.
 */
export class ChainVerifier {
  readonly #options: ChainVerifierOptions
  /** Checkpoints about entries not seen yet, by sequence. */
  readonly #ahead = new Map<number, Checkpoint[]>()
  readonly #rollbacks: Rollback[] = []
  /** Checkpoints that a rollback explains: good only if a later checkpoint vouches for the rollback's own entry. */
  readonly #explained: Checkpoint[] = []
  readonly #checkpointFaults: Fault[] = []
  readonly #notes: Note[] = []
  #entryFault: Fault | undefined
  /** The entry whose `previous` does not fit, and the one before: which of the two is bad, the next one tells. */
  #break: { readonly before: number; readonly at: number; readonly hash: string } | undefined
  #entries = 0
  #checkpoints = 0
  #vouchedTo = 0
  #last: { seq: number; time: number; hash: string } | undefined
  #clockBack: { seq: number; count: number; largestMs: number } | undefined

  constructor(options: ChainVerifierOptions) {
    this.#options = options
  }

  /** Whether looking at more entries makes no sense. */
  get done(): boolean {
    return this.#entryFault !== undefined
  }

  /** Takes the line of a checkpoint, from the store, an export or outside. */
  checkpoint(line: string): void {
    let checkpoint: Checkpoint
    try {
      checkpoint = decodeCheckpoint(line)
    } catch {
      this.#checkpointFault({ code: 'checkpoint-malformed', seq: 0, message: 'a checkpoint is not readable' })
      return
    }
    const { seq } = checkpoint
    // The store's and the outside copy of one checkpoint are one, and a signature takes its time.
    if (this.#ahead.get(seq)?.some((other) => isSame(other, checkpoint)) === true) return
    const verdict = checkCheckpoint(checkpoint, this.#options.keys)
    if (verdict === 'forged') {
      this.#checkpointFault({
        code: 'checkpoint-forged',
        seq,
        message: `the signature of the checkpoint at ${seq} is wrong`,
      })
    } else if (verdict === 'unknown-key') {
      const message = `the checkpoint at ${seq} is signed by key ${checkpoint.key}, which was not given`
      this.#checkpointFault({ code: 'checkpoint-unknown-key', seq, message })
    } else if (this.#last !== undefined && seq === this.#last.seq) {
      this.#compare(checkpoint, this.#last.hash)
    } else if (this.#last !== undefined && seq < this.#last.seq) {
      this.#checkpointFault({
        code: 'checkpoint-malformed',
        seq,
        message: `the checkpoint at ${seq} stands in the wrong place`,
      })
    } else {
      this.#ahead.set(seq, [...(this.#ahead.get(seq) ?? []), checkpoint])
    }
  }

  /** Takes the next entry. */
  entry(entry: VerifiableEntry): void {
    if (this.done) return
    const hash = hashLine(entry.line)
    if (this.#break !== undefined) {
      this.#blame(decodeLine(entry.line)?.previous)
      return
    }
    const expected = this.#last === undefined ? 1 : this.#last.seq + 1
    const record = decodeLine(entry.line)
    const seq = entry.seq ?? record?.seq ?? expected
    this.#entries++
    if (entry.hash !== undefined && entry.hash !== hash) {
      this.#fault('entry-altered', seq, `entry ${seq} is not what was written: its hash differs`)
    } else if (record === undefined) {
      this.#fault('entry-malformed', seq, `entry ${seq} is not a line of this log`)
    } else if (record.seq !== seq) {
      this.#fault('entry-moved', seq, `in the place of entry ${seq} stands entry ${record.seq}`)
    } else if (this.#last === undefined && seq !== 1 && this.#options.partial !== true) {
      this.#fault('head-lost', 1, `the log starts at entry ${seq}`)
    } else if (this.#last !== undefined && seq > expected) {
      this.#fault('entry-missing', expected, `after entry ${expected - 1} comes entry ${seq}`)
    } else if (this.#last !== undefined && seq < expected) {
      this.#fault('entry-repeated', seq, `after entry ${expected - 1} comes entry ${seq} again`)
    } else if (!agrees(entry, record)) {
      this.#fault('index-altered', seq, `what entry ${seq} is searched by is not what it says`)
    } else {
      this.#accept(record, hash)
    }
  }

  finish(): VerifyReport {
    if (this.#break !== undefined) this.#blame(undefined)
    if (this.#entryFault === undefined) this.#lookBehindTheEnd()
    if (this.#clockBack !== undefined) {
      const { seq, count, largestMs } = this.#clockBack
      const message = `the clock went back ${count} times, by at most ${largestMs} ms, first at entry ${seq}`
      this.#notes.push({ code: 'clock-went-back', seq, message })
    }
    const last = this.#last
    if (last !== undefined && this.#vouchedTo < last.seq) {
      const message = `no checkpoint vouches for the last ${last.seq - this.#vouchedTo} entries yet`
      this.#notes.push({ code: 'not-vouched-for', seq: this.#vouchedTo + 1, message })
    }
    const faults = [...(this.#entryFault === undefined ? [] : [this.#entryFault]), ...this.#checkpointFaults]
    return {
      ok: faults.length === 0,
      entries: this.#entries,
      last,
      vouchedTo: this.#vouchedTo,
      checkpoints: this.#checkpoints,
      faults,
      notes: this.#notes,
    }
  }

  #accept(record: AuditRecord, hash: string): void {
    const { seq, time } = record
    const last = this.#last
    if (last === undefined && seq !== 1) {
      this.#notes.push({ code: 'not-from-the-start', seq, message: `entries before ${seq} were not looked at` })
    } else if (record.previous !== (last?.hash ?? GENESIS_HASH)) {
      this.#break = { before: seq - 1, at: seq, hash }
      return
    }
    if (last !== undefined && time < last.time) {
      const back = last.time - time
      const noted = this.#clockBack
      if (noted === undefined) this.#clockBack = { seq, count: 1, largestMs: back }
      else this.#clockBack = { seq: noted.seq, count: noted.count + 1, largestMs: Math.max(noted.largestMs, back) }
    }
    this.#last = { seq, time, hash }
    if (record.type === 'audit-rollback-accepted') this.#noteRollback(record)
    for (const checkpoint of this.#ahead.get(seq) ?? []) this.#compare(checkpoint, hash)
    this.#ahead.delete(seq)
  }

  #noteRollback(record: AuditRecord): void {
    const { from, to } = record.fields
    if (typeof from !== 'number' || typeof to !== 'number') return
    this.#rollbacks.push({ seq: record.seq, time: rollbackReach(record), to })
    const message = `${record.actor} accepted the loss of entries ${from} to ${to}`
    this.#notes.push({ code: 'rollback-accepted', seq: record.seq, message })
  }

  #compare(checkpoint: Checkpoint, hash: string): void {
    const { seq } = checkpoint
    if (checkpoint.hash === hash) {
      // Of one over the same entry there may be a copy in the store, one outside and one in an export.
      if (seq !== this.#vouchedTo) this.#checkpoints++
      this.#vouchedTo = Math.max(this.#vouchedTo, seq)
    } else if (this.#explains(checkpoint)) {
      this.#explained.push(checkpoint)
    } else {
      const after = this.#vouchedTo
      const message = `a checkpoint contradicts entry ${seq}: entries behind ${after} were rewritten`
      this.#fault('checkpoint-mismatch', seq, message, after)
    }
  }

  #explains({ seq, time }: Checkpoint): boolean {
    return this.#rollbacks.some((rollback) => rollback.seq <= seq && seq <= rollback.to && time <= rollback.time)
  }

  #lookBehindTheEnd(): void {
    const end = this.#last?.seq ?? 0
    const lost = [...this.#ahead.values()].flat().filter((checkpoint) => !this.#explains(checkpoint))
    if (lost.length > 0 && this.#options.partial !== true) {
      const to = Math.max(...lost.map(({ seq }) => seq))
      this.#fault('tail-lost', end + 1, `the log ends at entry ${end}; a checkpoint vouches for entries up to ${to}`)
      return
    }
    // Only a rollback that the signing key has seen explains anything: otherwise whoever cut the log could write it.
    const explained = this.#explained.length > 0 || this.#ahead.size > 0
    const unvouched = this.#rollbacks.find((rollback) => rollback.seq > this.#vouchedTo)
    if (explained && unvouched !== undefined)
      this.#fault('tail-lost', unvouched.seq, `entry ${unvouched.seq} accepts a loss, but no checkpoint vouches for it`)
  }

  /** `witness`: what the entry behind the break says of the hash before it. */
  #blame(witness: string | undefined): void {
    const broken = this.#break
    if (broken === undefined) return
    this.#break = undefined
    const signed = this.#ahead.get(broken.at)?.some(({ hash }) => hash === broken.hash) === true
    // The entry behind or a checkpoint vouches for the one at the break: so the one before it is not what it was.
    const seq = (signed || witness === broken.hash) && broken.before > 0 ? broken.before : broken.at
    this.#fault('chain-broken', seq, `entry ${broken.at} does not follow entry ${broken.before} as it stands here`)
  }

  #fault(code: FaultCode, seq: number, message: string, after?: number): void {
    this.#entryFault ??= { code, seq, message, ...(after === undefined ? {} : { after }) }
  }

  #checkpointFault(fault: Fault): void {
    if (this.#checkpointFaults.length < MAX_CHECKPOINT_FAULTS) this.#checkpointFaults.push(fault)
  }
}

function isSame(a: Checkpoint, b: Checkpoint): boolean {
  return a.hash === b.hash && a.time === b.time && a.key === b.key && isEqual(a.signature, b.signature)
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function agrees(entry: VerifiableEntry, record: AuditRecord): boolean {
  const { time, type, actor, session = null, source = null, fields } = record
  return (
    same(entry.time, time) &&
    same(entry.type, type) &&
    same(entry.actor, actor) &&
    same(entry.session, session) &&
    same(entry.source, source) &&
    same(entry.target, fields.target ?? fields.destination_host ?? null)
  )
}

function same(kept: unknown, said: unknown): boolean {
  return kept === undefined || kept === said
}
