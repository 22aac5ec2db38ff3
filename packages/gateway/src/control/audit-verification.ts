import type { AuditVerification } from '@sallyport/api'
import type { VerifyReport } from '@sallyport/audit'
import { decodePublicKey, formatPublicKey } from '@sallyport/ssh/keys'
import { ByteWriter } from '@sallyport/wire'

/** A report of the audit log as callers get it; `publicKey`: as text, that signs checkpoints now. */
export function auditVerification(report: VerifyReport, publicKey: string): AuditVerification {
  const [fault] = report.faults
  return {
    ok: report.ok,
    entries: report.entries,
    checkpoints: report.checkpoints,
    covered: report.vouchedTo === 0 ? null : report.vouchedTo,
    problem: fault === undefined ? null : { sequence: fault.seq, kind: fault.code, message: fault.message },
    public_key: publicKey,
  }
}

/** `ssh-ed25519 …` of a raw Ed25519 key of 32 bytes: the form in which people know public keys, RFC 8709 §4. */
export function publicKeyLine(raw: Uint8Array): string {
  const blob = new ByteWriter().string('ssh-ed25519').string(raw).finish()
  return formatPublicKey(decodePublicKey(blob))
}
