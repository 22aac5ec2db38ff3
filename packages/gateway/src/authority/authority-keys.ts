import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { decodePrivateKey, encodePrivateKey, type PrivateKey } from '@sallyport/ssh/keys'
import { GatewayError } from '../gateway-error.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { createPrivateDirectory, requirePrivate } from '../state/state-directory.ts'

/** The secret halves of the certificate authorities: one file each, named by fingerprint, 0600 in a 0700 folder. */
export class AuthorityKeys {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    createPrivateDirectory(folder)
  }

  /** Keeps the key of a new authority; it has to lie on the disk before anybody trusts it. */
  keep(kind: 'user' | 'host', fingerprint: string, key: PrivateKey): void {
    writePrivateFile(this.#path(fingerprint), encodePrivateKey(key, { comment: `sallyport ${kind} CA` }))
  }

  /**
   * Throws GatewayError `authority.unusable` where the file is missing, open to others or not the right key, and what the file
   * system says where it could not be read: that is no reason to make another authority.
   */
  read(fingerprint: string): PrivateKey {
    const path = this.#path(fingerprint)
    if (!existsSync(path)) throw unusable(`the key of the authority ${fingerprint} is missing: ${path}`)
    requirePrivate(path, 'key')
    const text = readFileSync(path, 'utf8')
    try {
      return decodePrivateKey(text)
    } catch (cause) {
      throw unusable(`the authority's key ${path} cannot be read`, cause)
    }
  }

  /** After this nobody can sign with it again. */
  destroy(fingerprint: string): void {
    rmSync(this.#path(fingerprint), { force: true })
  }

  #path(fingerprint: string): string {
    // Base64 has slashes, file names have none.
    return join(this.#folder, fingerprint.replace('SHA256:', '').replaceAll('/', '_').replaceAll('+', '-'))
  }
}

function unusable(message: string, cause?: unknown): GatewayError {
  return new GatewayError('authority.unusable', message, {
    ...(cause === undefined ? {} : { why: (cause as Error).message, cause }),
    fix: 'put the file back from a backup; or let another one sign: sallyport ca rotate, then promote',
  })
}
