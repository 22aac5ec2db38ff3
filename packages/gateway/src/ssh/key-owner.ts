import { parseKeyId } from '@sallyport/identity'
import type { CertificateProof, User } from '@sallyport/model'
import {
  type Certificate,
  type CertificateGrants,
  checkCertificate,
  fingerprint,
  isCertificate,
  type PublicKey,
} from '@sallyport/ssh/keys'
import { equalBytes } from '@sallyport/wire'
import type { Roster } from '../access/roster.ts'

/** Whom a key proves once it has signed. */
export interface KeyOwner {
  readonly user: User
  /** Where a certificate says so. */
  readonly certificate?: CertificateProof & { readonly grants: CertificateGrants }
}

export interface KeyCircumstances {
  readonly sourceAddress: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * The enabled user whom a key proves: by the list of keys, or by a certificate of one of our authorities. A revoked key
 * proves nobody either way.
 */
export function keyOwner(roster: Roster, key: PublicKey, circumstances: KeyCircumstances): KeyOwner | undefined {
  if (roster.trust.revokedKeys.has(fingerprint(isCertificate(key) ? key.key : key))) return undefined
  return isCertificate(key) ? certificateOwner(roster, key, circumstances) : listedOwner(roster, key)
}

function listedOwner(roster: Roster, key: PublicKey): KeyOwner | undefined {
  const known = roster.keysByFingerprint.get(fingerprint(key))
  if (known === undefined || !equalBytes(known.blob, key.blob)) return undefined
  return enabled(roster.usersById.get(known.userId))
}

/**
 * The key id names the person, and the certificate counts only if its principals hold that person's id, which nothing but
 * an authority of ours puts there.
 */
function certificateOwner(
  roster: Roster,
  certificate: Certificate,
  { sourceAddress, now }: KeyCircumstances,
): KeyOwner | undefined {
  const named = parseKeyId(certificate.keyId)
  if (named === undefined || roster.trust.revokedSerials.has(certificate.serial)) return undefined
  const { userAuthorities: authorities } = roster.trust
  const verdict = checkCertificate(certificate, {
    kind: 'user',
    authorities,
    now,
    principal: named.userId,
    sourceAddress,
  })
  // A gateway does nothing but forward.
  if (!verdict.valid || !verdict.grants.permitPortForwarding) return undefined
  const owner = enabled(roster.usersById.get(named.userId))
  if (owner === undefined) return undefined
  const proof = {
    serial: Number(certificate.serial),
    authority: fingerprint(verdict.authority),
    validBefore: Number(certificate.validBefore) * 1000,
    grants: verdict.grants,
  }
  return { ...owner, certificate: proof }
}

function enabled(user: User | undefined): KeyOwner | undefined {
  return user?.disabled === false ? { user } : undefined
}
