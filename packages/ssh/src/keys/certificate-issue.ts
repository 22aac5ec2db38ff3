import { randomBytes } from 'node:crypto'
import { ByteReader, ByteWriter, utf8Bytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import {
  CERTIFICATE_MAX_PRINCIPALS,
  type Certificate,
  type CertificateOptions,
  decodeCertificate,
} from './certificate.ts'
import { isSignedBy, optionText } from './certificate-check.ts'
import { parseNetworkList } from './ip-address.ts'
import { certificateName } from './key-kinds.ts'
import type { PlainKey } from './plain-key.ts'
import { isCertificate } from './public-key.ts'
import type { Signer } from './signer.ts'

export interface CertificateRequest {
  /** The key to certify. */
  readonly key: PlainKey
  readonly kind: 'user' | 'host'
  readonly serial: bigint
  /** For logs; at most 1024 bytes, no control characters. */
  readonly keyId: string
  /** At least one; see `isPrincipal`. */
  readonly principals: readonly string[]
  /** Seconds since the epoch, inclusive. */
  readonly validAfter: bigint
  /** Seconds since the epoch, exclusive. */
  readonly validBefore: bigint
  /** Data per option, as `textOption` makes it; empty for flags. */
  readonly criticalOptions?: CertificateOptions
  /** As `userExtensions`; none if left out. */
  readonly extensions?: CertificateOptions
}

/** What ssh-keygen gives to users unless told otherwise. */
export const userExtensions: CertificateOptions = new Map(
  ['permit-X11-forwarding', 'permit-agent-forwarding', 'permit-port-forwarding', 'permit-pty', 'permit-user-rc'].map(
    (name) => [name, new Uint8Array()],
  ),
)

/** An option's data that is one text: `force-command`, `source-address`. */
export function textOption(text: string): Uint8Array {
  return new ByteWriter().string(text).finish()
}

const NONCE_BYTES = 32
const KEY_ID_MAX_BYTES = 1024
/** A user name of most systems has at most 32 bytes. */
const USER_MAX_BYTES = 64
/** A name in DNS has at most 253. */
const HOST_MAX_BYTES = 255
/** 2^64-1 stands for "for ever"; nothing here lasts for ever. */
const FOREVER = 0xffff_ffff_ffff_ffffn

/**
 * Whether a certificate may name this: one name, not a pattern or a list in any reader's eyes (V-C02). No white space,
 * control or unseen characters, comma, star, question mark or bang; at most 64 bytes for users, 255 for hosts.
 */
export function isPrincipal(text: string, kind: 'user' | 'host'): boolean {
  const bytes = utf8Bytes(text).length
  if (bytes === 0 || bytes > (kind === 'user' ? USER_MAX_BYTES : HOST_MAX_BYTES)) return false
  return text.isWellFormed() && !/[\s,*?!\p{C}\p{Z}]/u.test(text)
}

/**
 * Has an authority sign a certificate. Throws SshError 'key-unsupported' for a request that must not be signed
 * (principals, validity, options, an authority that is itself certified), and what the signer throws.
 */
export async function issueCertificate(
  request: CertificateRequest,
  authority: Signer,
  options: { signal?: AbortSignal } = {},
): Promise<Certificate> {
  refuseUnfit(request)
  const { publicKey } = authority
  const [algorithm] = authority.algorithms
  if (isCertificate(publicKey) || algorithm === undefined) throw unfit('authority is not a plain key that can sign')
  const toSign = encodeUnsigned(request, publicKey)
  const signature = await authority.sign(algorithm, toSign, options)
  const certificate = decodeCertificate(new ByteWriter(1024).bytes(toSign).string(signature).finish())
  if (!isSignedBy(certificate, publicKey)) throw new SshError('signing-failed', 'authority made a wrong signature')
  return certificate
}

function refuseUnfit(request: CertificateRequest): void {
  const { kind, principals, validAfter, validBefore, keyId } = request
  if (principals.length === 0) throw unfit('certificate names nobody')
  if (principals.length > CERTIFICATE_MAX_PRINCIPALS) throw unfit('certificate names too many')
  for (const principal of principals) {
    if (!isPrincipal(principal, kind)) throw unfit('certificate names what is not one plain name', { principal })
  }
  if (utf8Bytes(keyId).length > KEY_ID_MAX_BYTES || /\p{Cc}/u.test(keyId))
    throw unfit('key id is too long or has control characters')
  if (validAfter < 0n || validAfter >= validBefore) throw unfit('certificate ends before it begins')
  if (validBefore >= FOREVER) throw unfit('certificate would never end')
  const sources = request.criticalOptions?.get('source-address')
  if (sources !== undefined && parseNetworkList(optionText(sources) ?? '') === undefined) {
    throw unfit('source-address is not a list of networks')
  }
}

function unfit(message: string, facts?: Readonly<Record<string, unknown>>): SshError {
  return new SshError('key-unsupported', message, facts === undefined ? {} : { facts })
}

function encodeUnsigned(request: CertificateRequest, authority: PlainKey): Uint8Array {
  const { key } = request
  const names = new ByteWriter()
  for (const principal of request.principals) names.string(principal)
  // a certificate holds the key's own fields: everything behind the type in its blob
  const fields = new ByteReader(key.blob)
  fields.string()
  return new ByteWriter(1024)
    .string(certificateName(key.type))
    .string(randomBytes(NONCE_BYTES))
    .bytes(fields.rest())
    .u64(request.serial)
    .u32(request.kind === 'user' ? 1 : 2)
    .string(request.keyId)
    .string(names.finish())
    .u64(request.validAfter)
    .u64(request.validBefore)
    .string(encodeOptions(request.criticalOptions))
    .string(encodeOptions(request.extensions))
    .string('')
    .string(authority.blob)
    .finish()
}

function encodeOptions(options: CertificateOptions = new Map()): Uint8Array {
  const writer = new ByteWriter()
  const sorted = [...options].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, value] of sorted) writer.string(name).string(value)
  return writer.finish()
}
