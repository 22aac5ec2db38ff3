import { verify } from 'node:crypto'
import { ByteReader, ByteWriter, DecodeError } from '@sallyport/wire'
import { type EllipticCurve, isCertificateName, kindOf, plainName, type SignatureAlgorithm } from './key-kinds.ts'
import { publicKeyObject } from './key-object.ts'
import type { PlainKey, SkEcdsaKey, SkEd25519Key } from './plain-key.ts'
import { isCertificate, type PublicKey, plainKeyOf } from './public-key.ts'
import { factsOf, readSkTail, type SkTail, skSignedBytes } from './sk-signature.ts'

const ALGORITHM_MAX_BYTES = 80

/** What a security key must have asked of its user. */
export interface SkDemand {
  /** A touch; on unless switched off (`no-touch-required`). */
  readonly presence?: boolean
  /** A PIN or a biometric; off unless switched on (`verify-required`). */
  readonly verification?: boolean
}

/**
 * Whether `signature` (a whole SSH signature blob, RFC 4253 §6.6) is one by `key` over `data`, made with `algorithm`:
 * one of `signatureAlgorithmsFor(key)`. The algorithm inside the blob must be that same one. Security keys must attest
 * the user's presence. `true`, and only `true`, is success; bytes from a peer never make it throw.
 */
export function verifySignature(key: PublicKey, algorithm: string, data: Uint8Array, signature: Uint8Array): boolean {
  return verifySkSignature(key, algorithm, data, signature, {})
}

/** As `verifySignature`, with the demands on security keys stated; other kinds of keys have none to fail. */
export function verifySkSignature(
  key: PublicKey,
  algorithm: string,
  data: Uint8Array,
  signature: Uint8Array,
  demand: SkDemand,
): boolean {
  try {
    const signed = signatureAlgorithm(key, algorithm)
    if (signed === undefined) return false
    const plain = plainKeyOf(key)
    const blob = readSignature(signature, kindOf(plain.type).securityKey, signed)
    if (blob === undefined) return false
    if (blob.tail === undefined) return verifyValue(plain, signed, data, blob.value)
    const facts = factsOf(blob.tail)
    if ((demand.presence ?? true) && !facts.userPresent) return false
    if ((demand.verification ?? false) && !facts.userVerified) return false
    const inner = skSignedBytes(plain as SkEd25519Key | SkEcdsaKey, blob.tail, data)
    return inner !== undefined && verifyValue(plain, signed, inner, blob.value)
  } catch (error) {
    if (error instanceof DecodeError || isOpenSslError(error)) return false
    throw error
  }
}

/** The entry for a negotiated name, if a key may sign under it: certificates under certificate names, plain keys under plain ones. */
function signatureAlgorithm(key: PublicKey, algorithm: string): SignatureAlgorithm | undefined {
  if (isCertificate(key) !== isCertificateName(algorithm)) return undefined
  const name = isCertificate(key) ? plainName(algorithm) : algorithm
  return kindOf(plainKeyOf(key).type).signatures.find((entry) => entry.name === name)
}

interface SignatureBlob {
  readonly value: Uint8Array
  readonly tail?: SkTail
}

function readSignature(
  signature: Uint8Array,
  securityKey: boolean,
  algorithm: SignatureAlgorithm,
): SignatureBlob | undefined {
  const reader = new ByteReader(signature)
  if (reader.text('signature.algorithm', ALGORITHM_MAX_BYTES) !== algorithm.name) return undefined
  const value = reader.string('signature.value')
  const tail = securityKey ? readSkTail(reader, algorithm.webauthn === true) : undefined
  reader.end('signature')
  return tail === undefined ? { value } : { value, tail }
}

const ED25519_SIGNATURE_BYTES = 64

function verifyValue(key: PlainKey, algorithm: SignatureAlgorithm, data: Uint8Array, value: Uint8Array): boolean {
  if (key.type === 'ssh-rsa') {
    const bytes = key.modulus.length
    // RFC 8332 §3 allows a signature without its leading zeros
    if (algorithm.rsaHash === undefined || value.length === 0 || value.length > bytes) return false
    return verify(algorithm.rsaHash, data, publicKeyObject(key), leftPadded(value, bytes))
  }
  const curve = kindOf(key.type).curve
  if (curve === undefined) {
    if (value.length !== ED25519_SIGNATURE_BYTES) return false
    return verify(null, data, publicKeyObject(key), value)
  }
  const pair = { key: publicKeyObject(key), dsaEncoding: 'ieee-p1363' as const }
  return verify(curve.hash, data, pair, readEcdsaValue(value, curve))
}

/** RFC 5656 §3.1.2: mpint r, mpint s; as two fixed-width numbers. Throws DecodeError. */
function readEcdsaValue(value: Uint8Array, curve: EllipticCurve): Uint8Array {
  const width = curve.coordinateBytes
  const reader = new ByteReader(value)
  const r = reader.mpint('signature.r', width + 1)
  const s = reader.mpint('signature.s', width + 1)
  reader.end('signature.value')
  if (r.length > width || s.length > width) throw reader.error('is over the order of the curve', 'signature.value')
  const fixed = new Uint8Array(2 * width)
  fixed.set(r, width - r.length)
  fixed.set(s, 2 * width - s.length)
  return fixed
}

/** The same from what node:crypto made. */
export function encodeEcdsaValue(fixed: Uint8Array): Uint8Array {
  const width = fixed.length / 2
  return new ByteWriter().mpint(fixed.subarray(0, width)).mpint(fixed.subarray(width)).finish()
}

function leftPadded(bytes: Uint8Array, width: number): Uint8Array {
  if (bytes.length === width) return bytes
  const padded = new Uint8Array(width)
  padded.set(bytes, width - bytes.length)
  return padded
}

/** node:crypto reports a few malformed inputs (r = 0, say) by throwing instead of returning false. */
function isOpenSslError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && (code.startsWith('ERR_OSSL_') || code.startsWith('ERR_CRYPTO_'))
}

/** The algorithm's name inside a signature blob; undefined when there is none. Never throws. */
export function signatureBlobAlgorithm(signature: Uint8Array): string | undefined {
  try {
    return new ByteReader(signature).text('signature.algorithm', ALGORITHM_MAX_BYTES)
  } catch {
    return undefined
  }
}
