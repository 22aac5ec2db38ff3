/** An address as a number. IPv4-mapped IPv6 (`::ffff:a.b.c.d`) is IPv4, so that both spellings are one address (V-B14). */
export interface IpAddress {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** Addresses with the same first `prefixBits`. */
export interface IpNetwork {
  readonly address: IpAddress
  readonly prefixBits: number
}

const MAPPED_PREFIX = 0xffffn

/** Reads an address as people and sockets write it; a zone (`%eth0`) is dropped. Undefined for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const zone = text.indexOf('%')
  const address = zone === -1 ? text : text.slice(0, zone)
  if (!address.includes(':')) {
    const value = zone === -1 ? parseIpv4(address) : undefined
    return value === undefined ? undefined : { bits: 32, value }
  }
  const value = parseIpv6(address)
  if (value === undefined) return undefined
  return value >> 32n === MAPPED_PREFIX ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value }
}

/** Four decimal numbers without leading zeros: other readings of `010.1` differ between programs. */
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0n
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = (value << 8n) | BigInt(part)
  }
  return value
}

/** RFC 4291 §2.2. */
function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')]
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  return [...head, ...Array<bigint>(missing).fill(0n), ...tail].reduce((value, group) => (value << 16n) | group, 0n)
}

/** 16-bit groups; an IPv4 address in the last place gives two. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return []
  const groups: bigint[] = []
  const parts = text.split(':')
  for (const [at, part] of parts.entries()) {
    const ipv4 = at === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined
    if (ipv4 !== undefined) groups.push(ipv4 >> 16n, ipv4 & 0xffffn)
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return groups
}

/** Reads `address` or `address/bits`. Undefined for anything else, and where bits behind the prefix are set, as in OpenSSH. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [addressText = '', bitsText, ...rest] = text.split('/')
  const address = addressText.includes('%') ? undefined : parseIpAddress(addressText)
  if (address === undefined || rest.length > 0) return undefined
  if (bitsText === undefined) return { address, prefixBits: address.bits }
  if (!/^(0|[1-9]\d{0,2})$/.test(bitsText)) return undefined
  // a mapped network is written with the 96 bits before it
  const mapped = address.bits === 32 && addressText.includes(':')
  const prefixBits = Number(bitsText) - (mapped ? 96 : 0)
  if (prefixBits < 0 || prefixBits > address.bits) return undefined
  const hostBits = BigInt(address.bits - prefixBits)
  return (address.value >> hostBits) << hostBits === address.value ? { address, prefixBits } : undefined
}

export function isInNetwork(address: IpAddress, network: IpNetwork): boolean {
  if (address.bits !== network.address.bits) return false
  const hostBits = BigInt(address.bits - network.prefixBits)
  return address.value >> hostBits === network.address.value >> hostBits
}

/**
 * Reads the comma-separated networks of a certificate's `source-address`. Undefined where one is malformed or the
 * list is empty: the caller then refuses everybody, since an unreadable restriction must not become none.
 */
export function parseNetworkList(text: string): readonly IpNetwork[] | undefined {
  const networks: IpNetwork[] = []
  for (const part of text.split(',')) {
    const network = parseIpNetwork(part)
    if (network === undefined) return undefined
    networks.push(network)
  }
  return networks
}
