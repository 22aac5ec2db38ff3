import { BlockList, isIP } from 'node:net'

/** A prefix that a pattern of sshd means. */
export interface Prefix {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  readonly length: number
  readonly text: string
}

/** `10.1.*` and its like, which mean whole octets; the other wildcards mean no prefix. */
const WHOLE_OCTETS = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.\*$/

/** What a pattern of `Match Address` means as a prefix: an address, a CIDR block, or whole octets before a `*`. */
export function prefixOf(pattern: string): Prefix | undefined {
  const octets = WHOLE_OCTETS.exec(pattern)?.[1]?.split('.')
  if (octets !== undefined) {
    const address = [...octets, '0', '0', '0'].slice(0, 4).join('.')
    return made(address, octets.length * 8)
  }
  const slash = pattern.indexOf('/')
  const address = slash < 0 ? pattern : pattern.slice(0, slash)
  const bits = isIP(address) === 6 ? 128 : 32
  if (slash < 0) return made(address, bits)
  const length = pattern.slice(slash + 1)
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? made(address, Number(length)) : undefined
}

/** Two prefixes hold one another or have nothing in common. */
export type Overlap = 'holds' | 'lies within' | 'apart'

export function overlap(outer: Prefix, inner: Prefix): Overlap {
  if (outer.family !== inner.family) return 'apart'
  if (outer.length <= inner.length) return holds(outer, inner.address) ? 'holds' : 'apart'
  return holds(inner, outer.address) ? 'lies within' : 'apart'
}

function holds({ address, length, family }: Prefix, other: string): boolean {
  const list = new BlockList()
  list.addSubnet(address, length, family)
  return list.check(other, family)
}

function made(address: string, length: number): Prefix | undefined {
  const version = isIP(address)
  // Zones are of one machine.
  if (version === 0 || address.includes('%')) return undefined
  const whole = length === (version === 4 ? 32 : 128)
  return {
    family: version === 4 ? 'ipv4' : 'ipv6',
    address,
    length,
    text: whole ? address : `${address}/${length}`,
  }
}
