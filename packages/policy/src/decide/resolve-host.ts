import { formatIpAddress } from '../address/ip-address.ts'
import { formatIpRange, isSingleAddress } from '../address/ip-range.ts'
import type { Policy } from '../language/policy.ts'

/** What a name in `hosts` stands for: one address that can be dialled, or a prefix that cannot. Canonical text. */
export type ResolvedHost =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'prefix'; readonly prefix: string }

/** Looks a name up in the policy's `hosts`, in any case of letters. */
export function resolveHost(policy: Policy, name: string): ResolvedHost | undefined {
  const range = policy.hosts.get(name.toLowerCase())?.range
  if (range === undefined) return undefined
  if (!isSingleAddress(range)) return { kind: 'prefix', prefix: formatIpRange(range) }
  return { kind: 'address', address: formatIpAddress({ family: range.family, value: range.first }) }
}
