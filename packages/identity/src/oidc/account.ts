import type { User } from '@sallyport/model'
import type { OidcIdentity, OidcProvider } from './provider.ts'

/** What is known of whom an identity may belong to. */
export interface KnownAccounts {
  /** The person this very identity is linked to. */
  readonly linked: User | undefined
  /** The person whose login name is the identity's mail address. */
  readonly named: User | undefined
  /** Whether that person is linked to any identity. */
  readonly namedIsLinked: boolean
}

/**
 * - `email-unverified`: the provider does not say that the address is theirs.
 * - `domain-unlisted`: the provider does not speak for this domain: somebody has to let them in.
 * - `account-linked`: the account of this name belongs to another identity.
 * - `account-pending`: there is no account, and the provider makes none.
 */
export type AccountRefusal = 'email-unverified' | 'domain-unlisted' | 'account-linked' | 'account-pending'

export type AccountDecision =
  | { readonly kind: 'sign-in'; readonly user: User }
  /** The account was made for them; from now on it is theirs. */
  | { readonly kind: 'link'; readonly user: User }
  | { readonly kind: 'join'; readonly name: string; readonly displayName: string }
  | { readonly kind: 'refuse'; readonly reason: AccountRefusal }

/**
 * Whose account an identity opens. Issuer and subject say who it is; a mail address only once, where an admin made the
 * account under it and nobody has taken it yet, and the provider speaks for its domain (V-F04, V-F05).
 */
export function accountFor(
  { domains, autoJoin }: Pick<OidcProvider, 'domains' | 'autoJoin'>,
  { email, emailVerified, displayName }: Pick<OidcIdentity, 'email' | 'emailVerified' | 'displayName'>,
  { linked, named, namedIsLinked }: KnownAccounts,
): AccountDecision {
  if (linked !== undefined) return { kind: 'sign-in', user: linked }
  const strange = strangerTo({ domains }, { email, emailVerified })
  if (strange !== undefined || email === undefined) return { kind: 'refuse', reason: strange ?? 'email-unverified' }
  if (named !== undefined) {
    return namedIsLinked ? { kind: 'refuse', reason: 'account-linked' } : { kind: 'link', user: named }
  }
  return autoJoin ? { kind: 'join', name: email, displayName } : { kind: 'refuse', reason: 'account-pending' }
}

/** Why an identity is none of those that the provider speaks for; undefined where it is. */
export function strangerTo(
  { domains }: Pick<OidcProvider, 'domains'>,
  { email, emailVerified }: Pick<OidcIdentity, 'email' | 'emailVerified'>,
): 'email-unverified' | 'domain-unlisted' | undefined {
  if (email === undefined || !emailVerified) return 'email-unverified'
  return domains.includes(email.slice(email.indexOf('@') + 1)) ? undefined : 'domain-unlisted'
}
