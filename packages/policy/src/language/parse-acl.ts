import type { JsonNode, JsonString } from '../text/hujson.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import { OLDER_ACL_KEYS } from './older-keys.ts'
import type { Destination, Rule } from './policy.ts'
import { checkSelf, parseSources, parseSrcPosture, readRuleSelector, selectorsOf, sideStrings } from './rule-parts.ts'
import type { Names } from './selector.ts'
import { isProtocolFault, PROTOCOL_NAMES, parseAclService, parseProtocol, protocolFault } from './service.ts'

const ACL_KEYS: KeySet = {
  known: ['action', 'src', 'dst', 'proto', 'srcPosture'],
  older: OLDER_ACL_KEYS,
}

/** Reads one rule of `acls`. */
export function parseAcl(node: JsonNode, index: number, reader: NodeReader, names: Names): Rule {
  const what = `acls[${index}]`
  const fields = reader.fields(node, what, ACL_KEYS)
  checkAction(fields.get('action'), node, what, reader)
  const protocol = parseProto(fields.get('proto'), what, reader)
  const sources = parseSources(fields.get('src'), node, what, reader, names)
  const destinations: Destination[] = []
  for (const entry of sideStrings('dst', fields.get('dst'), node, what, reader)) {
    const destination = parseDestination(entry, protocol, reader, names)
    if (destination !== undefined) destinations.push(destination)
  }
  checkSelf('acls', sources, selectorsOf(destinations), node, reader)
  const rule = {
    section: 'acls' as const,
    index,
    position: reader.position(node.offset),
    sources,
    destinations,
    app: [],
    via: [],
    srcPosture: parseSrcPosture(fields.get('srcPosture'), `${what}.srcPosture`, reader, names),
  }
  return protocol === undefined ? rule : { ...rule, protocol }
}

/** `name:ports` at its last colon; brackets around an IPv6 address are dropped. */
export function splitPorts(text: string): { readonly name: string; readonly ports: string } | undefined {
  const colon = text.lastIndexOf(':')
  if (colon <= 0) return undefined
  const name = text.slice(0, colon)
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
  return { name: bare, ports: text.slice(colon + 1) }
}

/** One that is not there is an empty one, as in Go. */
function checkAction(action: JsonNode | undefined, node: JsonNode, what: string, reader: NodeReader): void {
  const text = reader.string(action, `${what}.action`)
  const isNone = action !== undefined && text === undefined
  if (node.kind !== 'object' || isNone || text?.value === 'accept') return
  const message = `action=${quote(text?.value ?? '')} is not supported`
  reader.report('bad-action', (text ?? node).offset, message, () => 'accept')
}

function parseProto(node: JsonNode | undefined, what: string, reader: NodeReader): string | undefined {
  const text = reader.string(node, `${what}.proto`)
  if (text === undefined || text.value === '') return undefined
  if (parseProtocol(text.value) !== undefined) return text.value
  reader.report('bad-protocol', text.offset, protocolFault(text.value), () => nearestName(text.value, PROTOCOL_NAMES))
  return undefined
}

function parseDestination(
  entry: JsonString,
  protocol: string | undefined,
  reader: NodeReader,
  names: Names,
): Destination | undefined {
  const split = splitPorts(entry.value)
  if (split === undefined) {
    reader.report('bad-port', entry.offset, `dst=${quote(entry.value)}: hostport must contain a colon (":")`)
    return undefined
  }
  if (split.name.includes(',')) {
    reader.report('bad-port', entry.offset, `dst=${quote(entry.value)}: host cannot contain a comma (",")`)
    return undefined
  }
  const service = parseAclService(split.ports, protocol)
  if (!service.ok) {
    const code = isProtocolFault(service.message) ? 'bad-protocol' : 'bad-port'
    reader.report(code, entry.offset, `dst=${quote(entry.value)}: ${service.message}`)
    return undefined
  }
  const selector = readRuleSelector(entry, split.name, 'dst', reader, names)
  return selector === undefined ? undefined : { selector, services: [service.value], text: entry.value }
}
