import { quote } from '../text/quote.ts'

/** Ports from `first` to `last`, both within; 0 to 65535 is every port. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** What a rule opens at its destinations: any of these protocols, on any of these ports. */
export interface Service {
  /** IP protocol numbers. */
  readonly protocols: readonly number[]
  readonly ports: readonly PortRange[]
  /** As the policy writes it: `tcp:22`, `22,80-90`. */
  readonly text: string
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

export const TCP = 6
export const UDP = 17
export const SCTP = 132
export const PORT_MAX = 65535
export const ALL_PORTS: readonly PortRange[] = [{ first: 0, last: PORT_MAX }]

/** Names that Tailscale's language gives to IP protocols; the first of a number is the one that we print. */
const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = {
  icmp: 1,
  icmpv4: 1,
  igmp: 2,
  ipv4: 4,
  'ip-in-ip': 4,
  tcp: TCP,
  egp: 8,
  igp: 9,
  udp: UDP,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmpv6: 58,
  // Tailscale's own messages between nodes.
  tsmp: 99,
  sctp: SCTP,
  fc: 133,
}
const PROTOCOL_MAX = 255
/** Longest text of a protocol: its names are shorter. */
const PROTOCOL_TEXT_MAX = 32
/** Protocols that have ports. */
const PORT_PROTOCOLS: readonly number[] = [TCP, UDP, SCTP]
/** What a rule without `proto` opens: TCP, UDP and both ICMPs. */
export const DEFAULT_PROTOCOLS: readonly number[] = [TCP, UDP, 1, 58]
/** Ranges in one list of ports: there are no more than 65,536 ports. */
const PORT_RANGES_MAX = 1024

export const PROTOCOL_NAMES: readonly string[] = Object.keys(PROTOCOL_NUMBERS)

/** A protocol's name in upper or lower case, or its number without leading zeros, from 1. */
export function parseProtocol(text: string): number | undefined {
  const name = text.length <= PROTOCOL_TEXT_MAX ? text.toLowerCase() : ''
  if (Object.hasOwn(PROTOCOL_NUMBERS, name)) return PROTOCOL_NUMBERS[name]
  return /^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= PROTOCOL_MAX ? Number(text) : undefined
}

/** Why a rule's `proto` is none, in Tailscale's words. */
export function protocolFault(text: string): string {
  if (/^0[0-9]*$/.test(text)) return `leading 0 not permitted in protocol number ${quote(text)}`
  return `proto name ${quote(text)} not known; use protocol number 0-255 or protocol name (icmp, tcp, udp, etc.)`
}

export function protocolName(number: number): string {
  return PROTOCOL_NAMES.find((name) => PROTOCOL_NUMBERS[name] === number) ?? String(number)
}

/** The part of an `acls` destination after its last colon, under the rule's `proto` (absent or empty: the default ones). */
export function parseAclService(portsText: string, protocolText: string | undefined): Parsed<Service> {
  const named = protocolText !== undefined && protocolText !== ''
  const protocol = named ? parseProtocol(protocolText) : undefined
  if (named && protocol === undefined) return { ok: false, message: protocolFault(protocolText) }
  const protocols = protocol === undefined ? DEFAULT_PROTOCOLS : [protocol]
  const ports = parsePorts(portsText)
  return withPorts(protocols, ports.ok ? { ok: true, value: mergePortRanges(ports.value) } : ports, portsText)
}

/**
 * One entry of a grant's `ip`: `*`, `22`, `80-90`, `tcp:22`, `icmp:*`. The rules and the words for faults are those of
 * `ParseProtoPortRanges` in Tailscale's package tailcfg.
 */
export function parseGrantService(text: string): Parsed<Service> {
  if (text === '') return { ok: false, message: 'empty string' }
  const colon = text.lastIndexOf(':')
  const name = colon < 0 ? '*' : text.slice(0, colon)
  if (name.includes(',')) return { ok: false, message: 'host cannot contain a comma (",")' }
  const portsText = text.slice(colon + 1)
  const ports = parsePortRange(portsText.toLowerCase())
  if (!ports.ok) return ports
  if (name === '') return { ok: false, message: 'empty protocol' }
  const protocols = grantProtocols(name)
  if (protocols === undefined) {
    return { ok: false, message: `proto name ${quote(name.toLowerCase())} not known; use protocol number 0-255` }
  }
  return withPorts(protocols, { ok: true, value: [ports.value] }, text)
}

/** Whether a fault of a service is one of its protocol rather than its ports. */
export function isProtocolFault(message: string): boolean {
  return /^(?:proto name|leading 0|empty protocol)/.test(message)
}

export function isEveryPort(ports: readonly PortRange[]): boolean {
  return ports.some(({ first, last }) => first === 0 && last === PORT_MAX)
}

export function serviceHolds(service: Service, protocol: number, port: number): boolean {
  return service.protocols.includes(protocol) && service.ports.some(({ first, last }) => first <= port && port <= last)
}

/** Sorted, without overlaps and neighbours joined. */
export function mergePortRanges(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: PortRange[] = []
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const previous = merged.at(-1)
    if (previous === undefined || range.first > previous.last + 1) merged.push(range)
    else merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) }
  }
  return merged
}

