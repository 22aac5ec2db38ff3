import { ChainVerifier, type VerifyReport } from './chain-verifier.ts'

export interface VerifyExportOptions {
  /** Raw Ed25519 public keys whose checkpoints count, 32 bytes each. */
  readonly keys: readonly Uint8Array[]
  /** Lines of the checkpoint file kept outside the database, where there is one: finds an export that was cut short. */
  readonly anchor?: Iterable<string> | AsyncIterable<string>
  /** Whether the export may be a part of the log: then entries missing at its start or end are no fault. */
  readonly partial?: boolean
}

/** Verifies an exported log from its lines and the public key alone; needs no gateway and no database. */
export async function verifyExport(
  lines: Iterable<string> | AsyncIterable<string>,
  { keys, anchor = [], partial = false }: VerifyExportOptions,
): Promise<VerifyReport> {
  const verifier = new ChainVerifier({ keys, partial })
  for await (const line of anchor) if (line !== '') verifier.checkpoint(line)
  for await (const line of lines) {
    if (line === '') continue
    if (line.startsWith('{"checkpoint":')) verifier.checkpoint(line)
    else verifier.entry({ line })
  }
  return verifier.finish()
}
