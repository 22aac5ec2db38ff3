import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { GatewayError } from '../gateway-error.ts'
import { writePrivateFile } from './private-file.ts'
import { requirePrivate } from './state-directory.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals small secrets for the database, so that a copy of it alone gives none away: AES-256-GCM, bound to what they are of. */
export class MasterKey {
  readonly #key: Uint8Array

  private constructor(key: Uint8Array) {
    this.#key = key
  }

  /** Reads the key, and makes it where there is none. Throws GatewayError `state.unusable`, `host-key.permissions`. */
  static open(path: string): MasterKey {
    if (!existsSync(path)) writePrivateFile(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
    requirePrivate(path, 'key')
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')
    if (key.length !== KEY_BYTES) {
      throw new GatewayError('state.unusable', `${path} is not a master key`, {
        why: `it has ${key.length} bytes, not ${KEY_BYTES}`,
        fix: 'put it back from a backup: one-time codes cannot be checked without it',
      })
    }
    return new MasterKey(key)
  }

  /** Nonce, ciphertext and tag. */
  seal(secret: Uint8Array, context: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(context))
    return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  }

  /** Throws where it was sealed with another key, for something else, or altered. */
  unseal(sealed: Uint8Array, context: string): Uint8Array {
    const bytes = Buffer.from(sealed)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
    const body = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]))
  }
}
