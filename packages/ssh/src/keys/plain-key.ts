import { ByteReader, ByteWriter, copyBytes } from '@sallyport/wire'
import { type EllipticCurve, type KeyKind, keyKind, kindOf, type PlainKeyType } from './key-kinds.ts'
import { publicKeyObject } from './key-object.ts'
import { isSmallOrderEd25519 } from './small-order.ts'

/** RFC 8709 §4. */
export interface Ed25519Key {
  readonly type: 'ssh-ed25519'
  readonly blob: Uint8Array
  /** 32 bytes. */
  readonly point: Uint8Array
}

/** RFC 5656 §3.1. */
export interface EcdsaKey {
  readonly type: 'ecdsa-sha2-nistp256' | 'ecdsa-sha2-nistp384' | 'ecdsa-sha2-nistp521'
  readonly blob: Uint8Array
  /** Uncompressed: 0x04, x, y. */
  readonly point: Uint8Array
}

/** RFC 4253 §6.6. */
export interface RsaKey {
  readonly type: 'ssh-rsa'
  readonly blob: Uint8Array
  /** Big-endian, no leading zero. */
  readonly exponent: Uint8Array
  /** Big-endian, no leading zero. */
  readonly modulus: Uint8Array
  readonly bits: number
}

/** Ed25519 in a FIDO security key, PROTOCOL.u2f. */
export interface SkEd25519Key {
  readonly type: 'sk-ssh-ed25519@openssh.com'
  readonly blob: Uint8Array
  readonly point: Uint8Array
  /** Usually `ssh:`; for WebAuthn the relying party id. */
  readonly application: string
}

/** ECDSA on nistp256 in a FIDO security key, PROTOCOL.u2f. */
export interface SkEcdsaKey {
  readonly type: 'sk-ecdsa-sha2-nistp256@openssh.com'
  readonly blob: Uint8Array
  readonly point: Uint8Array
  readonly application: string
}

/** A public key that is not a certificate. `blob` is its one canonical wire form and the key's identity. */
export type PlainKey = Ed25519Key | EcdsaKey | RsaKey | SkEd25519Key | SkEcdsaKey

const ED25519_BYTES = 32
/** Below: within reach of factoring in the next years (NIST SP 800-57). */
export const RSA_MIN_BITS = 2048
/** Above: one verification takes long enough to be a way to burn our CPU; OpenSSH has the same limit. */
export const RSA_MAX_BITS = 16_384
/** Public exponents are 65537 nearly everywhere; a long one makes verification as slow as signing. */
const RSA_MAX_EXPONENT_BYTES = 4
const RSA_MAX_MPINT_BYTES = RSA_MAX_BITS / 8 + 1
/** `ssh:` or a host name; a name in DNS has at most 253 bytes. */
const APPLICATION_MAX_BYTES = 256
const TYPE_MAX_BYTES = 64
/** SEC 1 §2.3.3; OpenSSH writes no other form. */
const UNCOMPRESSED = 4

/** Reads a plain key's blob. Throws DecodeError: unknown type, certificate, bad point, RSA out of bounds, trailing bytes. */
export function decodePlainKey(blob: Uint8Array): PlainKey {
  const own = copyBytes(blob)
  const reader = new ByteReader(own)
  const type = reader.text('public-key.type', TYPE_MAX_BYTES)
  const kind = keyKind(type)
  if (kind === undefined) throw reader.error('is not a known kind of plain key', 'public-key.type')
  const key = readKeyFields(reader, kind, own)
  reader.end('public-key')
  return key
}

/**
 * Reads a key's fields behind its type name: in a plain blob (given, it becomes the key's own), or in the
 * middle of a certificate, where the plain blob is written anew.
 */
export function readKeyFields(reader: ByteReader, kind: KeyKind, blob?: Uint8Array): PlainKey {
  if (kind.family === 'rsa') return readRsa(reader, blob)
  const point = kind.curve === undefined ? readEd25519Point(reader) : readEcdsaPoint(reader, kind.curve)
  const application = kind.securityKey ? reader.text('public-key.application', APPLICATION_MAX_BYTES) : undefined
  const key = pointKey(kind, point, application, blob)
  if (kind.curve !== undefined && !isOnCurve(key)) throw reader.error('is not on the curve', 'public-key.point')
  return key
}

