import type { JsonNode, JsonString } from '../text/hujson.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import type { Destination, Rule, Section, Selector } from './policy.ts'
import { type Names, parseSelector, type Side } from './selector.ts'
import { PROTOCOL_NAMES, parseAclService, parseGrantService, parseProtocol, type Service } from './service.ts'

const ACL_KEYS: KeySet = {
  known: ['action', 'src', 'dst', 'proto'],
  unsupported: ['srcPosture'],
  renamed: { users: 'src', ports: 'dst' },
}
const GRANT_KEYS: KeySet = { known: ['src', 'dst', 'ip', 'app'], unsupported: ['via', 'srcPosture'] }

/**
 * Most pairs of a source and a destination, summed over all rules: what the compiled form grows with at worst. 10,000
 * rules of ten sources and ten destinations have a million; a group counts once.
 */
export const RULE_PAIRS_MAX = 4_000_000

/** Reads `acls` and `grants`, in the order of the text. */
export function parseRules(sections: ReadonlyMap<string, JsonNode>, reader: NodeReader, names: Names): readonly Rule[] {
  const acls = reader.items(sections.get('acls'), '"acls"').map((node, index) => parseAcl(node, index, reader, names))
  const grants = reader
    .items(sections.get('grants'), '"grants"')
    .map((node, index) => parseGrant(node, index, reader, names))
  const rules = [...acls, ...grants].toSorted((a, b) => a.position.offset - b.position.offset)
  let pairs = 0
  for (const rule of rules) {
    pairs += rule.sources.length * rule.destinations.length
    if (pairs <= RULE_PAIRS_MAX) continue
    const message = `the rules up to here have more than ${RULE_PAIRS_MAX} pairs of source and destination; put sources into groups`
    reader.report('too-complex', rule.position.offset, message)
    break
  }
  return rules
}

function parseAcl(node: JsonNode, index: number, reader: NodeReader, names: Names): Rule {
  const what = `acls[${index}]`
  const fields = reader.fields(node, what, ACL_KEYS)
  checkAction(fields.get('action'), node, what, reader)
  const protocol = parseProto(fields.get('proto'), what, reader)
  const sources = parseSources(fields.get('src'), node, what, reader, names)
  const destinations: Destination[] = []
  for (const entry of required('dst', fields.get('dst'), node, what, reader)) {
    const destination = parseAclDestination(entry, protocol, reader, names)
    if (destination !== undefined) destinations.push(destination)
  }
  checkSelf('acls', sources, destinations, node, reader)
  const rule = {
    section: 'acls' as const,
    index,
    position: reader.position(node.offset),
    sources,
    destinations,
    app: [],
    via: [],
    srcPosture: [],
  }
  return protocol === undefined ? rule : { ...rule, protocol }
}

function parseGrant(node: JsonNode, index: number, reader: NodeReader, names: Names): Rule {
  const what = `grants[${index}]`
  const fields = reader.fields(node, what, GRANT_KEYS)
  const app = fields.get('app')
  const hasApp = app !== undefined && !(app.kind === 'object' && app.entries.length === 0)
  if (hasApp) {
    reader.report(
      'unsupported',
      app.offset,
      `"app" in ${what} is known to Tailscale, but not supported by this version`,
    )
  }
  const entries = reader.strings(fields.get('ip'), `${what}.ip`)
  if (node.kind === 'object' && !hasApp && isAbsentOrEmpty(fields.get('ip'))) {
    reader.report('missing-key', node.offset, 'ip and app can not both be empty')
  }
  const services: Service[] = []
  for (const { value, offset } of entries) {
    const service = parseGrantService(value)
    if (service.ok) services.push(service.value)
    else reader.report(serviceCode(service.message), offset, service.message)
  }
  const sources = parseSources(fields.get('src'), node, what, reader, names)
  const destinations: Destination[] = []
  for (const entry of required('dst', fields.get('dst'), node, what, reader)) {
    const selector = readSelector(entry, entry.value, 'dst', reader, names)
    if (selector !== undefined) destinations.push({ selector, services, text: entry.value })
  }
  checkSelf('grants', sources, destinations, node, reader)
  const ip = entries.map(({ value }) => value)
  return {
    section: 'grants',
    index,
    position: reader.position(node.offset),
    sources,
    destinations,
    ip,
    app: [],
    via: [],
    srcPosture: [],
  }
}

