/**
 * The kinds of keys this package knows, one entry each. Everything that depends on the kind
 * (curve, hash, signature algorithms) is read from here; no other file compares algorithm names.
 */

/** ECDSA's parameters per curve, RFC 5656 §3.1 and §10.1. */
export interface EllipticCurve {
  /** Identifier inside the key blob. */
  readonly identifier: string
  /** The same curve in JWK (RFC 7518 §6.2.1.1). */
  readonly jwk: 'P-256' | 'P-384' | 'P-521'
  readonly coordinateBytes: number
  readonly hash: 'sha256' | 'sha384' | 'sha512'
}

const nistp256: EllipticCurve = { identifier: 'nistp256', jwk: 'P-256', coordinateBytes: 32, hash: 'sha256' }
const nistp384: EllipticCurve = { identifier: 'nistp384', jwk: 'P-384', coordinateBytes: 48, hash: 'sha384' }
const nistp521: EllipticCurve = { identifier: 'nistp521', jwk: 'P-521', coordinateBytes: 66, hash: 'sha512' }

/** How a signature of one algorithm is laid out and checked. */
export interface SignatureAlgorithm {
  readonly name: string
  /** RSA's digest; the other families have theirs fixed. */
  readonly rsaHash?: 'sha256' | 'sha512'
  /** The signed data is wrapped in a WebAuthn client data document (PROTOCOL.u2f). */
  readonly webauthn?: true
}

export interface KeyKind {
  /** Name inside the key blob. */
  readonly type: string
  readonly family: 'ed25519' | 'ecdsa' | 'rsa'
  /** Present for ECDSA, security keys included. */
  readonly curve?: EllipticCurve
  /** A FIDO security key: the blob names an application, signatures carry flags and a counter. */
  readonly securityKey: boolean
  /** Preferred first. */
  readonly signatures: readonly SignatureAlgorithm[]
}

const own = (name: string): readonly SignatureAlgorithm[] => [{ name }]

const table = [
  { type: 'ssh-ed25519', family: 'ed25519', securityKey: false, signatures: own('ssh-ed25519') },
  {
    type: 'ecdsa-sha2-nistp256',
    family: 'ecdsa',
    curve: nistp256,
    securityKey: false,
    signatures: own('ecdsa-sha2-nistp256'),
  },
  {
    type: 'ecdsa-sha2-nistp384',
    family: 'ecdsa',
    curve: nistp384,
    securityKey: false,
    signatures: own('ecdsa-sha2-nistp384'),
  },
  {
    type: 'ecdsa-sha2-nistp521',
    family: 'ecdsa',
    curve: nistp521,
    securityKey: false,
    signatures: own('ecdsa-sha2-nistp521'),
  },
  {
    // RFC 8332: the key is still called ssh-rsa, the SHA-1 signature of that name is never accepted
    type: 'ssh-rsa',
    family: 'rsa',
    securityKey: false,
    signatures: [
      { name: 'rsa-sha2-512', rsaHash: 'sha512' },
      { name: 'rsa-sha2-256', rsaHash: 'sha256' },
    ],
  },
  {
    type: 'sk-ssh-ed25519@openssh.com',
    family: 'ed25519',
    securityKey: true,
    signatures: own('sk-ssh-ed25519@openssh.com'),
  },
  {
    type: 'sk-ecdsa-sha2-nistp256@openssh.com',
    family: 'ecdsa',
    curve: nistp256,
    securityKey: true,
    signatures: [
      { name: 'sk-ecdsa-sha2-nistp256@openssh.com' },
      { name: 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com', webauthn: true },
    ],
  },
] as const satisfies readonly KeyKind[]

/** Name of a key's kind inside its blob. */
export type PlainKeyType = (typeof table)[number]['type']

const byType: ReadonlyMap<string, KeyKind> = new Map(table.map((kind) => [kind.type, kind]))

/** The kind with this blob type, if it is known. Certificate types are not kinds: see `plainTypeOf`. */
export function keyKind(type: string): KeyKind | undefined {
  return byType.get(type)
}

/** The kind of a key that was decoded, so its type is in the table. */
export function kindOf(type: PlainKeyType): KeyKind {
  const kind = byType.get(type)
  if (kind === undefined) throw new Error(`unreachable: key type ${type}`)
  return kind
}

const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com'

/** Whether a type or algorithm name is of a certificate, known or not. */
export function isCertificateName(name: string): boolean {
  return name.endsWith(CERTIFICATE_SUFFIX)
}

/** `ssh-ed25519` → `ssh-ed25519-cert-v01@openssh.com`, `sk-ssh-ed25519@openssh.com` → `sk-ssh-ed25519-cert-v01@openssh.com`. */
export function certificateName(plain: string): string {
  const at = plain.indexOf('@')
  return (at === -1 ? plain : plain.slice(0, at)) + CERTIFICATE_SUFFIX
}

const plainByCertificate: ReadonlyMap<string, string> = new Map(
  table.flatMap((kind) =>
    [kind.type, ...kind.signatures.map((signature) => signature.name)].map((plain) => [certificateName(plain), plain]),
  ),
)

/** The name a certificate's name stands for: a key type or a signature algorithm; undefined for anything unknown. */
export function plainName(certificateName: string): string | undefined {
  return plainByCertificate.get(certificateName)
}
