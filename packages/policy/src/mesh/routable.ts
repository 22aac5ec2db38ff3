import { type IpRange, prefixRange, rangeWithin } from '../address/ip-range.ts'

/** Addresses of nodes: a route into them would take a node's traffic to another. */
const NODE_ADDRESSES = ['100.64.0.0/10', 'fd7a:115c:a1e0::/48'].map(prefixRange)
/** What nodes never have of those: IPv4 networks that are told apart by a site number (4via6). */
const SITES = prefixRange('fd7a:115c:a1e0:b1a::/64')
/** Addresses that mean something else on every machine: no router is the way to them. */
const LOCAL = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '::/127', 'fe80::/10', 'ff00::/8'].map(
  prefixRange,
)

/** Whether a prefix can be the route of a node at all, whoever announces and approves it. */
export function isRoutable(range: IpRange): boolean {
  if (rangeWithin(range, SITES)) return true
  return ![...NODE_ADDRESSES, ...LOCAL].some((other) => rangeWithin(range, other))
}
