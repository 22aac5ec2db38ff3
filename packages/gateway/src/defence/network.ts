import ipaddr from 'ipaddr.js'

/** A block of addresses. */
export interface Network {
  /** First address of the block, canonical. */
  readonly address: string
  readonly prefix: number
  /** `192.0.2.0/24`. */
  readonly text: string
}

/** How many leading bits make one source. */
export interface PrefixLengths {
  readonly ipv4: number
  readonly ipv6: number
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

/**
 * Canonical text of an IP address: IPv4-mapped IPv6 becomes IPv4, zones are dropped, IPv6 is compressed as RFC 5952 says.
 * `undefined` where the text is no plain address; IPv4 is taken in four decimal parts alone.
 */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString()
}

/** The block of `address` with the prefix length of its family; `undefined` where the text is no address. */
export function networkOf(address: string, lengths: PrefixLengths): Network | undefined {
  const parsed = parseAddress(address)
  return parsed === undefined ? undefined : block(parsed, parsed.kind() === 'ipv4' ? lengths.ipv4 : lengths.ipv6)
}

/** Reads `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`; bits behind the prefix are cleared. */
export function parseNetwork(text: string): Network | undefined {
  const [addressText = '', prefixText, ...more] = text.trim().split('/')
  const address = parseAddress(addressText)
  if (address === undefined || more.length > 0) return undefined
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (prefixText === undefined) return block(address, bits)
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return undefined
  return block(address, Number(prefixText))
}

/** Values by block of addresses; finds the most specific block that holds an address. */
export class NetworkTable<Value> {
  /** `4/24` to blocks of that length: one look-up for each length in use. */
  readonly #byLength = new Map<string, Map<string, Value>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  set(network: Network, value: Value): void {
    const length = lengthKey(network)
    const blocks = this.#byLength.get(length) ?? new Map<string, Value>()
    if (!blocks.has(network.text)) this.#size++
    blocks.set(network.text, value)
    this.#byLength.set(length, blocks)
  }

  get(network: Network): Value | undefined {
    return this.#byLength.get(lengthKey(network))?.get(network.text)
  }

  delete(network: Network): boolean {
    const length = lengthKey(network)
    const blocks = this.#byLength.get(length)
    if (blocks?.delete(network.text) !== true) return false
    if (blocks.size === 0) this.#byLength.delete(length)
    this.#size--
    return true
  }

  /** All values whose block holds `address`, of any length. */
  matches(address: string): Value[] {
    const parsed = parseAddress(address)
    if (parsed === undefined) return []
    const family = parsed.kind() === 'ipv4' ? '4' : '6'
    const found: Value[] = []
    for (const [length, blocks] of this.#byLength) {
      if (!length.startsWith(family)) continue
      const value = blocks.get(block(parsed, Number(length.slice(2))).text)
      if (value !== undefined) found.push(value)
    }
    return found
  }
}

function lengthKey({ address, prefix }: Network): string {
  return `${address.includes(':') ? '6' : '4'}/${prefix}`
}

function parseAddress(text: string): Address | undefined {
  const zone = text.indexOf('%')
  const plain = zone === -1 ? text : text.slice(0, zone)
  if (ipaddr.IPv4.isValidFourPartDecimal(plain)) return ipaddr.IPv4.parse(plain)
  if (!plain.includes(':') || !ipaddr.IPv6.isValid(plain)) return undefined
  const address = ipaddr.IPv6.parse(plain)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

function block(address: Address, prefix: number): Network {
  const bytes = address.toByteArray()
  for (let index = 0; index < bytes.length; index++) {
    const bits = Math.min(8, Math.max(0, prefix - index * 8))
    bytes[index] = (bytes[index] ?? 0) & (0xff << (8 - bits)) & 0xff
  }
  const first = ipaddr.fromByteArray(bytes).toString()
  return { address: first, prefix, text: `${first}/${prefix}` }
}
