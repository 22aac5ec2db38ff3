import { networkInterfaces } from 'node:os'
import { canonicalAddress, type Network } from '../defence/network.ts'

/** Most addresses of this machine that count: a host of containers has hundreds. */
const ADDRESSES_MAX = 16
const LOOPBACK = ['127.0.0.1/32', '::1/128']

/**
 * Prefixes that targets see this gateway come from: those that are configured, or else its own addresses. Loopback alone
 * where a target is on this very machine: on any other it would be somebody who is on the target already.
 */
export function outboundNetworks(
  configured: readonly Network[],
  targets: Iterable<{ readonly address: string }>,
  interfaces = networkInterfaces,
): readonly string[] {
  const own = configured.length > 0 ? configured.map(({ text }) => text) : ownPrefixes(interfaces)
  for (const { address } of targets) if (isLoopback(address)) return [...new Set([...own, ...LOOPBACK])]
  return own
}

function ownPrefixes(interfaces: typeof networkInterfaces): readonly string[] {
  const addresses = Object.values(interfaces())
    .flatMap((infos) => infos ?? [])
    // Nobody comes to another machine from an address of one link or of none.
    .filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'))
    .flatMap(({ address }) => canonicalAddress(address) ?? [])
  return [...new Set(addresses)]
    .slice(0, ADDRESSES_MAX)
    .map((address) => `${address}/${address.includes(':') ? 128 : 32}`)
}

function isLoopback(text: string): boolean {
  const address = canonicalAddress(text) ?? text.toLowerCase()
  return address === '::1' || address.startsWith('127.') || address === 'localhost'
}
