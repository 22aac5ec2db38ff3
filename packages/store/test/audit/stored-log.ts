import { join } from 'node:path'
import {
  type AuditEvent,
  AuditLog,
  type CheckpointSigner,
  checkpointSigner,
  generateCheckpointKey,
} from '@sallyport/audit'
import { LineFile, openStore, type Store, type StoreOptions } from '@sallyport/store'

/** The audit log over a real store, put together as the gateway does it; disposing closes all of it. */
export interface StoredLog extends AsyncDisposable {
  readonly store: Store
  readonly anchor: LineFile
  readonly log: AuditLog
}

export async function openStoredLog(
  directory: string,
  signer: CheckpointSigner = checkpointSigner(generateCheckpointKey()),
  { checkpointEvery = 100, ...options }: Partial<StoreOptions> & { readonly checkpointEvery?: number } = {},
): Promise<StoredLog> {
  const store = await openStore({ path: join(directory, 'sallyport.sqlite'), reserveBytes: 0, ...options })
  const anchor = await LineFile.open(join(directory, 'audit-checkpoints'))
  const log = await AuditLog.open({
    entries: store.auditEntries,
    checkpoints: store.auditCheckpoints,
    anchor,
    signer,
    checkpointEvery,
  })
  return {
    store,
    anchor,
    log,
    async [Symbol.asyncDispose]() {
      await log.close()
      await anchor.close()
      await store.close()
    },
  }
}

/** The i-th decision that lets a connection through; `destinationPort` tells which. */
export function granted(i: number): AuditEvent {
  return {
    type: 'access-granted',
    actor: 'alice@example.com',
    session: 'ses_abcdefghijklmnop' as never,
    source: '192.0.2.1',
    passage: 'psg_abcdefghijklmnop' as never,
    destinationHost: 'db1',
    destinationPort: i,
    target: 'db1',
    address: '10.0.0.1',
    port: 22,
    rule: 'acls[0]',
    policyVersion: 1,
  }
}
