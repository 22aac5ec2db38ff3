import type { IpAddress } from './ip-address.ts'
import { type IpRange, parseIpRange, rangeHolds } from './ip-range.ts'

/** What Tailscale calls the internet (`autogroup:internet`): global IPv6, and IPv4 without the private ranges. */
export const INTERNET_RANGES: readonly IpRange[] = [
  '0.0.0.0-9.255.255.255',
  '11.0.0.0-100.63.255.255',
  '100.128.0.0-169.253.255.255',
  '169.255.0.0-172.15.255.255',
  '172.32.0.0-192.167.255.255',
  '192.169.0.0-255.255.255.255',
  '2000::/3',
].map((text) => {
  const result = parseIpRange(text)
  if (!result.ok) throw new RangeError(`${text}: ${result.message}`)
  return result.range
})

/** Whether an address is on the public internet; special addresses are for the caller to exclude. */
export function isInternetAddress(address: IpAddress): boolean {
  return INTERNET_RANGES.some((range) => rangeHolds(range, address))
}
