import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  decodePrivateKey,
  encodePrivateKey,
  fingerprint,
  formatPublicKey,
  generatePrivateKey,
  type PrivateKey,
  type PrivateKeyType,
} from '@sallyport/ssh/keys'
import { GatewayError } from '../gateway-error.ts'
import { ownName } from './own-name.ts'
import { writePrivateFile } from './private-file.ts'
import { createPrivateDirectory, requirePrivate } from './state-directory.ts'

/** Kinds made on first start: what today's clients prefer, and what clients of ten years ago know. */
const KINDS = [
  ['ssh_host_ed25519_key', 'ssh-ed25519'],
  ['ssh_host_ecdsa_key', 'ecdsa-sha2-nistp256'],
  ['ssh_host_rsa_key', 'ssh-rsa'],
] as const satisfies readonly (readonly [file: string, type: PrivateKeyType])[]

/** Types of host keys that the gateway makes itself. */
export type HostKeyType = (typeof KINDS)[number][1]

/** The file of the active key of a type that we make. */
export function fileOfType(type: HostKeyType): string {
  return KINDS.find(([, each]) => each === type)?.[0] ?? ''
}

export interface HostKey {
  readonly key: PrivateKey
  readonly fingerprint: string
  /** `type base64`. */
  readonly line: string
  /** Its file. */
  readonly path: string
}

/** There from before the first key is made until they all are and somebody wrote down that they are. */
const UNFINISHED = 'unfinished'

/**
 * Makes the host keys where the folder has none at all, or what is missing where a start that made them did not get to its
 * end; gives them all. A key that was removed stays removed. `finishHostKeys` is to be called once they are written down.
 */
export function createHostKeys(folder: string): HostKey[] {
  createPrivateDirectory(folder)
  const unfinished = join(folder, UNFINISHED)
  if (!existsSync(unfinished)) {
    if (keyFiles(folder).length > 0) return []
    writePrivateFile(unfinished, '')
  }
  return KINDS.map(([file, type]) => {
    const path = join(folder, file)
    if (existsSync(path)) return readHostKey(path)
    const key = generatePrivateKey(type)
    const comment = `sallyport@${ownName()}`
    writePrivateFile(`${path}.pub`, `${formatPublicKey(key.publicKey, comment)}\n`)
    writePrivateFile(path, encodePrivateKey(key, { comment }))
    return hostKey(key, path)
  })
}

/** A key that is missing from now on was removed. */
export function finishHostKeys(folder: string): void {
  rmSync(join(folder, UNFINISHED), { force: true })
}

/** Reads the host keys, in the order of preference. Throws GatewayError `host-key.permissions` or `host-key.invalid`. */
export function readHostKeys(folder: string): HostKey[] {
  const keys = keyFiles(folder).map((file) => readHostKey(join(folder, file)))
  if (keys.length === 0)
    throw new GatewayError('host-key.invalid', `${folder} has no host key`, { fix: 'run: sallyport init' })
  return keys
}

/** Reads one. Throws as `readHostKeys` does, and what the file system says. */
export function readHostKey(path: string): HostKey {
  requirePrivate(path, 'key')
  // Outside: nobody is to remove a key because the system had no file descriptor left to read it.
  const text = readFileSync(path, 'utf8')
  try {
    return hostKey(decodePrivateKey(text), path)
  } catch (cause) {
    throw new GatewayError('host-key.invalid', `the host key ${path} cannot be read`, {
      why: (cause as Error).message,
      fix: 'put back the right file, or remove all host keys to make new ones (clients will notice)',
      cause,
    })
  }
}

function hostKey(key: PrivateKey, path: string): HostKey {
  return { key, fingerprint: fingerprint(key.publicKey), line: formatPublicKey(key.publicKey), path }
}

function keyFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  const order: string[] = KINDS.map(([file]) => file)
  const rank = (file: string) => (order.includes(file) ? order.indexOf(file) : order.length)
  return readdirSync(folder)
    .filter((file) => file.startsWith('ssh_host_') && file.endsWith('_key'))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
