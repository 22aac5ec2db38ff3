import type { AuditEntryStore, Scheduler, StoredEntry } from './ports.ts'

/** Entries or checkpoints read from the store at once: a few milliseconds of its work. */
export const STORE_PAGE = 500

export interface ReadEntriesOptions {
  readonly entries: Pick<AuditEntryStore, 'read'>
  readonly scheduler: Scheduler
  readonly from: number
  /** The last one wanted. */
  readonly to?: number
  readonly signal?: AbortSignal | undefined
}

/** Entries in order of sequence, page by page. */
export async function* readEntries(options: ReadEntriesOptions): AsyncGenerator<StoredEntry> {
  const { entries, scheduler, from, to = Number.MAX_SAFE_INTEGER, signal } = options
  for (let next = from; next <= to; ) {
    signal?.throwIfAborted()
    const page = await entries.read(next, STORE_PAGE)
    for (const entry of page) {
      if (entry.seq > to) return
      yield entry
    }
    const last = page.at(-1)
    if (last === undefined || page.length < STORE_PAGE) return
    next = last.seq + 1
    // The store may answer without ever leaving this turn of the event loop; connections want theirs.
    await new Promise<void>((resolve) => scheduler.soon(resolve))
  }
}
