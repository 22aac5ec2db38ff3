import { isUserName, shownName } from '@sallyport/model'
import { IdentityError } from '../errors.ts'
import { strangerTo } from './account.ts'
import type { OidcIdentity, OidcProvider } from './provider.ts'

/** Longest `sub`: OpenID Connect Core §2. */
const SUBJECT_MAX = 255
const DISPLAY_NAME_MAX = 128
/** Groups of one person that are taken; beyond it nothing is: which ones would be lost? */
export const GROUPS_MAX = 256
/** References of `amr` and `acr` that are kept, and characters of each. */
const REFERENCES_MAX = 8
const REFERENCE = /^[\x21-\x7e]{1,64}$/
/** As the policy's language names a group, without `group:`. */
const GROUP_NAME = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/

export type Claims = Readonly<Record<string, unknown>>

/** Whether a text may stand behind `group:`. */
export function isGroupName(text: string): boolean {
  return GROUP_NAME.test(text)
}

/**
 * What verified claims say of somebody. `userInfo` adds what the ID token does not hold, and changes nothing that it does.
 * Throws IdentityError `token-refused` for a subject that is none, and for more groups than are kept.
 */
export function identityOf(provider: OidcProvider, idToken: Claims, userInfo: Claims = {}): OidcIdentity {
  const claims: Claims = { ...userInfo, ...idToken }
  const { sub } = idToken
  if (typeof sub !== 'string' || sub.length > SUBJECT_MAX || !/^[\x21-\x7e]+$/.test(sub)) {
    throw new IdentityError('token-refused', 'the provider names nobody: sub is 1 to 255 printable characters')
  }
  // An address and whether it is verified are of one place: a verified one of userinfo says nothing of the token's.
  const mail = 'email' in idToken ? idToken : userInfo
  const email = mailAddress(mail['email'])
  const emailVerified = mail['email_verified'] === true
  const groups = groupsOf(provider, claims)
  // A provider that speaks for some domains is believed of its own people alone: others could bring groups of their making.
  const believed = provider.domains.length === 0 || strangerTo(provider, { email, emailVerified }) === undefined
  return {
    issuer: provider.issuer,
    subject: sub,
    email,
    emailVerified,
    displayName: displayName(claims['name']),
    groups: believed ? groups : [],
    references: referencesOf(idToken),
    provedAt: typeof idToken['auth_time'] === 'number' ? idToken['auth_time'] * 1000 : undefined,
  }
}

/** Whether the claims that matter are missing from the ID token, so that userinfo has to be asked. */
export function lacksClaims({ groupClaims }: OidcProvider, idToken: Claims): boolean {
  return ['email', ...groupClaims].some((name) => !(name in idToken))
}

function mailAddress(value: unknown): string | undefined {
  // ASCII alone: letters of other scripts that look alike, or fold to the same, are another address.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(value)) return undefined
  const address = value.toLowerCase()
  return isUserName(address) ? address : undefined
}

function displayName(value: unknown): string {
  return typeof value === 'string' ? shownName(value, DISPLAY_NAME_MAX) : ''
}

function groupsOf({ groupClaims, groupNames }: OidcProvider, claims: Claims): readonly string[] {
  const values = groupClaims.flatMap((name) => claims[name]).filter((value) => typeof value === 'string')
  if (values.length > GROUPS_MAX) {
    throw new IdentityError('token-refused', `the provider names more than ${GROUPS_MAX} groups: let it send fewer`)
  }
  const mapped = Object.keys(groupNames).length > 0
  const names = values.map((value) => {
    if (!mapped) return value
    return Object.hasOwn(groupNames, value) ? (groupNames[value] ?? '') : ''
  })
  return [...new Set(names.filter(isGroupName).map((name) => `group:${name}`))].sort()
}

function referencesOf({ amr, acr }: Claims): readonly string[] {
  const methods = (Array.isArray(amr) ? amr : []).filter((value): value is string => typeof value === 'string')
  const told = [...methods.map((value) => ['amr', value]), ...(typeof acr === 'string' ? [['acr', acr]] : [])]
  return told
    .filter(([, value = '']) => REFERENCE.test(value))
    .slice(0, REFERENCES_MAX)
    .map(([kind, value]) => `${kind}:${value}`)
}
