import { isSingleAddress } from '../address/ip-range.ts'
import type { JsonNode, JsonString } from '../text/hujson.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import { parseSrcPostureAttrs } from './parse-tests.ts'
import type { Selector, SshTest } from './policy.ts'
import { type Names, parseSelectorIn } from './selector.ts'
import type { Parsed } from './service.ts'

const KEYS: KeySet = { known: ['src', 'dst', 'accept', 'deny', 'check', 'srcPostureAttrs'] }

/**
 * Reads `sshTests`. A source or destination that no such test can ask about refuses the file, as at Tailscale; one that it
 * could, but that nothing is known of, makes the test fail.
 */
export function parseSshTests(section: JsonNode | undefined, reader: NodeReader, names: Names): readonly SshTest[] {
  return reader.items(section, '"sshTests"').map((node, index) => parseTest(node, index, reader, names))
}

function parseTest(node: JsonNode, index: number, reader: NodeReader, names: Names): SshTest {
  const what = `sshTests[${index}]`
  const fields = reader.fields(node, what, KEYS)
  const source = reader.string(fields.get('src'), `${what}.src`)
  const users = (key: string): readonly string[] =>
    reader.strings(fields.get(key), `${what}.${key}`).map(({ value }) => value)
  const srcPostureAttrs = parseSrcPostureAttrs(fields.get('srcPostureAttrs'), what, reader)
  const test = {
    index,
    position: reader.position(node.offset),
    source: parseSource(source, reader, names),
    sourceText: source?.value ?? '',
    destinations: reader
      .strings(fields.get('dst'), `${what}.dst`)
      .map((entry) => parseDestination(entry, reader, names)),
    accept: users('accept'),
    deny: users('deny'),
    check: users('check'),
  }
  return srcPostureAttrs === undefined ? test : { ...test, srcPostureAttrs }
}

function parseSource(source: JsonString | undefined, reader: NodeReader, names: Names): Parsed<Selector> {
  if (source === undefined || source.value === '') return { ok: false, message: 'the test has no src' }
  return readEnd('src', source, isPrincipal, reader, names)
}

function parseDestination(entry: JsonString, reader: NodeReader, names: Names): SshTest['destinations'][number] {
  const selector = readEnd('dst', entry, isMachine, reader, names)
  return { text: entry.value, position: reader.position(entry.offset), selector }
}

function readEnd(
  side: 'src' | 'dst',
  { value: text, offset }: JsonString,
  isAllowed: (selector: Selector) => boolean,
  reader: NodeReader,
  names: Names,
): Parsed<Selector> {
  if (text.startsWith('tag:') && !names.tags.has(text)) {
    const message = `SSH tests ${side} contains unknown tag ${quote(text)}`
    reader.report('unknown-name', offset, message, () => nearestName(text, names.tags))
    return { ok: false, message }
  }
  const result = parseSelectorIn(text, '', names)
  if (result.ok && isAllowed(result.selector)) return { ok: true, value: result.selector }
  // An unknown group or domain is a question without an answer, not one that cannot be asked.
  if (!result.ok && side === 'src' && result.code === 'unknown-name') return { ok: false, message: result.message }
  const message = `SSH tests ${side} contains disallowed element ${quote(text)}`
  reader.report('bad-selector', offset, message)
  return { ok: false, message }
}

/** Whom a test can ask for: people, tagged machines, or the machine at one address. As at Tailscale, no autogroup. */
function isPrincipal(selector: Selector): boolean {
  return selector.kind === 'domain' || isMachine(selector)
}

/** Machines that a test can name: by tag, by the people whose they are, or by one address. */
function isMachine(selector: Selector): boolean {
  switch (selector.kind) {
    case 'tag':
    case 'user':
    case 'group':
      return true
    case 'addresses':
      return isSingleAddress(selector.range) && !selector.text.includes('/')
    case 'any':
    case 'autogroup':
    case 'domain':
    case 'ipset':
    case 'service':
      return false
    default:
      return selector satisfies never
  }
}
