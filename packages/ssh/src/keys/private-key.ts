import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { ByteWriter } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { fromBase64url } from './encodings.ts'
import { kindOf } from './key-kinds.ts'
import { keyFromPoint, type PlainKey, rsaKeyFromNumbers } from './plain-key.ts'
import { encodeEcdsaValue } from './signature.ts'
import { type Signer, unsupportedAlgorithm } from './signer.ts'

/** Kinds whose private half can be held in a file. */
export type PrivateKeyType =
  | 'ssh-ed25519'
  | 'ecdsa-sha2-nistp256'
  | 'ecdsa-sha2-nistp384'
  | 'ecdsa-sha2-nistp521'
  | 'ssh-rsa'

/** As strong as the other kinds' 128 bits (NIST SP 800-57 table 2), and what ssh-keygen makes. */
const RSA_BITS = 3072

/**
 * A private key in this process. Signing is node:crypto's alone: no nonce is ever chosen here (V-A23).
 * INVARIANT: the secret half is reachable only through `keyObject` and never printed.
 */
export class PrivateKey implements Signer {
  readonly publicKey: PlainKey
  readonly algorithms: readonly string[]
  /** What its file said about it; empty if nothing. */
  readonly comment: string
  readonly #key: KeyObject

  /** Throws SshError 'key-unsupported' for kinds that SSH does not know or that are too weak. */
  constructor(key: KeyObject, comment = '') {
    this.#key = key
    this.comment = comment
    this.publicKey = plainKeyFrom(key)
    this.algorithms = kindOf(this.publicKey.type).signatures.map((entry) => entry.name)
  }

  /** The secret itself, for writing it to a file or an agent. */
  get keyObject(): KeyObject {
    return this.#key
  }

  sign(algorithm: string, data: Uint8Array): Uint8Array {
    const entry = kindOf(this.publicKey.type).signatures.find((candidate) => candidate.name === algorithm)
    if (entry === undefined) throw unsupportedAlgorithm(algorithm)
    try {
      return new ByteWriter().string(entry.name).string(this.#value(entry.rsaHash, data)).finish()
    } catch (cause) {
      throw new SshError('signing-failed', 'signature could not be made', { cause })
    }
  }

  #value(rsaHash: 'sha256' | 'sha512' | undefined, data: Uint8Array): Uint8Array {
    if (rsaHash !== undefined) return sign(rsaHash, data, this.#key)
    const curve = kindOf(this.publicKey.type).curve
    if (curve === undefined) return sign(null, data, this.#key)
    return encodeEcdsaValue(sign(curve.hash, data, { key: this.#key, dsaEncoding: 'ieee-p1363' }))
  }
}

/** A new key. RSA has 3072 bits and takes a good part of a second; the others microseconds. */
export function generatePrivateKey(type: PrivateKeyType): PrivateKey {
  const namedCurve = kindOf(type).curve?.jwk
  if (namedCurve !== undefined) return new PrivateKey(generateKeyPairSync('ec', { namedCurve }).privateKey)
  if (type === 'ssh-rsa') return new PrivateKey(generateKeyPairSync('rsa', { modulusLength: RSA_BITS }).privateKey)
  return new PrivateKey(generateKeyPairSync('ed25519').privateKey)
}

const CURVES: ReadonlyMap<string, 'ecdsa-sha2-nistp256' | 'ecdsa-sha2-nistp384' | 'ecdsa-sha2-nistp521'> = new Map([
  ['P-256', 'ecdsa-sha2-nistp256'],
  ['P-384', 'ecdsa-sha2-nistp384'],
  ['P-521', 'ecdsa-sha2-nistp521'],
])
const EXPORTABLE: ReadonlySet<string | undefined> = new Set(['ed25519', 'ec', 'rsa'])

/** The SSH public key of a node:crypto key. */
function plainKeyFrom(key: KeyObject): PlainKey {
  if (!EXPORTABLE.has(key.asymmetricKeyType)) throw unsupportedKind(key)
  try {
    const { kty, crv, x, y, n, e } = createPublicKey(key).export({ format: 'jwk' })
    if (kty === 'RSA') return rsaKeyFromNumbers(fromBase64url(e ?? ''), fromBase64url(n ?? ''))
    if (kty === 'OKP') return keyFromPoint('ssh-ed25519', fromBase64url(x ?? ''))
    const type = CURVES.get(crv ?? '')
    if (type === undefined) throw unsupportedKind(key)
    const point = new ByteWriter()
      .u8(4)
      .bytes(fromBase64url(x ?? ''))
      .bytes(fromBase64url(y ?? ''))
      .finish()
    return keyFromPoint(type, point)
  } catch (cause) {
    if (cause instanceof SshError) throw cause
    throw unsupportedKind(key, cause)
  }
}

function unsupportedKind(key: KeyObject, cause?: unknown): SshError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  return new SshError('key-unsupported', `private key is of a kind or size that is not accepted${reason}`, {
    cause,
    facts: { kind: key.asymmetricKeyType ?? key.type },
  })
}
