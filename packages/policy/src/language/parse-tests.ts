import { isSingleAddress } from '../address/ip-range.ts'
import type { JsonNode, JsonString } from '../text/hujson.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import { OLDER_TEST_KEYS } from './older-keys.ts'
import { splitPorts } from './parse-acl.ts'
import type { PolicyCheck, PolicyTest, Selector } from './policy.ts'
import { type Names, parseSelector } from './selector.ts'
import { type Parsed, PORT_MAX, parseProtocol, SCTP, TCP, UDP } from './service.ts'

const TEST_KEYS: KeySet = {
  known: ['src', 'accept', 'deny', 'proto', 'srcPostureAttrs'],
  older: OLDER_TEST_KEYS,
}
const TESTED_PROTOCOLS: readonly number[] = [TCP, UDP, SCTP]

/**
 * Reads `tests`. As at Tailscale, what a test asks may be wrong without the file being wrong: an unknown host or a list of
 * ports makes the test fail, with the reason.
 */
export function parseTests(
  sections: ReadonlyMap<string, JsonNode>,
  reader: NodeReader,
  names: Names,
): readonly PolicyTest[] {
  return reader.items(sections.get('tests'), '"tests"').map((node, index) => parseTest(node, index, reader, names))
}

function parseTest(node: JsonNode, index: number, reader: NodeReader, names: Names): PolicyTest {
  const what = `tests[${index}]`
  const fields = reader.fields(node, what, TEST_KEYS)
  const source = reader.string(fields.get('src'), `${what}.src`)?.value ?? ''
  const protocol = reader.string(fields.get('proto'), `${what}.proto`)?.value ?? ''
  const checks = (expect: PolicyCheck['expect']): readonly PolicyCheck[] =>
    reader.strings(fields.get(expect), `${what}.${expect}`).map((entry) => parseCheck(entry, expect, reader, names))
  const srcPostureAttrs = parseSrcPostureAttrs(fields.get('srcPostureAttrs'), what, reader)
  const test = {
    index,
    position: reader.position(node.offset),
    source: parseSource(source, names),
    sourceText: source,
    protocols: parseTestProtocols(protocol),
    protocolText: protocol,
    checks: [...checks('accept'), ...checks('deny')],
  }
  return srcPostureAttrs === undefined ? test : { ...test, srcPostureAttrs }
}

/** What the source device of a test is said to be: `{ "node:os": "macos" }`. */
export function parseSrcPostureAttrs(
  field: JsonNode | undefined,
  what: string,
  reader: NodeReader,
): PolicyTest['srcPostureAttrs'] {
  if (field === undefined) return undefined
  const attributes: [string, string | number | boolean][] = []
  for (const { key, keyOffset, value } of reader.entries(field, `${what}.srcPostureAttrs`)) {
    if (value.kind === 'string' || value.kind === 'number' || value.kind === 'boolean') {
      attributes.push([key, value.value])
    } else {
      const where = `${what}.srcPostureAttrs[${quote(key)}]`
      reader.report('wrong-type', keyOffset, `${where} is a string, a number, true or false`)
    }
  }
  return Object.fromEntries(attributes)
}

function parseSource(text: string, names: Names): Parsed<Selector> {
  if (text === '') return fault('the test has no src')
  const result = parseSelector(text, 'src', names)
  if (!result.ok) return fault(result.message)
  const { selector } = result
  if (selector.kind === 'any' || selector.text === 'autogroup:danger-all')
    return fault(`src=${quote(text)}: a test names whom it asks for`)
  if (selector.kind === 'addresses' && !isSingleAddress(selector.range))
    return fault(`src=${quote(text)}: a test asks for one address`)
  // Tailscale's tests know no autogroup at all. Those of people are taken, for rules are written before there are people.
  if (selector.text === 'autogroup:tagged') return fault(`src=${quote(text)}: a test asks for machines by one tag`)
  return { ok: true, value: selector }
}

/** Without `proto` a test asks for either of those that nearly everything speaks. */
function parseTestProtocols(text: string): Parsed<readonly number[]> {
  if (text === '') return { ok: true, value: [TCP, UDP] }
  const protocol = parseProtocol(text)
  if (protocol !== undefined && TESTED_PROTOCOLS.includes(protocol)) return { ok: true, value: [protocol] }
  return fault(`proto=${quote(text)}: a test asks for tcp, udp or sctp`)
}

function parseCheck(entry: JsonString, expect: PolicyCheck['expect'], reader: NodeReader, names: Names): PolicyCheck {
  const position = reader.position(entry.offset)
  return { expect, text: entry.value, position, destination: parseTestDestination(entry.value, names) }
}

/** `host:port`: something that stands for machines, and one port. */
function parseTestDestination(text: string, names: Names): PolicyCheck['destination'] {
  const split = splitPorts(text)
  if (split === undefined) return fault('write "host:port"')
  const port = /^[1-9][0-9]{0,4}$/.test(split.ports) ? Number(split.ports) : Number.NaN
  if (!(port <= PORT_MAX)) return fault(`a test asks for one port from 1 to ${PORT_MAX}`)
  const result = parseSelector(split.name, 'dst', names)
  if (!result.ok) return fault(result.message)
  if (isMachines(result.selector)) return { ok: true, value: { selector: result.selector, port } }
  return fault('a test asks for one address, host, tag, user or group')
}

/** Autogroups whose machines are not the same for whoever asks. */
const OF_NO_MACHINES: readonly string[] = ['autogroup:self', 'autogroup:internet', 'autogroup:danger-all']

function isMachines(selector: Selector): boolean {
  switch (selector.kind) {
    case 'tag':
    case 'user':
    case 'group':
    case 'domain':
      return true
    case 'autogroup':
      return !OF_NO_MACHINES.includes(selector.text)
    case 'addresses':
      // A prefix of one address is still a prefix: Tailscale's tests take none.
      return isSingleAddress(selector.range) && !selector.text.includes('/')
    case 'any':
    case 'ipset':
    case 'service':
      return false
    default:
      return selector satisfies never
  }
}

function fault(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message }
}
