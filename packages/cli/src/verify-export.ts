import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { AuditVerification } from '@sallyport/api'
import { verifyExport as verifyLines } from '@sallyport/audit'
import { auditVerification } from '@sallyport/gateway/audit-verification'
import { parsePublicKey } from '@sallyport/ssh/keys'
import { CommandError } from './command-error.ts'
import type { Terminal } from './terminal.ts'

/**
 * Verifies an exported audit log from its file and the public keys of its checkpoints alone, with no gateway. There are several
 * where the key was replaced; `audit-key-created` names each.
 */
export async function verifyExport(
  path: string,
  publicKeys: readonly string[],
  terminal: Terminal,
): Promise<AuditVerification> {
  const newest = publicKeys.at(-1)
  if (newest === undefined) {
    throw new CommandError('usage.invalid', 'an export is verified against the checkpoints’ public key', {
      fix: 'add --public-key "KEY", which `sallyport audit verify` prints on the gateway',
    })
  }
  const input: NodeJS.ReadableStream = path === '-' ? terminal.stdin : createReadStream(path)
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (cause: Error) =>
      reject(new CommandError('usage.file-unreadable', `${path} cannot be read`, { why: cause.message, cause })),
    )
  })
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  const report = await Promise.race([verifyLines(lines, { keys: publicKeys.map(rawEd25519) }), failed])
  return auditVerification(report, newest)
}

/** The 32 bytes of an Ed25519 key, given as a public key line or as bare base64. */
function rawEd25519(text: string): Uint8Array {
  const given = text.trim()
  if (/^[A-Za-z0-9+/]{43}=$/.test(given)) return Uint8Array.fromBase64(given)
  try {
    const { key } = parsePublicKey(given)
    if (key.type === 'ssh-ed25519') return key.point
  } catch {
    // said below, in words of this command
  }
  throw new CommandError('usage.invalid', 'the public key is no Ed25519 key', {
    fix: 'copy it from: sallyport audit verify',
  })
}
