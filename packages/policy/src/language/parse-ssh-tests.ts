import { isSingleAddress } from '../address/ip-range.ts'
import type { JsonNode, JsonString } from '../text/hujson.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import { parseSrcPostureAttrs } from './parse-tests.ts'
import type { Selector, SshTest } from './policy.ts'
import { type Names, parseSelector, parseSelectorIn } from './selector.ts'
import type { Parsed } from './service.ts'

const KEYS: KeySet = { known: ['src', 'dst', 'accept', 'deny', 'check', 'srcPostureAttrs'] }

/**
 * Reads `sshTests`. A destination that no such test can ask for refuses the file, as at Tailscale; an unknown source makes
 * the test fail.
 */
export function parseSshTests(section: JsonNode | undefined, reader: NodeReader, names: Names): readonly SshTest[] {
  return reader.items(section, '"sshTests"').map((node, index) => parseTest(node, index, reader, names))
}

function parseTest(node: JsonNode, index: number, reader: NodeReader, names: Names): SshTest {
  const what = `sshTests[${index}]`
  const fields = reader.fields(node, what, KEYS)
  const sourceText = reader.string(fields.get('src'), `${what}.src`)?.value ?? ''
  const users = (key: string): readonly string[] =>
    reader.strings(fields.get(key), `${what}.${key}`).map(({ value }) => value)
  const srcPostureAttrs = parseSrcPostureAttrs(fields.get('srcPostureAttrs'), what, reader)
  const test = {
    index,
    position: reader.position(node.offset),
    source: parseSource(sourceText, names),
    sourceText,
    destinations: reader
      .strings(fields.get('dst'), `${what}.dst`)
      .map((entry) => parseDestination(entry, reader, names)),
    accept: users('accept'),
    deny: users('deny'),
    check: users('check'),
  }
  return srcPostureAttrs === undefined ? test : { ...test, srcPostureAttrs }
}

function parseSource(text: string, names: Names): Parsed<Selector> {
  if (text === '') return { ok: false, message: 'the test has no src' }
  const result = parseSelector(text, 'src', names)
  if (!result.ok) return { ok: false, message: result.message }
  const { selector } = result
  const asks = ['user', 'group', 'tag', 'domain', 'autogroup'].includes(selector.kind)
  if (asks && selector.text !== 'autogroup:danger-all') return { ok: true, value: selector }
  return { ok: false, message: `src=${quote(text)}: a test asks for users, groups or tags` }
}

function parseDestination(entry: JsonString, reader: NodeReader, names: Names): SshTest['destinations'][number] {
  const { value: text, offset } = entry
  const selector = readDestination(text, offset, reader, names)
  return { text, position: reader.position(offset), selector }
}

function readDestination(text: string, offset: number, reader: NodeReader, names: Names): Parsed<Selector> {
  const refuse = (code: 'bad-selector' | 'unknown-name', message: string): Parsed<Selector> => {
    reader.report(code, offset, message, () => (text.startsWith('tag:') ? nearestName(text, names.tags) : undefined))
    return { ok: false, message }
  }
  if (text.startsWith('tag:') && !names.tags.has(text)) {
    return refuse('unknown-name', `SSH tests dst contains unknown tag ${quote(text)}`)
  }
  const result = parseSelectorIn(text, '', names)
  if (result.ok && isMachine(result.selector)) return { ok: true, value: result.selector }
  return refuse('bad-selector', `SSH tests dst contains disallowed element ${quote(text)}`)
}

/** Machines that a test can name: by tag, by the person whose they are, or by one address. */
function isMachine(selector: Selector): boolean {
  if (selector.kind === 'addresses') return isSingleAddress(selector.range) && !selector.text.includes('/')
  return selector.kind === 'tag' || selector.kind === 'user'
}
