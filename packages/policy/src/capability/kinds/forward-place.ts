import { parseIpAddress } from '../../address/ip-address.ts'
import { formatIpRange, type IpRange, looksLikeIp, parseIpRange, rangeHolds } from '../../address/ip-range.ts'
import { formatPortRanges, isEveryPort, type PortRange, parseAclService } from '../../language/service.ts'
import { quote } from '../../text/quote.ts'
import type { AllOf, EntryKind } from './all-of.ts'

/** Where a forwarding inside a session may lead, or listen. */
export interface ForwardPlace {
  readonly host:
    | { readonly kind: 'any' }
    | { readonly kind: 'range'; readonly range: IpRange }
    /** In lower case. The target looks it up, so only the very same name is meant, never an address it may have. */
    | { readonly kind: 'name'; readonly name: string }
  readonly ports: readonly PortRange[]
}

/** Longest DNS name, RFC 1035 §2.3.4. */
const NAME_MAX = 253
const NAME = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/

/** `*:*`, `10.0.0.0/8:5432`, `[fd00::/8]:22`, `db.internal:5432`, `localhost:8000-8099`. */
export const forwardPlace: EntryKind<ForwardPlace> = {
  values: '`"host:ports"`; host is an address, a prefix, a name or `*`',
  read(node, what, reader) {
    const text = reader.string(node, what)
    if (text === undefined) return undefined
    const fault = (message: string): undefined =>
      reader.report('bad-value', text.offset, `${what}: ${quote(text.value)}: ${message}`) as undefined
    const colon = text.value.lastIndexOf(':')
    const written = text.value.slice(0, Math.max(0, colon))
    const bracketed = written.startsWith('[') && written.endsWith(']')
    if (colon <= 0 || (written.includes(':') && !bracketed))
      return fault('write "host:22", "host:*", or "[fd00::1]:22" for IPv6')
    const host = readHost(bracketed ? written.slice(1, -1) : written)
    if (host === undefined) return fault('the host is an address, a prefix, a name or "*"')
    const service = parseAclService(text.value.slice(colon + 1), 'tcp')
    return service.ok ? { host, ports: service.value.ports } : fault(service.message)
  },
  text({ host, ports }) {
    const list = formatPortRanges(ports)
    if (host.kind === 'any') return `*:${list}`
    if (host.kind === 'name') return `${host.name}:${list}`
    const range = formatIpRange(host.range)
    return host.range.family === 6 ? `[${range}]:${list}` : `${range}:${list}`
  },
}

function readHost(text: string): ForwardPlace['host'] | undefined {
  if (text === '*') return { kind: 'any' }
  const result = parseIpRange(text)
  if (result.ok) return result.masked === undefined ? { kind: 'range', range: result.range } : undefined
  const name = text.toLowerCase()
  const isName = name.length <= NAME_MAX && NAME.test(name) && !looksLikeIp(name)
  return isName ? { kind: 'name', name } : undefined
}

/** Whether a forwarding to, or listening at, `host` as the client wrote it is allowed by every list. */
export function forwardAllowed(lists: AllOf<ForwardPlace> | undefined, host: string, port: number): boolean {
  const address = parseIpAddress(host)
  const name = host.toLowerCase()
  return (lists ?? []).every(({ entries }) =>
    entries.some((place) => {
      if (!place.ports.some(({ first, last }) => first <= port && port <= last)) return false
      if (place.host.kind === 'any') return true
      if (place.host.kind === 'name') return place.host.name === name
      return address !== undefined && rangeHolds(place.host.range, address)
    }),
  )
}

/** Whether lists take nothing away. */
export function forwardsEverything(lists: AllOf<ForwardPlace> | undefined): boolean {
  return (lists ?? []).every(({ entries }) =>
    entries.some(({ host, ports }) => host.kind === 'any' && isEveryPort(ports)),
  )
}
