import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GatewayError } from '../gateway-error.ts'

/** Bits of a mode that let others in. */
const OTHERS = 0o077

/** Files and folders inside the state directory. */
export interface StatePaths {
  readonly directory: string
  readonly config: string
  readonly database: string
  readonly controlSocket: string
  /** Held while a daemon runs here. */
  readonly lock: string
  readonly hostKeys: string
  /** Secret halves of the certificate authorities. */
  readonly authorities: string
  /** Seals small secrets in the database. */
  readonly masterKey: string
  /** The self-signed certificate of the HTTPS listener. */
  readonly tls: string
  readonly auditKey: string
  /** Signed checkpoints of the audit log, outside the database. */
  readonly auditAnchor: string
}

export function statePaths(directory: string): StatePaths {
  return {
    directory,
    config: join(directory, 'sallyport.toml'),
    database: join(directory, 'sallyport.db'),
    controlSocket: join(directory, 'control.sock'),
    lock: join(directory, 'daemon.lock'),
    hostKeys: join(directory, 'host-keys'),
    authorities: join(directory, 'authorities'),
    masterKey: join(directory, 'master.key'),
    tls: join(directory, 'tls'),
    auditKey: join(directory, 'audit-key.pem'),
    auditAnchor: join(directory, 'audit-checkpoints.ndjson'),
  }
}

/** Makes the directory 0700 where there is none. True where it was made. Throws GatewayError `state.unusable`. */
export function createPrivateDirectory(path: string): boolean {
  try {
    const made = mkdirSync(path, { recursive: true, mode: 0o700 })
    // The umask may have taken bits away, a set-group-id parent may have added some.
    if (made !== undefined) chmodSync(path, 0o700)
    return made !== undefined
  } catch (cause) {
    throw new GatewayError('state.unusable', `${path} cannot be made`, {
      why: (cause as Error).message,
      fix: 'name another directory: --state DIR or SALLYPORT_STATE',
      cause,
    })
  }
}

/** Refuses a directory or file that others may use, or that somebody else owns. Throws GatewayError with the command that mends it. */
export function requirePrivate(path: string, kind: 'state directory' | 'key'): void {
  const reason = kind === 'key' ? 'host-key.permissions' : 'state.permissions'
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new GatewayError('state.unusable', `${path} is missing`)
  const uid = process.getuid?.()
  if (uid !== undefined && stat.uid !== uid) {
    throw new GatewayError(reason, `the ${kind} ${path} belongs to somebody else`, {
      why: `its owner is uid ${stat.uid}, the gateway runs as uid ${uid}`,
      fix: `chown -R ${uid} ${path}`,
    })
  }
  if ((stat.mode & OTHERS) !== 0) {
    throw new GatewayError(reason, `the ${kind} ${path} is open to others`, {
      why: `its mode is ${(stat.mode & 0o777).toString(8).padStart(4, '0')}`,
      fix: `chmod ${kind === 'key' ? '600' : '700'} ${path}`,
    })
  }
}
