import type { Destination, Target } from '@sallyport/model'
import { canonicalHost } from './canonical-host.ts'
import type { DenialName } from './denial-codes.ts'
import { type NameLookup, unlessAborted } from './name-lookup.ts'

/** Port that SSH clients ask for unless told otherwise. */
const SSH_PORT = 22

/** A destination as the gateway understands it: nothing is decided yet. */
export interface Resolved {
  /** The inventory's entry, where the name or address is one of it. */
  readonly target: Target | undefined
  /** Canonical addresses, the preferred one first; at least one. */
  readonly addresses: readonly string[]
  readonly port: number
}

export interface TargetDirectoryParts {
  /** Inventory entry of a name in canonical form. */
  readonly targetByName: (name: string) => Target | undefined
  /** Inventory entry that has this very address; of several, the one with this port. */
  readonly targetByAddress: (address: string, port: number) => Target | undefined
  /** Address of a name in the policy's `hosts`. */
  readonly policyHost: (name: string) => string | undefined
  readonly lookup: NameLookup
  /** Milliseconds for one look-up. */
  readonly lookupTimeoutMs: () => number
}

export type ResolveDestination = (
  destination: Destination,
  options: { readonly signal: AbortSignal },
) => Promise<Resolved | DenialName>

/**
 * What a client's words mean: inventory name, then the policy's `hosts`, then an address, then DNS. A name of the
 * inventory hides a DNS name, so that nobody who can write DNS can take it over. Port 22 of an inventory target is its
 * main port: `ssh -J gate db1` should work without knowing which.
 */
export function targetDirectory(parts: TargetDirectoryParts): ResolveDestination {
  async function lookedUp(name: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(parts.lookupTimeoutMs())])
    try {
      return await unlessAborted(parts.lookup(name, bounded), bounded)
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }
  return async ({ host, port }, { signal }) => {
    const canonical = canonicalHost(host)
    if (canonical === undefined || port < 1 || port > 65535) return 'host.invalid'
    if (canonical.kind === 'address') {
      const target = parts.targetByAddress(canonical.address, port)
      return { target, addresses: [canonical.address], port }
    }
    const target = parts.targetByName(canonical.name)
    const alias = target === undefined ? parts.policyHost(canonical.name) : undefined
    const place = canonicalHost(target?.address ?? alias ?? canonical.name)
    if (place === undefined) return 'host.invalid'
    const addresses = place.kind === 'address' ? [place.address] : await lookedUp(place.name, signal)
    if (addresses === undefined) return 'dns.failed'
    if (addresses.length === 0) return 'host.unknown'
    return { target, addresses, port: target !== undefined && port === SSH_PORT ? target.port : port }
  }
}
