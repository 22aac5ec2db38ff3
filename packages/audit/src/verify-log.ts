import { ChainVerifier, type VerifyReport } from './chain-verifier.ts'
import type { AuditCheckpointStore, AuditEntryStore, CheckpointAnchor, Scheduler } from './ports.ts'
import { readEntries, STORE_PAGE } from './read-entries.ts'
import { systemScheduler } from './system-scheduler.ts'

export interface VerifyLogOptions {
  readonly entries: Pick<AuditEntryStore, 'read'>
  readonly checkpoints: Pick<AuditCheckpointStore, 'read'>
  readonly anchor: Pick<CheckpointAnchor, 'lines'>
  /** Raw Ed25519 public keys whose checkpoints count, 32 bytes each. */
  readonly keys: readonly Uint8Array[]
  readonly scheduler?: Scheduler
  readonly signal?: AbortSignal | undefined
}

/**
 * Verifies what stands in the store against the checkpoints in it and outside. Works on a store that `AuditLog.open`
 * refuses, which is when it is needed most.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<VerifyReport> {
  const { entries, checkpoints, anchor, keys, scheduler = systemScheduler, signal } = options
  const verifier = new ChainVerifier({ keys })
  for await (const line of anchor.lines()) verifier.checkpoint(line)
  for (let from = 1; ; ) {
    const page = await checkpoints.read(from, STORE_PAGE)
    for (const { line } of page) verifier.checkpoint(line)
    const last = page.at(-1)
    if (last === undefined || page.length < STORE_PAGE) break
    from = last.seq + 1
  }
  // From the lowest number there is: an entry before the first is a fault too.
  for await (const entry of readEntries({ entries, scheduler, from: Number.MIN_SAFE_INTEGER, signal })) {
    if (verifier.done) break
    verifier.entry(entry)
  }
  return verifier.finish()
}