function readEd25519Point(reader: ByteReader): Uint8Array {
  const point = reader.string('public-key.point', ED25519_BYTES)
  if (point.length !== ED25519_BYTES) throw reader.error(`has ${point.length} bytes, needs 32`, 'public-key.point')
  if (isSmallOrderEd25519(point)) throw reader.error('is of small order', 'public-key.point')
  return point
}

function readEcdsaPoint(reader: ByteReader, curve: EllipticCurve): Uint8Array {
  const identifier = reader.text('public-key.curve', TYPE_MAX_BYTES)
  if (identifier !== curve.identifier) throw reader.error(`is not ${curve.identifier}`, 'public-key.curve')
  const pointBytes = 1 + 2 * curve.coordinateBytes
  const point = reader.string('public-key.point', pointBytes)
  if (point.length !== pointBytes || point[0] !== UNCOMPRESSED) {
    throw reader.error('is not an uncompressed point of the curve', 'public-key.point')
  }
  return point
}

function pointKey(kind: KeyKind, point: Uint8Array, application: string | undefined, blob?: Uint8Array): PlainKey {
  const type = kind.type as Exclude<PlainKeyType, 'ssh-rsa'>
  const own = blob ?? encodePointKey(kind, point, application)
  if (application === undefined) return { type, blob: own, point } as Ed25519Key | EcdsaKey
  return { type, blob: own, point, application }
}

function encodePointKey(kind: KeyKind, point: Uint8Array, application?: string): Uint8Array {
  const writer = new ByteWriter().string(kind.type)
  if (kind.curve !== undefined) writer.string(kind.curve.identifier)
  writer.string(point)
  if (application !== undefined) writer.string(application)
  return copyBytes(writer.finish())
}

function isOnCurve(key: PlainKey): boolean {
  try {
    publicKeyObject(key)
    return true
  } catch {
    return false
  }
}

function readRsa(reader: ByteReader, blob?: Uint8Array): RsaKey {
  const exponent = reader.mpint('public-key.exponent', RSA_MAX_EXPONENT_BYTES + 1)
  if (exponent.length > RSA_MAX_EXPONENT_BYTES) throw reader.error('is over 2^32-1', 'public-key.exponent')
  if (isEven(exponent) || (exponent.length === 1 && exponent[0] === 1)) {
    throw reader.error('is not an odd number from 3', 'public-key.exponent')
  }
  const modulus = reader.mpint('public-key.modulus', RSA_MAX_MPINT_BYTES)
  const bits = bitLength(modulus)
  if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS) {
    throw reader.error(`has ${bits} bits, needs ${RSA_MIN_BITS} to ${RSA_MAX_BITS}`, 'public-key.modulus')
  }
  if (isEven(modulus)) throw reader.error('is even', 'public-key.modulus')
  return { type: 'ssh-rsa', blob: blob ?? encodeRsa(exponent, modulus), exponent, modulus, bits }
}

function encodeRsa(exponent: Uint8Array, modulus: Uint8Array): Uint8Array {
  return copyBytes(new ByteWriter().string('ssh-rsa').mpint(exponent).mpint(modulus).finish())
}

function isEven(magnitude: Uint8Array): boolean {
  return ((magnitude.at(-1) ?? 0) & 1) === 0
}

/** Bits of a big-endian number without leading zero bytes. */
function bitLength(magnitude: Uint8Array): number {
  const first = magnitude[0]
  return first === undefined ? 0 : (magnitude.length - 1) * 8 + (32 - Math.clz32(first))
}

/** A key of any kind but RSA from its point; `application` for security keys. Throws DecodeError as decoding does. */
export function keyFromPoint(
  type: Exclude<PlainKeyType, 'ssh-rsa'>,
  point: Uint8Array,
  application?: string,
): PlainKey {
  return decodePlainKey(encodePointKey(kindOf(type), point, application))
}

/** An RSA key from its two big-endian numbers; throws DecodeError as decoding does. */
export function rsaKeyFromNumbers(exponent: Uint8Array, modulus: Uint8Array): PlainKey {
  return decodePlainKey(encodeRsa(exponent, modulus))
}
