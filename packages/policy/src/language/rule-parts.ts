import { checkCapability } from '../capability/read-capability.ts'
import type { JsonNode, JsonString } from '../text/hujson.ts'
import { jsonValue } from '../text/json-value.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import type { AppCapability, Destination, Section, Selector } from './policy.ts'
import { type Names, parseSelector, type Side } from './selector.ts'

/** What `acls` and `grants` have in common, and the smaller parts that other sections share with them. */

/** The selectors of `src`. */
export function parseSources(
  node: JsonNode | undefined,
  rule: JsonNode,
  what: string,
  reader: NodeReader,
  names: Names,
): readonly Selector[] {
  const sources: Selector[] = []
  for (const entry of sideStrings('src', node, rule, what, reader)) {
    const selector = readRuleSelector(entry, entry.value, 'src', reader, names)
    if (selector !== undefined) sources.push(selector)
  }
  return sources
}

export function readRuleSelector(
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

/** The entries of `src` or `dst`. As in Go a list that is not there, `null` and an empty one are the same: nothing is allowed. */
export function sideStrings(
  key: string,
  node: JsonNode | undefined,
  rule: JsonNode,
  what: string,
  reader: NodeReader,
): readonly JsonString[] {
  if (rule.kind === 'object' && (node === undefined || (node.kind === 'array' && node.items.length === 0))) {
    reader.warn('no-effect', (node ?? rule).offset, `${what} has no "${key}": it allows nothing`)
  }
  return reader.strings(node, `${what}.${key}`)
}

/** Names of postures, each of them defined. */
export function parseSrcPosture(
  node: JsonNode | undefined,
  what: string,
  reader: NodeReader,
  names: Names,
): readonly string[] {
  const postures: string[] = []
  for (const { value, offset } of reader.strings(node, what)) {
    if (names.postures.has(value)) postures.push(value)
    else {
      const message = `${what}: posture not found: ${quote(value)}`
      reader.report('unknown-name', offset, message, () => nearestName(value, names.postures))
    }
  }
  return postures
}

/** Domains of Tailscale's own in which anybody may grant these capabilities; the others are its internals. */
const TAILSCALE_CAPABILITIES: readonly string[] = [
  'tailscale.com/cap/drive',
  'tailscale.com/cap/relay',
  'tailscale.com/cap/kubernetes',
  'tailscale.com/cap/webui',
  'tailscale.com/cap/tsidp',
  'tailscale.com/cap/golink',
  'tailscale.com/cap/secrets',
  'tailscale.com/cap/aperture',
]

/** The capabilities of a grant's `app`. */
export function parseGrantApp(node: JsonNode | undefined, what: string, reader: NodeReader): readonly AppCapability[] {
  return parseApp(node, what, reader, (name) => {
    const domain = capabilityDomain(name)
    const isTailscale = domain === 'tailscale.com' || domain?.endsWith('.tailscale.com') === true
    if (!isTailscale || TAILSCALE_CAPABILITIES.includes(name)) return undefined
    return 'capability name must not be in the tailscale.com domain'
  })
}

/** An object of capability names and lists of any values; `refuse` says what else is wrong with a name. */
export function parseApp(
  node: JsonNode | undefined,
  what: string,
  reader: NodeReader,
  refuse: (name: string) => string | undefined = () => undefined,
): readonly AppCapability[] {
  const app: AppCapability[] = []
  for (const { key, keyOffset, value } of reader.entries(node, what)) {
    const fault =
      capabilityDomain(key) === undefined ? 'capability name must have the form {domain}/{path}' : refuse(key)
    if (fault !== undefined) reader.report('bad-name', keyOffset, fault)
    else {
      const values = value.kind === 'null' ? [] : reader.items(value, `${what}[${quote(key)}]`)
      checkCapability(key, keyOffset, values, `${what}[${quote(key)}]`, reader)
      app.push({ name: key, values: values.map(jsonValue), position: reader.position(keyOffset) })
    }
  }
  return app
}

/** Longest name of a capability, in code units: those in use have a quarter of it. */
const CAPABILITY_NAME_MAX = 256
const CAPABILITY = /^([a-z0-9][a-z0-9.-]*)\/[\x21-\x7e]+$/i

function capabilityDomain(name: string): string | undefined {
  return name.length > CAPABILITY_NAME_MAX ? undefined : CAPABILITY.exec(name)?.[1]?.toLowerCase()
}

/**
 * `autogroup:self` is each person's own devices, so every source has to be people. Tailscale lets `*` pass in `acls`,
 * where it is older, and not in `grants`.
 */
export function checkSelf(
  section: Section | 'ssh',
  sources: readonly Selector[],
  destinations: readonly Selector[],
  node: JsonNode,
  reader: NodeReader,
): void {
  if (!destinations.some(({ text }) => text === 'autogroup:self')) return
  if (sources.every((selector) => isPeople(selector) || (section === 'acls' && selector.kind === 'any'))) return
  const message = 'autogroup:self can only be used with users, groups, or supported autogroups'
  reader.report('bad-selector', node.offset, message)
}

function isPeople({ kind, text }: Selector): boolean {
  if (kind === 'autogroup') return text !== 'autogroup:tagged' && text !== 'autogroup:danger-all'
  return kind === 'user' || kind === 'group' || kind === 'domain'
}

export function selectorsOf(destinations: readonly Destination[]): readonly Selector[] {
  return destinations.map(({ selector }) => selector)
}
