import type { IpAddress } from './ip-address.ts'
import { type IpRange, prefixRange, rangeHolds, rangeWithin } from './ip-range.ts'

/**
 * Addresses that lead back into the gateway, its cloud or its local wire. A rule for "everything" never means them: they
 * are opened only by a rule that names them, or by a tag on an inventory target that has that very address.
 */
export type SpecialClass =
  | 'unspecified'
  | 'loopback'
  | 'link-local'
  | 'multicast'
  | 'reserved'
  | 'cloud-metadata'
  | 'embedded-ipv4'

interface SpecialRange {
  readonly class: SpecialClass
  readonly range: IpRange
}

const IPV4: readonly (readonly [SpecialClass, string])[] = [
  ['unspecified', '0.0.0.0/8'],
  ['loopback', '127.0.0.0/8'],
  ['link-local', '169.254.0.0/16'],
  ['multicast', '224.0.0.0/4'],
  // Class E and the broadcast address.
  ['reserved', '240.0.0.0/4'],
  // Credentials of the machine itself, at addresses outside 169.254/16: Alibaba, Azure, Oracle.
  ['cloud-metadata', '100.100.100.200/32'],
  ['cloud-metadata', '168.63.129.16/32'],
  ['cloud-metadata', '192.0.0.192/32'],
]

const IPV6: readonly (readonly [SpecialClass, string])[] = [
  ['unspecified', '::/128'],
  ['loopback', '::1/128'],
  // IPv4-compatible addresses (RFC 4291 §2.5.5.1) and local-use translation (RFC 8215): no honest use from here.
  ['embedded-ipv4', '::/96'],
  ['embedded-ipv4', '64:ff9b:1::/48'],
  ['link-local', 'fe80::/10'],
  ['multicast', 'ff00::/8'],
  // AWS and Google.
  ['cloud-metadata', 'fd00:ec2::254/128'],
  ['cloud-metadata', 'fd20:ce::254/128'],
]

/** Prefixes under which an IPv4 address travels as IPv6, and the bits after it: NAT64 (RFC 6052), 6to4 (RFC 3056). */
const CARRIERS: readonly { readonly base: string; readonly bitsAfter: bigint }[] = [
  { base: '64:ff9b::/96', bitsAfter: 0n },
  { base: '2002::/16', bitsAfter: 80n },
]

const SPECIAL: readonly SpecialRange[] = [...IPV4, ...IPV6]
  .map(([name, prefix]): SpecialRange => ({ class: name, range: prefixRange(prefix) }))
  .concat(CARRIERS.flatMap(({ base, bitsAfter }) => IPV4.map(([, prefix]) => carried(base, bitsAfter, prefix))))
/** Every stretch of special addresses. */
export const SPECIAL_RANGES: readonly IpRange[] = SPECIAL.map(({ range }) => range)
const SPECIAL_BY_FAMILY = {
  4: SPECIAL.filter(({ range }) => range.family === 4),
  6: SPECIAL.filter(({ range }) => range.family === 6),
}

/** Why an address is special, or `undefined` for an ordinary one. */
export function specialClassOf(address: IpAddress): SpecialClass | undefined {
  for (const special of SPECIAL_BY_FAMILY[address.family]) {
    if (rangeHolds(special.range, address)) return special.class
  }
  return undefined
}

/** Whether a range lies wholly within one kind of special addresses, so that writing it means them. */
export function namesSpecialAddresses(range: IpRange): boolean {
  return range.remnant !== true && SPECIAL_BY_FAMILY[range.family].some((special) => rangeWithin(range, special.range))
}

/** For people: what such an address is. */
export const SPECIAL_CLASS_WORDS: Readonly<Record<SpecialClass, string>> = {
  unspecified: 'an unspecified address, which means this gateway',
  loopback: 'a loopback address, which means this gateway',
  'link-local': 'a link-local address, where clouds serve credentials',
  multicast: 'a multicast address',
  reserved: 'a reserved or broadcast address',
  'cloud-metadata': 'an address where clouds serve credentials',
  'embedded-ipv4': 'an IPv6 address that hides an IPv4 address',
}

function carried(base: string, bitsAfter: bigint, prefix: string): SpecialRange {
  const carrier = prefixRange(base).first
  const inner = prefixRange(prefix)
  const first = carrier | (inner.first << bitsAfter)
  const last = carrier | (((inner.last + 1n) << bitsAfter) - 1n)
  return { class: 'embedded-ipv4', range: { family: 6, first, last } }
}
