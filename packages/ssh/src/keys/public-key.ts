import { createHash } from 'node:crypto'
import { ByteReader, DecodeError, equalBytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { type Certificate, decodeCertificate } from './certificate.ts'
import { fromStrictBase64 } from './encodings.ts'
import { certificateName, isCertificateName, kindOf } from './key-kinds.ts'
import { decodePlainKey, type PlainKey } from './plain-key.ts'

/** A plain key or a certificate, told apart by `isCertificate`. `blob` is the whole wire form. */
export type PublicKey = PlainKey | Certificate

export function isCertificate(key: PublicKey): key is Certificate {
  return 'signatureKey' in key
}

/** The key itself: a certificate's inner key, or the plain key that it is. */
export function plainKeyOf(key: PublicKey): PlainKey {
  return isCertificate(key) ? key.key : key
}

/** Reads a public key or certificate blob (RFC 4253 §6.6, PROTOCOL.certkeys, PROTOCOL.u2f). Copies; throws DecodeError. */
export function decodePublicKey(blob: Uint8Array): PublicKey {
  return isCertificateName(declaredType(blob)) ? decodeCertificate(blob) : decodePlainKey(blob)
}

const TYPE_MAX_BYTES = 80

function declaredType(blob: Uint8Array): string {
  return new ByteReader(blob).text('public-key.type', TYPE_MAX_BYTES)
}

/** Whether two public keys have the same bytes. A certificate never equals its inner key. */
export function samePublicKey(a: PublicKey, b: PublicKey): boolean {
  return equalBytes(a.blob, b.blob)
}

/** `SHA256:` and unpadded base64, as `ssh-keygen -l` prints; of a certificate, that of its inner key. */
export function fingerprint(key: PublicKey | Uint8Array): string {
  const blob = key instanceof Uint8Array ? key : plainKeyOf(key).blob
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/**
 * The names under which a key may be negotiated and sign, preferred first: `ssh-rsa` gives `rsa-sha2-512` and
 * `rsa-sha2-256`, a certificate the same names in their `-cert-v01@openssh.com` form.
 */
export function signatureAlgorithmsFor(key: PublicKey): readonly string[] {
  const names = kindOf(plainKeyOf(key).type).signatures.map((signature) => signature.name)
  return isCertificate(key) ? names.map(certificateName) : names
}

export interface PublicKeyLine {
  readonly key: PublicKey
  /** What stands behind the key, trimmed; empty if nothing does. */
  readonly comment: string
}

/** Longest base64 we decode: a certificate with every field in use is under 20 kB. */
const LINE_MAX_CHARACTERS = 65_536

/** Reads the one-line form of a `.pub` file: type, base64, comment. Throws SshError 'key-format'. */
export function parsePublicKey(text: string): PublicKeyLine {
  const line = text.trim()
  if (line.length > LINE_MAX_CHARACTERS) throw new SshError('key-format', 'public key line is too long')
  const match = /^(\S+)[ \t]+(\S+)(?:[ \t]+(.*))?$/.exec(line)
  if (match === null) throw new SshError('key-format', 'public key line needs a type and a base64 part')
  const [, type = '', base64 = '', comment = ''] = match
  const key = decodeBase64Key(base64)
  if (key.type !== type) throw new SshError('key-format', 'public key line names another type than its key has')
  return { key, comment: comment.trim() }
}

/** A key from the base64 of its blob. Throws SshError 'key-format'. */
export function decodeBase64Key(base64: string): PublicKey {
  const blob = fromStrictBase64(base64)
  if (blob === undefined) throw new SshError('key-format', 'public key is not valid base64')
  try {
    return decodePublicKey(blob)
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw new SshError('key-format', `public key cannot be read: ${cause.message}`, { cause })
  }
}

/** The one-line form. A comment is written as it is; line breaks in it throw SshError 'key-format'. */
export function formatPublicKey(key: PublicKey, comment = ''): string {
  if (/[\r\n]/.test(comment)) throw new SshError('key-format', 'comment has a line break')
  return `${key.type} ${key.blob.toBase64()}${comment === '' ? '' : ` ${comment}`}`
}
