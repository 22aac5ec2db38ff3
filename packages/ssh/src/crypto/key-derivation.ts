import { createHash } from 'node:crypto'
import { ByteWriter, concatBytes } from '@sallyport/wire'
import type { KexHash, KexValueEncoding } from './kex-method.ts'

/** What the letters of RFC 4253 §7.2 stand for. */
export const DERIVED_KEY = {
  ivClientToServer: 'A',
  ivServerToClient: 'B',
  keyClientToServer: 'C',
  keyServerToClient: 'D',
  macClientToServer: 'E',
  macServerToClient: 'F',
} as const

export type DerivedKeyLetter = (typeof DERIVED_KEY)[keyof typeof DERIVED_KEY]

/** What all keys of one key exchange come from. */
export interface KeyMaterial {
  readonly hash: KexHash
  /** K as it goes into the hash: encoded, see `encodeSecret`. */
  readonly encodedSecret: Uint8Array
  readonly exchangeHash: Uint8Array
  /** The first exchange hash of the connection. */
  readonly sessionId: Uint8Array
}

/** The shared secret as exchange hash and key derivation take it: with its length, and as a number where the method says so. */
export function encodeSecret(encoding: KexValueEncoding, secret: Uint8Array): Uint8Array {
  const writer = new ByteWriter(secret.length + 8)
  return (encoding === 'mpint' ? writer.mpint(secret) : writer.string(secret)).finish()
}

/** `bytes` bytes of key, RFC 4253 §7.2: K1 = HASH(K | H | letter | session_id), then K(n+1) = HASH(K | H | K1 | … | Kn). */
export function deriveKey(material: KeyMaterial, letter: DerivedKeyLetter, bytes: number): Uint8Array {
  const { hash, encodedSecret, exchangeHash, sessionId } = material
  const prefix = createHash(hash).update(encodedSecret).update(exchangeHash)
  let key: Uint8Array = new Uint8Array(prefix.copy().update(letter).update(sessionId).digest())
  while (key.length < bytes) key = concatBytes(key, prefix.copy().update(key).digest())
  return key.subarray(0, bytes)
}
