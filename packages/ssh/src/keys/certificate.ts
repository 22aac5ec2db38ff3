import { ByteReader, copyBytes } from '@sallyport/wire'
import { isCertificateName, keyKind, plainName } from './key-kinds.ts'
import { decodePlainKey, type PlainKey, readKeyFields } from './plain-key.ts'

/** Named values of a certificate, in the order of the wire (sorted by name); the value is the option's raw data. */
export type CertificateOptions = ReadonlyMap<string, Uint8Array>

/**
 * A `-cert-v01@openssh.com` certificate, PROTOCOL.certkeys. Decoding proves nothing: only `checkCertificate` does.
 *
 *     string type | string nonce | key fields | uint64 serial | uint32 kind | string key id | string principals
 *     uint64 valid after | uint64 valid before | string critical options | string extensions | string reserved
 *     string signature key | string signature (over everything before it)
 */
export interface Certificate {
  /** `ssh-ed25519-cert-v01@openssh.com` and so on; never equal to a plain key's type. */
  readonly type: `${string}-cert-v01@openssh.com`
  readonly blob: Uint8Array
  readonly nonce: Uint8Array
  /** The key that the certificate is about. */
  readonly key: PlainKey
  readonly serial: bigint
  readonly kind: 'user' | 'host'
  /** Free text of the authority, for logs. Escape before printing. */
  readonly keyId: string
  /** Whom or which hosts it names. Empty: nobody. */
  readonly principals: readonly string[]
  /** Seconds since the epoch, inclusive. */
  readonly validAfter: bigint
  /** Seconds since the epoch, exclusive; 2^64-1 is for ever. */
  readonly validBefore: bigint
  readonly criticalOptions: CertificateOptions
  readonly extensions: CertificateOptions
  readonly reserved: Uint8Array
  readonly signatureKey: PlainKey
  /** Everything the signature covers. */
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
}

/** OpenSSH's own limit (SSHKEY_CERT_MAX_PRINCIPALS). */
export const CERTIFICATE_MAX_PRINCIPALS = 256
/** Options are a handful in practice; each costs a map entry. */
const MAX_OPTIONS = 256
const TYPE_MAX_BYTES = 80
const NONCE_MAX_BYTES = 256
const USER = 1
const HOST = 2

/** Reads a certificate's blob. Throws DecodeError; the signature is not checked here. */
export function decodeCertificate(blob: Uint8Array): Certificate {
  const own = copyBytes(blob)
  const reader = new ByteReader(own)
  const type = reader.text('certificate.type', TYPE_MAX_BYTES)
  const kind = keyKind(plainName(type) ?? '')
  if (kind === undefined) throw reader.error('is not a known kind of certificate', 'certificate.type')
  const nonce = reader.string('certificate.nonce', NONCE_MAX_BYTES)
  const key = readKeyFields(reader, kind)
  const serial = reader.u64('certificate.serial')
  const kindNumber = reader.u32('certificate.kind')
  if (kindNumber !== USER && kindNumber !== HOST) throw reader.error('is neither user nor host', 'certificate.kind')
  const keyId = reader.text('certificate.key-id')
  const principals = readPrincipals(reader.string('certificate.principals'))
  const validAfter = reader.u64('certificate.valid-after')
  const validBefore = reader.u64('certificate.valid-before')
  const criticalOptions = readOptions(reader.string('certificate.critical-options'), 'certificate.critical-options')
  const extensions = readOptions(reader.string('certificate.extensions'), 'certificate.extensions')
  const reserved = reader.string('certificate.reserved')
  const signatureKey = readSignatureKey(reader)
  const signedBytes = own.subarray(0, reader.offset)
  const signature = reader.string('certificate.signature')
  reader.end('certificate')
  return {
    type: type as Certificate['type'],
    blob: own,
    nonce,
    key,
    serial,
    kind: kindNumber === USER ? 'user' : 'host',
    keyId,
    principals,
    validAfter,
    validBefore,
    criticalOptions,
    extensions,
    reserved,
    signatureKey,
    signedBytes,
    signature,
  }
}

/** A certificate may not be signed by a certified key: refused by the declared type, before anything is parsed (V-C01). */
function readSignatureKey(reader: ByteReader): PlainKey {
  const blob = reader.string('certificate.signature-key')
  const type = new ByteReader(blob).text('certificate.signature-key.type', TYPE_MAX_BYTES)
  if (isCertificateName(type)) throw reader.error('is itself a certificate', 'certificate.signature-key')
  return decodePlainKey(blob)
}

function readPrincipals(packed: Uint8Array): string[] {
  const reader = new ByteReader(packed)
  const principals: string[] = []
  while (reader.remaining > 0) {
    if (principals.length === CERTIFICATE_MAX_PRINCIPALS) {
      throw reader.error(`are more than ${CERTIFICATE_MAX_PRINCIPALS}`, 'certificate.principals')
    }
    principals.push(reader.text('certificate.principals'))
  }
  return principals
}

/** Names strictly ascending, as the specification demands: so none stands twice. */
function readOptions(packed: Uint8Array, field: string): Map<string, Uint8Array> {
  const reader = new ByteReader(packed)
  const options = new Map<string, Uint8Array>()
  let previous: string | undefined
  while (reader.remaining > 0) {
    if (options.size === MAX_OPTIONS) throw reader.error(`are more than ${MAX_OPTIONS}`, field)
    const name = reader.text(field)
    if (previous !== undefined && name <= previous) throw reader.error('are not in ascending order', field)
    options.set(name, reader.string(field))
    previous = name
  }
  return options
}
