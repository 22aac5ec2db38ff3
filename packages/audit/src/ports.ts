/** Where the log stands: what it knows of the last entry. */
export interface LogTail {
  readonly seq: number
  readonly hash: string
}

/** An entry as the store keeps it: the line is the truth, the rest is drawn from it so that it can be searched. */
export interface StoredEntry {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly type: string
  readonly actor: string
  readonly session: string | null
  readonly source: string | null
  readonly target: string | null
  readonly line: string
  /** SHA-256 of the line, lower-case hex. */
  readonly hash: string
}

export interface AuditQuery {
  /** Any of these types; so with the others. */
  readonly types?: readonly string[] | undefined
  readonly actors?: readonly string[] | undefined
  readonly targets?: readonly string[] | undefined
  readonly sources?: readonly string[] | undefined
  readonly sessions?: readonly string[] | undefined
  /** Not before, milliseconds since the epoch. */
  readonly since?: number | undefined
  /** Before, milliseconds since the epoch. */
  readonly until?: number | undefined
  /** Part of the line, letters of US-ASCII in either case. */
  readonly text?: string | undefined
  /** Only entries before this one: the `next` of the page before. */
  readonly before?: number | undefined
  /** Entries on a page, 1 to 1,000. */
  readonly limit?: number | undefined
}

/** A page of entries, newest first. */
export interface AuditPage {
  readonly entries: readonly StoredEntry[]
  /** What to give as `before` for the page after this one; none: there is no more. */
  readonly next: number | undefined
}

/** What the log needs of the store for entries. */
export interface AuditEntryStore {
  /**
   * Adds entries in one transaction that no other writer can come between: `build` is told the present last entry and
   * returns what follows it. Resolves after the commit; rejects, with nothing written, when that fails. An error whose
   * `code` is `disk-full` says that no space is left. `build` may be called again when the transaction is tried again.
   * `essential` entries may use space kept back for them.
   */
  append(
    build: (tail: LogTail | undefined) => readonly StoredEntry[],
    options?: { readonly essential?: boolean },
  ): Promise<void>
  tail(): Promise<LogTail | undefined>
  /** Entries from `from` on in order of sequence, at most `limit`. */
  read(from: number, limit: number): Promise<readonly StoredEntry[]>
  search(query: AuditQuery): Promise<AuditPage>
  /** Calls back after entries were added, by this process or another; may call when none were. */
  subscribe(listener: () => void): Disposable
}

/** What the log needs of the store for checkpoints: lines as `encodeCheckpoint` makes them. */
export interface AuditCheckpointStore {
  add(checkpoint: { readonly seq: number; readonly time: number; readonly line: string }): Promise<void>
  latest(): Promise<string | undefined>
  /** Those over entries from `from` on, in order of the entry, at most `limit`. */
  read(from: number, limit: number): Promise<readonly { readonly seq: number; readonly line: string }[]>
}

/**
 * Checkpoints outside the database, so that a database cut short or replaced by an old copy is found: a file that is
 * only appended to, best on another disk or shipped to another machine.
 */
export interface CheckpointAnchor {
  /** Resolves when the line is on the disk. */
  append(line: string): Promise<void>
  /** All lines, oldest first, without line feeds. */
  lines(): AsyncIterable<string>
}

/** Signs checkpoints; the private key may be elsewhere. */
export interface CheckpointSigner {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** When work is done that nobody waits for at once. */
export interface Scheduler {
  /** Runs once what has arrived by now was handled: appends of the same turn of the event loop end up in one transaction. */
  soon(run: () => void): void
  /** Runs after that many milliseconds, unless disposed before; does not keep the process alive. */
  after(ms: number, run: () => void): Disposable
}
