import type { JsonNode } from '../text/hujson.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import type { AppCapability, Destination, Rule } from './policy.ts'
import {
  checkSelf,
  parseGrantApp,
  parseSources,
  parseSrcPosture,
  readRuleSelector,
  selectorsOf,
  sideStrings,
} from './rule-parts.ts'
import type { Names } from './selector.ts'
import { isProtocolFault, parseGrantService, type Service } from './service.ts'

const GRANT_KEYS: KeySet = { known: ['src', 'dst', 'ip', 'app', 'via', 'srcPosture'] }

/** Reads one rule of `grants`. */
export function parseGrant(node: JsonNode, index: number, reader: NodeReader, names: Names): Rule {
  const what = `grants[${index}]`
  const fields = reader.fields(node, what, GRANT_KEYS)
  if (node.kind === 'object' && isEmpty(fields.get('ip')) && isEmpty(fields.get('app'))) {
    reader.report('missing-key', node.offset, 'ip and app can not both be empty')
  }
  const app = parseGrantApp(fields.get('app'), `${what}.app`, reader)
  const entries = reader.strings(fields.get('ip'), `${what}.ip`)
  const services: Service[] = []
  for (const { value, offset } of entries) {
    const service = parseGrantService(value)
    if (service.ok) services.push(service.value)
    else {
      const code = isProtocolFault(service.message) ? 'bad-protocol' : 'bad-port'
      reader.report(code, offset, service.message)
    }
  }
  const sources = parseSources(fields.get('src'), node, what, reader, names)
  const destinations: Destination[] = []
  for (const entry of sideStrings('dst', fields.get('dst'), node, what, reader)) {
    const selector = readRuleSelector(entry, entry.value, 'dst', reader, names)
    if (selector !== undefined) destinations.push({ selector, services, text: entry.value })
  }
  checkSelf('grants', sources, selectorsOf(destinations), node, reader)
  checkInternet(destinations, app, node, reader)
  const via = parseVia(fields.get('via'), what, reader, names)
  if (via.length > 0) {
    reader.warn(
      'no-effect',
      node.offset,
      `${what}: with "via" it holds in the mesh alone, not at the SSH and desktop doors`,
    )
  }
  return {
    section: 'grants',
    index,
    position: reader.position(node.offset),
    sources,
    destinations,
    ip: entries.map(({ value }) => value),
    app,
    via,
    srcPosture: parseSrcPosture(fields.get('srcPosture'), `${what}.srcPosture`, reader, names),
  }
}

function isEmpty(node: JsonNode | undefined): boolean {
  if (node === undefined) return true
  return (node.kind === 'array' && node.items.length === 0) || (node.kind === 'object' && node.entries.length === 0)
}

function checkInternet(
  destinations: readonly Destination[],
  app: readonly AppCapability[],
  node: JsonNode,
  reader: NodeReader,
): void {
  if (app.length === 0 || !destinations.some(({ text }) => text === 'autogroup:internet')) return
  reader.report('bad-selector', node.offset, 'cannot use app grants with autogroup:internet')
}

function parseVia(node: JsonNode | undefined, what: string, reader: NodeReader, names: Names): readonly string[] {
  const via: string[] = []
  for (const { value, offset } of reader.strings(node, `${what}.via`)) {
    if (names.tags.has(value)) via.push(value)
    else if (!value.startsWith('tag:')) reader.report('bad-selector', offset, 'via can only be a tag')
    else {
      const suggest = (): string | undefined => nearestName(value, names.tags)
      reader.report('unknown-name', offset, `tag ${quote(value)} not found`, suggest)
    }
  }
  return via
}