function checkAction(action: JsonNode | undefined, node: JsonNode, what: string, reader: NodeReader): void {
  if (action === undefined) {
    if (node.kind === 'object')
      reader.report('missing-key', node.offset, `${what} has no "action": write "action": "accept"`)
    return
  }
  const text = reader.string(action, `${what}.action`)
  if (text !== undefined && text.value !== 'accept') {
    reader.report('bad-action', text.offset, `action=${quote(text.value)} is not supported`)
  }
}

function parseProto(node: JsonNode | undefined, what: string, reader: NodeReader): string | undefined {
  const text = reader.string(node, `${what}.proto`)
  if (text === undefined || text.value === '') return undefined
  if (parseProtocol(text.value) !== undefined) return text.value
  const hint = text.value === '*' ? ': leave it out to mean TCP, UDP and ICMP' : ''
  reader.report('bad-protocol', text.offset, `unknown protocol ${quote(text.value)}${hint}`, () =>
    nearestName(text.value, PROTOCOL_NAMES),
  )
  return undefined
}

function parseSources(
  node: JsonNode | undefined,
  rule: JsonNode,
  what: string,
  reader: NodeReader,
  names: Names,
): readonly Selector[] {
  const sources: Selector[] = []
  for (const entry of required('src', node, rule, what, reader)) {
    const selector = readSelector(entry, entry.value, 'src', reader, names)
    if (selector !== undefined) sources.push(selector)
  }
  return sources
}

function parseAclDestination(
  entry: JsonString,
  protocol: string | undefined,
  reader: NodeReader,
  names: Names,
): Destination | undefined {
  const split = splitPorts(entry.value)
  if (split === undefined) {
    reader.report('bad-port', entry.offset, `dst=${quote(entry.value)}: no ports; write "name:22" or "name:*"`)
    return undefined
  }
  const service = parseAclService(split.ports, protocol)
  if (!service.ok) {
    reader.report(serviceCode(service.message), entry.offset, `dst=${quote(entry.value)}: ${service.message}`)
    return undefined
  }
  const selector = readSelector(entry, split.name, 'dst', reader, names)
  return selector === undefined ? undefined : { selector, services: [service.value], text: entry.value }
}

/** `name:ports` at its last colon; brackets around an IPv6 address are dropped. */
export function splitPorts(text: string): { readonly name: string; readonly ports: string } | undefined {
  const colon = text.lastIndexOf(':')
  if (colon <= 0) return undefined
  const name = text.slice(0, colon)
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
  return { name: bare, ports: text.slice(colon + 1) }
}

function readSelector(
  entry: JsonString,
  text: string,
  side: Side,
  reader: NodeReader,
  names: Names,
): Selector | undefined {
  const result = parseSelector(text, side, names)
  if (!result.ok) {
    reader.report(result.code, entry.offset, result.message, result.suggest)
    return undefined
  }
  if (result.warning !== undefined) reader.warn('no-effect', entry.offset, result.warning)
  return result.selector
}

function required(
  key: string,
  node: JsonNode | undefined,
  rule: JsonNode,
  what: string,
  reader: NodeReader,
): readonly JsonString[] {
  if (node === undefined && rule.kind === 'object') reader.report('missing-key', rule.offset, `${what} has no "${key}"`)
  return reader.strings(node, `${what}.${key}`)
}

function isAbsentOrEmpty(node: JsonNode | undefined): boolean {
  return node === undefined || (node.kind === 'array' && node.items.length === 0)
}

/**
 * `autogroup:self` is each person's own devices, so every source has to be people. Tailscale lets `*` pass in `acls`,
 * where it is older, and not in `grants`.
 */
function checkSelf(
  section: Section,
  sources: readonly Selector[],
  destinations: readonly Destination[],
  node: JsonNode,
  reader: NodeReader,
): void {
  if (!destinations.some(({ selector }) => selector.text === 'autogroup:self')) return
  if (sources.every((selector) => isPeople(selector) || (section === 'acls' && selector.kind === 'any'))) return
  const message = 'autogroup:self can only be used with users, groups, or supported autogroups'
  reader.report('bad-selector', node.offset, message)
}

function isPeople({ kind, text }: Selector): boolean {
  if (kind === 'autogroup') return text !== 'autogroup:tagged' && text !== 'autogroup:danger-all'
  return kind === 'user' || kind === 'group' || kind === 'domain'
}

function serviceCode(message: string): 'bad-protocol' | 'bad-port' {
  return message.startsWith('unknown protocol') ? 'bad-protocol' : 'bad-port'
}
