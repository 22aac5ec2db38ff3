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

/** Names that Tailscale's language gives to IP protocols. */
const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipv4: 4,
  'ip-in-ip': 4,
  tcp: TCP,
  egp: 8,
  igp: 9,
  udp: UDP,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  sctp: SCTP,
  fc: 133,
}
const PROTOCOL_MAX = 255
/** Protocols that have ports. */
const PORT_PROTOCOLS: readonly number[] = [TCP, UDP, SCTP]
/** What a rule without `proto` opens: TCP, UDP and both ICMPs. */
const DEFAULT_PROTOCOLS: readonly number[] = [TCP, UDP, 1, 58]
/** Ranges in one list of ports: there are no more than 65,536 ports. */
const PORT_RANGES_MAX = 1024

export const PROTOCOL_NAMES: readonly string[] = Object.keys(PROTOCOL_NUMBERS)

/** A protocol's name, or its number without leading zeros. */
export function parseProtocol(text: string): number | undefined {
  if (Object.hasOwn(PROTOCOL_NUMBERS, text)) return PROTOCOL_NUMBERS[text]
  return /^(?:0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= PROTOCOL_MAX ? Number(text) : undefined
}

export function protocolName(number: number): string {
  return PROTOCOL_NAMES.find((name) => PROTOCOL_NUMBERS[name] === number) ?? String(number)
}

/** The part of an `acls` destination after its last colon, under the rule's `proto` (absent or empty: the default ones). */
export function parseAclService(portsText: string, protocolText: string | undefined): Parsed<Service> {
  const protocols = protocolText === undefined || protocolText === '' ? DEFAULT_PROTOCOLS : aclProtocol(protocolText)
  if (protocols === undefined) return { ok: false, message: `unknown protocol ${quote(protocolText ?? '')}` }
  return withPorts(protocols, portsText, portsText)
}

/** One entry of a grant's `ip`: `*`, `22`, `80-90`, `tcp:22`, `icmp:*`. */
export function parseGrantService(text: string): Parsed<Service> {
  const colon = text.indexOf(':')
  if (colon < 0) return withPorts(DEFAULT_PROTOCOLS, text, text)
  const name = text.slice(0, colon)
  const protocol = parseProtocol(name)
  if (protocol === undefined) return { ok: false, message: `unknown protocol ${quote(name)}` }
  return withPorts([protocol], text.slice(colon + 1), text)
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

function aclProtocol(text: string): readonly number[] | undefined {
  const protocol = parseProtocol(text)
  return protocol === undefined ? undefined : [protocol]
}

function withPorts(protocols: readonly number[], portsText: string, text: string): Parsed<Service> {
  const ports = parsePorts(portsText)
  if (!ports.ok) return ports
  if (!isEveryPort(ports.value) && !protocols.some((protocol) => PORT_PROTOCOLS.includes(protocol))) {
    const name = protocolName(protocols[0] ?? 0)
    return { ok: false, message: `protocol ${name} has no ports: write "*" as its port` }
  }
  return { ok: true, value: { protocols, ports: ports.value, text } }
}

/** `*`, or numbers and ranges joined by commas; the messages for faults are those of Tailscale. */
function parsePorts(text: string): Parsed<readonly PortRange[]> {
  if (text === '*') return { ok: true, value: ALL_PORTS }
  const ranges: PortRange[] = []
  for (const part of text.split(',', PORT_RANGES_MAX + 1)) {
    if (ranges.length === PORT_RANGES_MAX) return { ok: false, message: `more than ${PORT_RANGES_MAX} port ranges` }
    const range = parsePortRange(part)
    if (!range.ok) return range
    ranges.push(range.value)
  }
  return { ok: true, value: mergePortRanges(ranges) }
}

function parsePortRange(text: string): Parsed<PortRange> {
  const fault = (why: string): Parsed<PortRange> => ({
    ok: false,
    message: `port range ${quote(text)}: ${why}`,
  })
  const dash = text.indexOf('-')
  const first = portNumber(dash < 0 ? text : text.slice(0, dash))
  const last = dash < 0 ? first : portNumber(text.slice(dash + 1))
  if (first === undefined) return fault('invalid first integer')
  if (last === undefined) return fault('invalid last integer')
  if (first === 0) return fault("first port must be >0, or use '*' for wildcard")
  if (first > PORT_MAX || last > PORT_MAX) return fault(`a port is at most ${PORT_MAX}`)
  if (last < first) return fault('first port must be <= last port')
  return { ok: true, value: { first, last } }
}

function portNumber(text: string): number | undefined {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined
}
