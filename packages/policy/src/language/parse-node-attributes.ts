import { type IpRange, parseIpRange, prefixRange, rangeWithin } from '../address/ip-range.ts'
import { CAPABILITIES } from '../capability/read-capability.ts'
import type { JsonNode, JsonString } from '../text/hujson.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import type { NodeAttribute, Selector } from './policy.ts'
import { parseApp } from './rule-parts.ts'
import { type Names, parseSelectorIn } from './selector.ts'

const KEYS: KeySet = { known: ['target', 'attr', 'app', 'ipPool'] }

/** Where addresses of mesh nodes come from. */
const MESH_RANGE = prefixRange('100.64.0.0/10')
/** Parts of it with a meaning of their own: Tailscale's DNS and services, and ChromeOS. */
const RESERVED_RANGES: readonly IpRange[] = ['100.100.0.0/24', '100.100.100.0/24', '100.115.92.0/23'].map(prefixRange)
/** Longest attribute, in code units. */
const ATTRIBUTE_MAX = 1024

/** Reads `nodeAttrs`: what mesh nodes are told of themselves. */
export function parseNodeAttributes(
  section: JsonNode | undefined,
  reader: NodeReader,
  names: Names,
): readonly NodeAttribute[] {
  return reader.items(section, '"nodeAttrs"').map((node, index) => parseEntry(node, index, reader, names))
}

function parseEntry(node: JsonNode, index: number, reader: NodeReader, names: Names): NodeAttribute {
  const what = `nodeAttrs[${index}]`
  const fields = reader.fields(node, what, KEYS)
  const app = parseApp(fields.get('app'), `${what}.app`, reader)
  for (const { name, position } of app) {
    if (CAPABILITIES.has(name))
      reader.warn('no-effect', position.offset, `${quote(name)} does nothing in "nodeAttrs": write it in a grant`)
  }
  return {
    index,
    position: reader.position(node.offset),
    targets: parseTargets(fields.get('target'), what, reader, names),
    attributes: parseAttributes(fields.get('attr'), what, reader),
    app,
    ipPool: parsePool(fields.get('ipPool'), what, reader),
  }
}

function parseTargets(
  field: JsonNode | undefined,
  what: string,
  reader: NodeReader,
  names: Names,
): readonly Selector[] {
  const targets: Selector[] = []
  for (const { value, offset } of reader.strings(field, `${what}.target`)) {
    const result = parseSelectorIn(value, '', names)
    if (!result.ok) reader.report(result.code, offset, result.message, result.suggest)
    else if (!isTarget(result.selector)) {
      reader.report('bad-selector', offset, `${what}.target: ${quote(value)} cannot be a target`)
    } else {
      if (result.warning !== undefined) {
        reader.warn('no-effect', offset, `${what}.target: ${quote(value)}: ${result.warning}`)
      }
      targets.push(result.selector)
    }
  }
  return targets
}

/** Whatever says of a node alone whether it is meant: `autogroup:self` asks for whom, the internet has no nodes. */
function isTarget({ kind, text }: Selector): boolean {
  return kind !== 'autogroup' || !['autogroup:self', 'autogroup:internet', 'autogroup:danger-all'].includes(text)
}

function parseAttributes(field: JsonNode | undefined, what: string, reader: NodeReader): readonly string[] {
  const attributes: string[] = []
  for (const { value, offset } of reader.strings(field, `${what}.attr`)) {
    if (value === '' || value.length > ATTRIBUTE_MAX) {
      reader.report('bad-name', offset, `${what}.attr: an attribute has 1 to ${ATTRIBUTE_MAX} characters`)
    } else attributes.push(value)
  }
  return attributes
}

function parsePool(field: JsonNode | undefined, what: string, reader: NodeReader): readonly IpRange[] {
  const pool: IpRange[] = []
  for (const entry of reader.strings(field, `${what}.ipPool`)) {
    const range = parseNetwork(entry, reader)
    if (range !== undefined) pool.push(range)
  }
  return pool
}

function parseNetwork({ value, offset }: JsonString, reader: NodeReader): IpRange | undefined {
  const shown = quote(value).slice(1, -1)
  const result = parseIpRange(value)
  if (!result.ok || result.form === 'range') {
    reader.report('bad-address', offset, `IPPool(${shown}): not an IP prefix`)
  } else if (!rangeWithin(result.range, MESH_RANGE)) {
    reader.report('bad-address', offset, `IPPool(${shown}): network not within 100.64.0.0/10`)
  } else if (RESERVED_RANGES.some((reserved) => rangeWithin(result.range, reserved))) {
    reader.report('bad-address', offset, `IPPool(${shown}): network within reserved range`)
  } else return result.range
  return undefined
}
