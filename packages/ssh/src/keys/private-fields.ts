import { createPrivateKey, type KeyObject, type webcrypto } from 'node:crypto'
import { type ByteReader, ByteWriter, concatBytes, equalBytes } from '@sallyport/wire'
import { base64url, fromBase64url } from './encodings.ts'
import { type KeyKind, keyKind, kindOf } from './key-kinds.ts'
import { publicJwk } from './key-object.ts'
import { decodePlainKey, keyFromPoint, type PlainKey, RSA_MAX_BITS, rsaKeyFromNumbers } from './plain-key.ts'
import type { PrivateKey } from './private-key.ts'

const SEED_BYTES = 32
const NUMBER_MAX_BYTES = RSA_MAX_BITS / 8 + 1
const TYPE_MAX_BYTES = 64

/**
 * Reads a private key's type and fields as OpenSSH files and agents hold them (PROTOCOL.agent §4.2.2 to §4.2.5).
 * Throws DecodeError, for security keys too (their private half is in the hardware); what node:crypto finds wrong
 * with the numbers comes out as its own error. That the halves belong together is the caller's test.
 */
export function readPrivateFields(reader: ByteReader): { publicKey: PlainKey; keyObject: KeyObject } {
  const type = reader.text('private-key.type', TYPE_MAX_BYTES)
  const kind = keyKind(type)
  if (kind === undefined) throw reader.error('is not a known kind', 'private-key.type')
  if (kind.securityKey) throw reader.error('is kept in a security key: use an agent', 'private-key.type')
  const { publicKey, secret } = readHalves(reader, kind)
  const jwk = { ...publicJwk(publicKey), ...secret }
  return { publicKey, keyObject: createPrivateKey({ key: jwk, format: 'jwk' }) }
}

interface Halves {
  readonly publicKey: PlainKey
  /** The private members of the JWK. */
  readonly secret: webcrypto.JsonWebKey
}

function readHalves(reader: ByteReader, kind: KeyKind): Halves {
  switch (kind.family) {
    case 'ed25519':
      return readEd25519(reader)
    case 'ecdsa':
      return readEcdsa(reader, kind)
    case 'rsa':
      return readRsa(reader)
    default:
      return kind.family satisfies never
  }
}

/** string public, string seed and public. */
function readEd25519(reader: ByteReader): Halves {
  const point = reader.string('private-key.public', SEED_BYTES)
  const secret = reader.string('private-key.secret', 2 * SEED_BYTES)
  if (secret.length !== 2 * SEED_BYTES || !equalBytes(secret.subarray(SEED_BYTES), point)) {
    throw reader.error('does not end in the public key', 'private-key.secret')
  }
  return { publicKey: keyFromPoint('ssh-ed25519', point), secret: { d: base64url(secret.subarray(0, SEED_BYTES)) } }
}

/** string curve, string point, mpint scalar. */
function readEcdsa(reader: ByteReader, kind: KeyKind): Halves {
  const identifier = reader.string('private-key.curve', TYPE_MAX_BYTES)
  const point = reader.string('private-key.public', NUMBER_MAX_BYTES)
  const publicKey = decodePlainKey(new ByteWriter().string(kind.type).string(identifier).string(point).finish())
  const width = kind.curve?.coordinateBytes ?? 0
  const scalar = reader.mpint('private-key.scalar', width + 1)
  if (scalar.length > width) throw reader.error('is over the order of the curve', 'private-key.scalar')
  return { publicKey, secret: { d: base64url(leftPadded(scalar, width)) } }
}

/** mpint n, e, d, q^-1 mod p, p, q. */
function readRsa(reader: ByteReader): Halves {
  const [n, e, d, qi, p, q] = [
    reader.mpint('private-key.modulus', NUMBER_MAX_BYTES),
    reader.mpint('private-key.exponent', NUMBER_MAX_BYTES),
    reader.mpint('private-key.secret-exponent', NUMBER_MAX_BYTES),
    reader.mpint('private-key.coefficient', NUMBER_MAX_BYTES),
    reader.mpint('private-key.prime-p', NUMBER_MAX_BYTES),
    reader.mpint('private-key.prime-q', NUMBER_MAX_BYTES),
  ]
  const publicKey = rsaKeyFromNumbers(e, n)
  const [bigD, bigP, bigQ] = [bigintOf(d), bigintOf(p), bigintOf(q)]
  if (bigP < 3n || bigQ < 3n || bigP * bigQ !== bigintOf(n)) {
    throw reader.error('is not the product of the primes', 'private-key.modulus')
  }
  const secret = {
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: base64url(bytesOf(bigD % (bigP - 1n))),
    dq: base64url(bytesOf(bigD % (bigQ - 1n))),
    qi: base64url(qi),
  }
  return { publicKey, secret }
}

/** The fields behind the type name, as `readPrivateFields` reads them. Secret: goes to a file or an agent only. */
export function writePrivateFields(writer: ByteWriter, key: PrivateKey): void {
  const { publicKey } = key
  const jwk = key.keyObject.export({ format: 'jwk' })
  const secret = fromBase64url(jwk.d ?? '')
  if (publicKey.type === 'ssh-rsa') {
    writer.mpint(publicKey.modulus).mpint(publicKey.exponent)
    writeRsaSecrets(writer, jwk)
    return
  }
  const { curve } = kindOf(publicKey.type)
  if (curve === undefined) writer.string(publicKey.point).string(concatBytes(secret, publicKey.point))
  else writer.string(curve.identifier).string(publicKey.point).mpint(secret)
}

/** The fields that stand behind a certificate when it goes to an agent with its key (PROTOCOL.certkeys): the secret ones. */
export function writeCertifiedFields(writer: ByteWriter, key: PrivateKey): void {
  const { publicKey } = key
  const jwk = key.keyObject.export({ format: 'jwk' })
  const secret = fromBase64url(jwk.d ?? '')
  if (publicKey.type === 'ssh-rsa') writeRsaSecrets(writer, jwk)
  else if (kindOf(publicKey.type).curve !== undefined) writer.mpint(secret)
  else writer.string(publicKey.point).string(concatBytes(secret, publicKey.point))
}

function writeRsaSecrets(writer: ByteWriter, jwk: webcrypto.JsonWebKey): void {
  for (const member of [jwk.d, jwk.qi, jwk.p, jwk.q]) writer.mpint(fromBase64url(member ?? ''))
}

function bigintOf(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytes.toHex()}`)
}

function bytesOf(number: bigint): Uint8Array {
  const digits = number.toString(16)
  return Uint8Array.fromHex(digits.length % 2 === 0 ? digits : `0${digits}`)
}

function leftPadded(bytes: Uint8Array, width: number): Uint8Array {
  const padded = new Uint8Array(width)
  padded.set(bytes, width - bytes.length)
  return padded
}
