import { ByteReader, DecodeError, equalBytes } from '@sallyport/wire'
import type { Certificate } from './certificate.ts'
import { type IpNetwork, isInNetwork, parseIpAddress, parseNetworkList } from './ip-address.ts'
import { matchesPattern } from './name-patterns.ts'
import type { PlainKey } from './plain-key.ts'
import { signatureAlgorithmsFor } from './public-key.ts'
import { type SkDemand, signatureBlobAlgorithm, verifySignature } from './signature.ts'

export interface CertificateDemand {
  readonly kind: 'user' | 'host'
  /** Keys whose certificates count, and no others. Empty: none does (V-C05). */
  readonly authorities: readonly PlainKey[]
  /** Milliseconds since the epoch, as `Clock.now` gives them. */
  readonly now: number
  /** The user or host that the certificate must name. */
  readonly principal: string
  /** Where the user connects from; a certificate bound to addresses is refused when it is not known. */
  readonly sourceAddress?: string
}

/** Why a certificate does not count. For logs: a peer learns none of it. */
export type CertificateRefusal =
  | 'wrong-kind'
  | 'unknown-authority'
  | 'bad-signature'
  | 'not-yet-valid'
  | 'expired'
  | 'unknown-critical-option'
  | 'malformed-option'
  | 'principal-not-named'
  | 'source-address-not-allowed'

/** What a certificate says about sessions of its user, PROTOCOL.certkeys "Critical options" and "Extensions". */
export interface CertificateGrants {
  /** Replaces whatever command, shell or subsystem is asked for. */
  readonly forceCommand?: string
  readonly permitX11Forwarding: boolean
  readonly permitAgentForwarding: boolean
  readonly permitPortForwarding: boolean
  readonly permitPty: boolean
  readonly permitUserRc: boolean
  /** For `verifySkSignature` of the login itself, where the certified key is in a security key. */
  readonly skDemand: Required<SkDemand>
}

export type CertificateVerdict =
  | { readonly valid: true; readonly authority: PlainKey; readonly grants: CertificateGrants }
  | { readonly valid: false; readonly reason: CertificateRefusal }

/**
 * Whether a certificate counts: signed by a trusted authority, now, for this principal, from this address. It does
 * not show that the peer holds the certified key: that is `verifySignature` with the certificate as the key.
 * Principals of users match exactly; those of hosts may hold wildcards (as OpenSSH's do). No principals: nobody.
 */
export function checkCertificate(certificate: Certificate, demand: CertificateDemand): CertificateVerdict {
  if (certificate.kind !== demand.kind) return refused('wrong-kind')
  const authority = demand.authorities.find((key) => equalBytes(key.blob, certificate.signatureKey.blob))
  if (authority === undefined) return refused('unknown-authority')
  if (!isSignedBy(certificate, authority)) return refused('bad-signature')
  const now = BigInt(Math.floor(demand.now / 1000))
  if (now < certificate.validAfter) return refused('not-yet-valid')
  if (now >= certificate.validBefore) return refused('expired')
  const restrictions = readRestrictions(certificate)
  if (typeof restrictions === 'string') return refused(restrictions)
  if (!names(certificate, demand.principal)) return refused('principal-not-named')
  if (restrictions.networks !== undefined && !isFrom(restrictions.networks, demand.sourceAddress)) {
    return refused('source-address-not-allowed')
  }
  return { valid: true, authority, grants: restrictions.grants }
}

function refused(reason: CertificateRefusal): CertificateVerdict {
  return { valid: false, reason }
}

/** Whether the certificate's own signature is by this key. Proves nothing else about the certificate. */
export function isSignedBy(certificate: Certificate, authority: PlainKey): boolean {
  const algorithm = signatureBlobAlgorithm(certificate.signature) ?? ''
  if (!signatureAlgorithmsFor(authority).includes(algorithm)) return false
  return verifySignature(authority, algorithm, certificate.signedBytes, certificate.signature)
}

function names(certificate: Certificate, principal: string): boolean {
  if (certificate.kind === 'user') return certificate.principals.includes(principal)
  const host = principal.toLowerCase()
  return certificate.principals.some((pattern) => matchesPattern(host, pattern.toLowerCase()))
}

function isFrom(networks: readonly IpNetwork[], sourceAddress: string | undefined): boolean {
  const address = sourceAddress === undefined ? undefined : parseIpAddress(sourceAddress)
  return address !== undefined && networks.some((network) => isInNetwork(address, network))
}

interface Restrictions {
  readonly networks?: readonly IpNetwork[]
  readonly grants: CertificateGrants
}

/** Critical options: every one is known and well-formed, or the certificate is refused. None is defined for hosts. */
function readRestrictions(certificate: Certificate): Restrictions | 'unknown-critical-option' | 'malformed-option' {
  let forceCommand: string | undefined
  let networks: readonly IpNetwork[] | undefined
  let verification = false
  for (const [name, value] of certificate.criticalOptions) {
    if (certificate.kind !== 'user') return 'unknown-critical-option'
    if (name === 'verify-required') {
      if (value.length > 0) return 'malformed-option'
      verification = true
    } else if (name === 'force-command') {
      forceCommand = optionText(value)
      if (forceCommand === undefined) return 'malformed-option'
    } else if (name === 'source-address') {
      networks = parseNetworkList(optionText(value) ?? '')
      if (networks === undefined) return 'malformed-option'
    } else return 'unknown-critical-option'
  }
  const flags = certificate.kind === 'user' ? readFlags(certificate) : new Set<string>()
  if (flags === undefined) return 'malformed-option'
  const grants = {
    ...(forceCommand === undefined ? {} : { forceCommand }),
    permitX11Forwarding: flags.has('permit-X11-forwarding'),
    permitAgentForwarding: flags.has('permit-agent-forwarding'),
    permitPortForwarding: flags.has('permit-port-forwarding'),
    permitPty: flags.has('permit-pty'),
    permitUserRc: flags.has('permit-user-rc'),
    skDemand: { presence: !flags.has('no-touch-required'), verification },
  }
  return networks === undefined ? { grants } : { networks, grants }
}

const FLAGS: ReadonlySet<string> = new Set([
  'permit-X11-forwarding',
  'permit-agent-forwarding',
  'permit-port-forwarding',
  'permit-pty',
  'permit-user-rc',
  'no-touch-required',
])

/** The extensions that grant something; unknown ones are ignored, data where none belongs is not. */
function readFlags(certificate: Certificate): ReadonlySet<string> | undefined {
  const flags = new Set<string>()
  for (const [name, value] of certificate.extensions) {
    if (!FLAGS.has(name)) continue
    if (value.length > 0) return undefined
    flags.add(name)
  }
  return flags
}

/** The text that is an option's data; undefined unless the data is exactly one text. */
export function optionText(value: Uint8Array): string | undefined {
  try {
    const reader = new ByteReader(value)
    const text = reader.text('certificate.option')
    reader.end('certificate.option')
    return text
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
