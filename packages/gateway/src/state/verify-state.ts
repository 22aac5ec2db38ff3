import { existsSync } from 'node:fs'
import type { AuditVerification } from '@sallyport/api'
import { verifyLog } from '@sallyport/audit'
import { LineFile, openStore } from '@sallyport/store'
import { auditVerification, publicKeyLine } from '../control/audit-verification.ts'
import { GatewayError } from '../gateway-error.ts'
import { AUDIT_KEYS } from './audit-keys.ts'
import { lockState } from './daemon-lock.ts'
import { explained } from './start-failure.ts'
import { requirePrivate, statePaths } from './state-directory.ts'

/**
 * Verifies the audit log of a state that no gateway runs on, also of one that none would start on: then it is needed most.
 * Undefined where there is no database. Throws GatewayError.
 */
export function verifyState(stateDirectory: string, signal: AbortSignal): Promise<AuditVerification | undefined> {
  return explained(stateDirectory, () => verify(stateDirectory, signal))
}

async function verify(stateDirectory: string, signal: AbortSignal): Promise<AuditVerification | undefined> {
  const paths = statePaths(stateDirectory)
  if (!existsSync(paths.database)) return undefined
  requirePrivate(paths.directory, 'state directory')
  using _lock = lockState(paths.lock)
  await using store = await openStore({ path: paths.database, reserveBytes: 0 })
  await using anchor = existsSync(paths.auditAnchor) ? await LineFile.open(paths.auditAnchor) : undefined
  const keys = ((await store.settings.get(AUDIT_KEYS)) ?? []).map((key) => Uint8Array.fromBase64(key))
  const newest = keys.at(-1)
  if (newest === undefined) {
    throw new GatewayError('audit.unusable', 'the database names no key that signed its audit log', {
      fix: 'put the last backup of the database in its place',
    })
  }
  const report = await verifyLog({
    entries: store.auditEntries,
    checkpoints: store.auditCheckpoints,
    anchor: anchor ?? { async *lines() {} },
    keys,
    signal,
  })
  return auditVerification(report, publicKeyLine(newest))
}