/** `22`, `80-90`, or `*`, joined by commas. */
export function formatPortRanges(ranges: readonly PortRange[]): string {
  if (isEveryPort(ranges)) return '*'
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(',')
}

function grantProtocols(name: string): readonly number[] | undefined {
  if (name === '*' || /^0{1,32}$/.test(name)) return DEFAULT_PROTOCOLS
  const protocol = parseProtocol(name.length <= PROTOCOL_TEXT_MAX ? name.replace(/^0{1,31}(?=[1-9])/, '') : name)
  return protocol === undefined ? undefined : [protocol]
}

function withPorts(protocols: readonly number[], ports: Parsed<readonly PortRange[]>, text: string): Parsed<Service> {
  if (!ports.ok) return ports
  if (!isEveryPort(ports.value) && !protocols.some((protocol) => PORT_PROTOCOLS.includes(protocol))) {
    const name = protocolName(protocols[0] ?? 0)
    return { ok: false, message: `protocol ${name} has no ports: write "*" as its port` }
  }
  return { ok: true, value: { protocols, ports: ports.value, text } }
}

/** `*`, or numbers and ranges joined by commas: as they are written, in that order. */
export function parsePorts(text: string): Parsed<readonly PortRange[]> {
  const ranges: PortRange[] = []
  for (const part of text.split(',', PORT_RANGES_MAX + 1)) {
    if (ranges.length === PORT_RANGES_MAX) return { ok: false, message: `more than ${PORT_RANGES_MAX} port ranges` }
    const range = parsePortRange(part)
    if (!range.ok) return range
    ranges.push(range.value)
  }
  return { ok: true, value: ranges }
}

/** `*`, a number, or two with a dash; the messages for faults are those of Tailscale, in its order. */
function parsePortRange(text: string): Parsed<PortRange> {
  if (text === '*') return { ok: true, value: { first: 0, last: PORT_MAX } }
  if (text === '') return { ok: false, message: 'invalid port list: ""' }
  const fault = (why: string): Parsed<PortRange> => ({ ok: false, message: `port range ${quote(text)}: ${why}` })
  const dash = text.indexOf('-')
  if (dash !== text.lastIndexOf('-')) return fault('too many dashes(-)')
  const first = portNumber(dash < 0 ? text : text.slice(0, dash))
  const last = dash < 0 ? first : portNumber(text.slice(dash + 1))
  if (first === undefined) return fault('invalid first integer')
  if (last === undefined) return fault('invalid last integer')
  if (first === 0) return fault("first port must be >0, or use '*' for wildcard")
  // As it is said there; meant is the contrary.
  if (first > last) return fault('first port must be >= last port')
  return { ok: true, value: { first, last } }
}

/** A number of 16 bits, perhaps with leading zeros. */
function portNumber(text: string): number | undefined {
  return /^[0-9]{1,32}$/.test(text) && Number(text) <= PORT_MAX ? Number(text) : undefined
}
