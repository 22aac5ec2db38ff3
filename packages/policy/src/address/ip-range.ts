import { FAMILY_BITS, formatIpAddress, type IpAddress, parseIpAddress } from './ip-address.ts'

/** Addresses of one family from `first` to `last`, both within. */
export interface IpRange {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
  /** What is left of a range that held other addresses as well: then it names no special ones, however small it is. */
  readonly remnant?: true
}

export type IpRangeResult =
  | {
      readonly ok: true
      readonly range: IpRange
      /** How it was written. */
      readonly form: 'address' | 'prefix' | 'range'
      /** The prefix without bits beyond its length, where the text had such bits. */
      readonly masked?: string
    }
  | { readonly ok: false; readonly message: string }

const PREFIX_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/

/** Whether a text can only have been meant as an address, prefix or range: then its faults are told as such. */
export function looksLikeIp(text: string): boolean {
  return /^[0-9]+(?:\.|$|\/)/.test(text) || /^[0-9a-f]*:[0-9a-f:]*[.:/0-9a-f-]*$/i.test(text)
}

/** Reads `a`, `a/len` or `a-b`; IPv4-mapped IPv6 becomes IPv4. */
export function parseIpRange(text: string): IpRangeResult {
  if (text.includes('/')) return parsePrefix(text)
  if (text.includes('-')) return parseSpan(text)
  const address = parseIpAddress(text)
  if (address === undefined) return { ok: false, message: 'not an IP address' }
  return { ok: true, form: 'address', range: { family: address.family, first: address.value, last: address.value } }
}

export function isSingleAddress(range: IpRange): boolean {
  return range.first === range.last
}

export function isWholeFamily(range: IpRange): boolean {
  return range.first === 0n && range.last === (1n << BigInt(FAMILY_BITS[range.family])) - 1n
}

export function rangeHolds(range: IpRange, address: IpAddress): boolean {
  return range.family === address.family && range.first <= address.value && address.value <= range.last
}

export function rangeWithin(inner: IpRange, outer: IpRange): boolean {
  return inner.family === outer.family && outer.first <= inner.first && inner.last <= outer.last
}

/** Shortest text: an address, a prefix where it is one, else `first-last`. */
export function formatIpRange(range: IpRange): string {
  const first = formatIpAddress({ family: range.family, value: range.first })
  if (isSingleAddress(range)) return first
  const size = range.last - range.first + 1n
  const isPrefix = (size & (size - 1n)) === 0n && range.first % size === 0n
  if (isPrefix) return `${first}/${FAMILY_BITS[range.family] - (size.toString(2).length - 1)}`
  return `${first}-${formatIpAddress({ family: range.family, value: range.last })}`
}

/** The range that a prefix written in the source of this package names. */
export function prefixRange(text: string): IpRange {
  const result = parsePrefix(text)
  if (!result.ok) throw new RangeError(`${text}: ${result.message}`)
  return result.range
}

function parsePrefix(text: string): IpRangeResult {
  const slash = text.indexOf('/')
  const written = text.slice(0, slash)
  const lengthText = text.slice(slash + 1)
  const address = parseIpAddress(written)
  if (address === undefined) return { ok: false, message: 'not an IP prefix' }
  // An IPv4-mapped prefix counts its length over 128 bits.
  const mapped = address.family === 4 && written.includes(':')
  const bits = FAMILY_BITS[mapped ? 6 : address.family]
  const length = Number(lengthText)
  if (!PREFIX_LENGTH.test(lengthText) || length > bits) return { ok: false, message: `prefix length is 0 to ${bits}` }
  if (mapped && length < 96) return { ok: false, message: 'an IPv4-mapped prefix has at least 96 bits' }
  const free = BigInt(bits - length)
  const first = (address.value >> free) << free
  const range = { family: address.family, first, last: first + (1n << free) - 1n }
  if (first === address.value) return { ok: true, form: 'prefix', range }
  return {
    ok: true,
    form: 'prefix',
    range,
    masked: `${formatIpAddress({ family: address.family, value: first })}/${mapped ? length - 96 : length}`,
  }
}

function parseSpan(text: string): IpRangeResult {
  const dash = text.indexOf('-')
  const first = parseIpAddress(text.slice(0, dash))
  const last = parseIpAddress(text.slice(dash + 1))
  if (first === undefined || last === undefined) return { ok: false, message: 'not a range of IP addresses' }
  if (first.family !== last.family) return { ok: false, message: 'a range has both ends in one family' }
  if (first.value > last.value) return { ok: false, message: 'the range ends before it starts' }
  return { ok: true, form: 'range', range: { family: first.family, first: first.value, last: last.value } }
}
