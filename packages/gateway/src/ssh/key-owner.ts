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
import type { NamedAuthority } from '../access/named-authorities.ts'
import type { Roster } from '../access/roster.ts'

/** Whom a key proves once it has signed. */
export interface KeyOwner {
  readonly user: User
  /** Where a certificate says so. */
  readonly certificate?: CertificateProof & {
    readonly grants: CertificateGrants
    /** The authority of somebody else's that signed it, as the configuration calls it. */
    readonly named?: string
  }
}

export interface KeyCircumstances {
  readonly sourceAddress: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Authorities of others that are believed. */
  readonly named?: readonly NamedAuthority[]
}

/**
 * The enabled user whom a key proves: by the list of keys, or by a certificate of one of our authorities or of those that
 * the configuration names. A revoked key proves nobody either way.
 */
export function keyOwner(roster: Roster, key: PublicKey, circumstances: KeyCircumstances): KeyOwner | undefined {
  if (roster.trust.revokedKeys.has(fingerprint(isCertificate(key) ? key.key : key))) return undefined
  if (!isCertificate(key)) return listedOwner(roster, key)
  return certificateOwner(roster, key, circumstances) ?? namedOwner(roster, key, circumstances)
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
  const authority = fingerprint(verdict.authority)
  if (roster.trust.revokedKeys.has(authority)) return undefined
  const { forceCommand } = verdict.grants
  const proof = {
    serial: Number(certificate.serial),
    authority,
    validBefore: Number(certificate.validBefore) * 1000,
    // It forces nothing here, where nothing runs: what may be opened with it is for the policy to say.
    ...(forceCommand === undefined ? {} : { forceCommand }),
    grants: verdict.grants,
  }
  return { ...owner, certificate: proof }
}

/**
 * A certificate of somebody else's authority proves the one user whose login name is among its principals: with two of
 * them nobody could say which. All its restrictions hold, and one that forces a command is for something we do not do.
 */
function namedOwner(
  roster: Roster,
  certificate: Certificate,
  { sourceAddress, now, named = [] }: KeyCircumstances,
): KeyOwner | undefined {
  const { userAuthorities, revokedKeys } = roster.trust
  const { signatureKey, principals } = certificate
  const authority = named.find(({ key }) => equalBytes(key.blob, signatureKey.blob))
  if (authority === undefined || revokedKeys.has(authority.fingerprint)) return undefined
  // What we sign ourselves is judged by our own rules alone.
  if (userAuthorities.some(({ blob }) => equalBytes(blob, signatureKey.blob))) return undefined
  const [user, ...others] = new Set(principals.flatMap((name) => roster.usersByName.get(name) ?? []))
  if (user === undefined || others.length > 0) return undefined
  const demand = { kind: 'user', authorities: [authority.key], now, principal: user.name, sourceAddress } as const
  const verdict = checkCertificate(certificate, demand)
  if (!verdict.valid || !verdict.grants.permitPortForwarding || verdict.grants.forceCommand !== undefined)
    return undefined
  const owner = enabled(user)
  if (owner === undefined) return undefined
  const serial = Number(certificate.serial)
  const proof = {
    // Others may use all 64 bits; a number that is not exact would name another certificate.
    serial: Number.isSafeInteger(serial) ? serial : 0,
    authority: authority.fingerprint,
    validBefore: Number(certificate.validBefore) * 1000,
    grants: verdict.grants,
    named: authority.name,
  }
  return { ...owner, certificate: proof }
}

function enabled(user: User | undefined): KeyOwner | undefined {
  return user?.disabled === false ? { user } : undefined
}
