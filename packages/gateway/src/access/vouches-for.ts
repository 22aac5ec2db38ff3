import type { OidcProviderSetting } from '../config/oidc-providers.ts'

/**
 * Whether the providers as they are declared now may put somebody into a group (`group:NAME`): one with this issuer reads
 * groups from its claims, and maps some value to this one, where it maps them.
 */
export function vouchesFor(
  providers: Readonly<Record<string, Pick<OidcProviderSetting, 'issuer' | 'groups_claims' | 'groups'>>>,
  issuer: string,
  group: string,
): boolean {
  const provider = Object.values(providers).find((each) => each.issuer === issuer)
  if (provider === undefined || provider.groups_claims.length === 0) return false
  const mapped = Object.values(provider.groups)
  return mapped.length === 0 || mapped.some((name) => group === `group:${name}`)
}
