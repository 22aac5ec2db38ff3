import { parseIpRange } from '../address/ip-range.ts'
import type { JsonNode } from '../text/hujson.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import type { AutoApprovers, Selector } from './policy.ts'
import { isServiceName, type Names, parseSelectorIn } from './selector.ts'

const KEYS: KeySet = { known: ['routes', 'exitNode', 'services'] }

/** Reads `autoApprovers`: whose announcements need nobody's approval. */
export function parseAutoApprovers(section: JsonNode | undefined, reader: NodeReader, names: Names): AutoApprovers {
  const fields = section === undefined ? new Map() : reader.fields(section, '"autoApprovers"', KEYS)
  return {
    routes: parseRoutes(fields.get('routes'), reader, names),
    exitNode: parseApprovers(fields.get('exitNode'), 'autoApprovers.exitNode', reader, names),
    services: parseServices(fields.get('services'), reader, names),
  }
}

function parseRoutes(section: JsonNode | undefined, reader: NodeReader, names: Names): AutoApprovers['routes'] {
  const routes: AutoApprovers['routes'][number][] = []
  for (const { key, keyOffset, value } of reader.entries(section, 'autoApprovers.routes')) {
    const where = `autoApprovers.routes[${quote(key)}]`
    const approvers = parseApprovers(value, where, reader, names)
    const prefix = parseIpRange(key)
    if (!prefix.ok || prefix.form !== 'prefix') {
      reader.report('bad-address', keyOffset, `${where}: not an IP prefix`)
      continue
    }
    if (prefix.masked !== undefined) {
      reader.warn('bad-address', keyOffset, `${where}: has bits beyond its prefix length; read as ${prefix.masked}`)
    }
    routes.push({ prefix: prefix.range, text: key, approvers })
  }
  return routes
}

function parseServices(section: JsonNode | undefined, reader: NodeReader, names: Names): AutoApprovers['services'] {
  const services = new Map<string, readonly Selector[]>()
  for (const { key, keyOffset, value } of reader.entries(section, 'autoApprovers.services')) {
    const where = `autoApprovers.services[${quote(key)}]`
    const approvers = parseApprovers(value, where, reader, names)
    if (isServiceName(key) || names.tags.has(key)) services.set(key, approvers)
    else
      reader.report('bad-name', keyOffset, `${where}: a service is named "svc:" and small letters, or by a known tag`)
  }
  return services
}

function parseApprovers(
  node: JsonNode | undefined,
  where: string,
  reader: NodeReader,
  names: Names,
): readonly Selector[] {
  const approvers: Selector[] = []
  if (node?.kind === 'null') return approvers
  for (const { value, offset } of reader.strings(node, where)) {
    const result = parseSelectorIn(value, '', names)
    if (!result.ok) reader.report(result.code, offset, result.message, result.suggest)
    else if (!canApprove(result.selector)) {
      reader.report('bad-selector', offset, `${where}: ${quote(value)}: approvers are users, groups, tags and roles`)
    } else {
      if (result.warning !== undefined) {
        reader.warn('no-effect', offset, `${where}: ${quote(value)}: ${result.warning}`)
      }
      approvers.push(result.selector)
    }
  }
  return approvers
}

/** Whoever announces a route is a person's node or a tagged one. */
function canApprove({ kind, text }: Selector): boolean {
  if (kind === 'autogroup') return !['autogroup:self', 'autogroup:internet', 'autogroup:danger-all'].includes(text)
  return kind === 'user' || kind === 'group' || kind === 'tag' || kind === 'domain'
}
