import type { Secret } from '@sallyport/model'

/** An identity provider as the operator declared it. */
export interface OidcProvider {
  /** Its name in the configuration, in addresses and in the audit log. */
  readonly name: string
  /** What people read on the button. */
  readonly title: string
  /** Issuer identifier, exactly as the provider's tokens have it (OpenID Connect Core §2). */
  readonly issuer: string
  readonly clientId: string
  /** None of a public client: PKCE alone then. */
  readonly clientSecret: Secret<string> | undefined
  readonly scopes: readonly string[]
  /** Claims whose values are groups; none: the provider vouches for no group. */
  readonly groupClaims: readonly string[]
  /** Value of such a claim to the NAME of `group:NAME`; without any, values are names themselves. */
  readonly groupNames: Readonly<Record<string, string>>
  /** Mail domains it speaks for; none: it makes and links nobody. */
  readonly domains: readonly string[]
  /** Whether whoever has an address of these domains gets an account. */
  readonly autoJoin: boolean
}

/** What a provider said of somebody, checked in form and in signature. */
export interface OidcIdentity {
  readonly issuer: string
  /** `sub`: with the issuer, who it is, for good. */
  readonly subject: string
  /** In lower case; a claim about somebody, never who it is. */
  readonly email: string | undefined
  /** Exactly `true`. */
  readonly emailVerified: boolean
  readonly displayName: string
  /** `group:NAME`. */
  readonly groups: readonly string[]
  /** `amr` and `acr`: how the provider says it was proved. */
  readonly references: readonly string[]
  /** When it was proved to the provider, in milliseconds since the epoch; none where the provider does not say. */
  readonly provedAt: number | undefined
}

/** Whether a host name is this machine's own: the one place where plain HTTP is read by nobody else. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}

/** Why a text cannot be an issuer identifier; undefined where it can. */
export function issuerProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'write a URL: https://accounts.example.com'
  const { protocol, hostname, search, hash, username, password } = new URL(text)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopbackHost(hostname))) return 'an issuer is an https URL'
  if (search !== '' || hash !== '' || username !== '' || password !== '' || /[?#]/.test(text))
    return 'an issuer has no query, no fragment and no user name'
  return undefined
}
