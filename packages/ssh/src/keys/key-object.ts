import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto'
import { base64url } from './encodings.ts'
import { kindOf } from './key-kinds.ts'
import type { PlainKey } from './plain-key.ts'

const cache = new WeakMap<PlainKey, KeyObject>()

/**
 * Node's form of a public key, made once per key so that further verifications cost only themselves.
 * Throws what node:crypto throws when the bytes are no key (a point that is not on its curve).
 */
export function publicKeyObject(key: PlainKey): KeyObject {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = createPublicKey({ key: publicJwk(key), format: 'jwk' })
  cache.set(key, made)
  return made
}

/** RFC 7517 form of a public key. */
export function publicJwk(key: PlainKey): webcrypto.JsonWebKey {
  if (key.type === 'ssh-rsa') return { kty: 'RSA', n: base64url(key.modulus), e: base64url(key.exponent) }
  const curve = kindOf(key.type).curve
  if (curve === undefined) return { kty: 'OKP', crv: 'Ed25519', x: base64url(key.point) }
  const middle = 1 + curve.coordinateBytes
  return {
    kty: 'EC',
    crv: curve.jwk,
    x: base64url(key.point.subarray(1, middle)),
    y: base64url(key.point.subarray(middle)),
  }
}
