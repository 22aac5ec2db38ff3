import type { CompiledPolicy } from '../decide/compile.ts'
import type { Endpoint } from '../decide/endpoint.ts'
import type { Subject } from '../decide/subject.ts'
import {
  ALL_PORTS,
  formatPortRanges,
  mergePortRanges,
  type PortRange,
  protocolName,
  SCTP,
  TCP,
  UDP,
} from '../language/service.ts'

/** What is open: merged port ranges by IP protocol number; protocols with nothing open are absent. */
export type Opened = ReadonlyMap<number, readonly PortRange[]>

const WITH_PORTS: readonly number[] = [TCP, UDP, SCTP]
/** Both kinds of ICMP go with the ports of a rule that names no protocol. */
const ICMP: readonly number[] = [1, 58]
/** More ports than this are told by those that are left out. */
const MANY_PORTS = 32_768

/** What a policy opens for a subject at one place, for the protocols given. */
export function openedAt(
  compiled: CompiledPolicy,
  subject: Subject,
  endpoint: Endpoint,
  protocols: readonly number[],
): Opened {
  const opened = new Map<number, readonly PortRange[]>()
  for (const protocol of protocols) {
    const ports = compiled.rules.ports(subject, endpoint, protocol)
    if (ports.length > 0) opened.set(protocol, openPorts(protocol, ports))
  }
  return opened
}

/** The ports that a rule opens for a protocol. Where there are no ports, open is open. */
export function openPorts(protocol: number, ports: readonly PortRange[]): readonly PortRange[] {
  return WITH_PORTS.includes(protocol) ? ports : ALL_PORTS
}

/** What is open in any of them. */
export function openedTogether(all: readonly Opened[]): Opened {
  const [only = new Map()] = all
  if (all.length < 2) return only
  const ports = new Map<number, PortRange[]>()
  for (const [protocol, ranges] of all.flatMap((opened) => [...opened])) {
    const known = ports.get(protocol)
    if (known === undefined) ports.set(protocol, [...ranges])
    else known.push(...ranges)
  }
  return new Map([...ports].map(([protocol, ranges]) => [protocol, mergePortRanges(ranges)]))
}

/** What is open in the first and not in the second. */
export function openedBeyond(first: Opened, second: Opened): Opened {
  const beyond = new Map<number, readonly PortRange[]>()
  for (const [protocol, ports] of first) {
    const rest = withoutPorts(ports, second.get(protocol) ?? [])
    if (rest.length > 0) beyond.set(protocol, rest)
  }
  return beyond
}

/**
 * As a grant's `ip` would say it: `22`, `tcp:22,5432 udp:53`, `*`. Without a protocol it is TCP and UDP; ICMP is told only
 * where nothing else is open.
 */
export function formatOpened(opened: Opened): string {
  const all = [...opened].toSorted(([a], [b]) => a - b)
  const telling = all.filter(([protocol]) => !ICMP.includes(protocol))
  const parts = (telling.length === 0 ? all : telling).map(([protocol, ports]) => ({ protocol, text: textOf(ports) }))
  const tcp = parts.find(({ protocol }) => protocol === TCP)
  const udp = parts.find(({ protocol }) => protocol === UDP)
  const both = tcp !== undefined && tcp.text === udp?.text
  const rest = both ? parts.filter((part) => part !== tcp && part !== udp) : parts
  const named = rest.map(({ protocol, text }) =>
    WITH_PORTS.includes(protocol) ? `${protocolName(protocol)}:${text}` : protocolName(protocol),
  )
  return [...(both ? [tcp.text] : []), ...named].join(' ')
}

function textOf(ports: readonly PortRange[]): string {
  const count = ports.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  const closed = count > MANY_PORTS ? withoutPorts(ALL_PORTS, ports) : []
  return closed.length === 0 ? formatPortRanges(ports) : `* but for ${formatPortRanges(closed)}`
}

/** Both lists merged and ascending, and so is what is left. */
function withoutPorts(ports: readonly PortRange[], taken: readonly PortRange[]): readonly PortRange[] {
  const rest: PortRange[] = []
  let next = 0
  for (const { first, last } of ports) {
    let from = first
    while (next < taken.length && (taken[next]?.last ?? 0) < from) next++
    for (let at = next; at < taken.length && from <= last; at++) {
      const cut = taken[at]
      if (cut === undefined || cut.first > last) break
      if (cut.first > from) rest.push({ first: from, last: cut.first - 1 })
      from = cut.last + 1
    }
    if (from <= last) rest.push({ first: from, last })
  }
  return rest
}
