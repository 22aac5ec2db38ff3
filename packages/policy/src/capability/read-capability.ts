import type { JsonValue } from '../language/policy.ts'
import { DiagnosticList } from '../text/diagnostic.ts'
import type { JsonNode } from '../text/hujson.ts'
import { nearestName } from '../text/nearest-name.ts'
import { NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import { DESKTOP_CAPABILITY, desktopTerms } from './desktop-terms.ts'
import { needsInspection } from './judge-terms.ts'
import { meetAll, type SectionKind, section } from './kinds/section.ts'
import { SSH_CAPABILITY, type SshTerms, sshTerms } from './ssh-terms.ts'
import type { TermSchema, TermsOf } from './term-kind.ts'

/** The capabilities whose values this package reads. Everybody else's are their own business. */
export const CAPABILITIES: ReadonlyMap<string, SectionKind<TermSchema>> = new Map([
  [SSH_CAPABILITY, section<TermSchema>(sshTerms.fields)],
  [DESKTOP_CAPABILITY, section<TermSchema>(desktopTerms.fields)],
])

/** What no door of this version can keep of the terms of a capability, in words; `undefined` where one can keep them all. */
function unkept(capability: string, terms: TermsOf<TermSchema>): string | undefined {
  if (capability === DESKTOP_CAPABILITY) return 'this version has no Desktop door: they act when it is there'
  const ssh = terms as SshTerms
  if (needsInspection(ssh)) return 'this version cannot look into a session: what they hold for stays closed'
  return ssh.recording === 'required' ? 'this version cannot record: what they hold for stays closed' : undefined
}

/** What capabilities of ours begin with. */
const OURS = 'sallyport.dev/'

/**
 * Reports what is wrong with one capability of an `app`: its name at `nameOffset`, its values where they stand. Those of
 * others pass as they are.
 */
export function checkCapability(
  name: string,
  nameOffset: number,
  values: readonly JsonNode[],
  what: string,
  reader: NodeReader,
): void {
  const kind = CAPABILITIES.get(name)
  if (kind !== undefined) {
    for (const [index, value] of values.entries()) {
      const terms = kind.read(value, `${what}[${index}]`, reader)
      const warning = terms === undefined ? undefined : unkept(name, terms)
      if (warning !== undefined) reader.warn('no-effect', value.offset, `terms in ${what}[${index}]: ${warning}`)
    }
  } else if (name.toLowerCase().startsWith(OURS)) {
    const suggest = (): string | undefined => nearestName(name, CAPABILITIES.keys())
    reader.report('unknown-name', nameOffset, `there is no capability ${quote(name)}`, suggest)
  }
}

/** What all values of a capability come to. Throws RangeError for values that `checkCapability` would have reported. */
export function termsOfValues<S extends TermSchema>(kind: SectionKind<S>, values: readonly JsonValue[]): TermsOf<S> {
  const place = { offset: 0, line: 1, column: 1 }
  const problems = new DiagnosticList(() => place)
  const reader = new NodeReader(() => place, problems, new DiagnosticList(() => place))
  const terms = values.map((value) => kind.read(nodeOf(value), 'a value', reader)).filter((each) => each !== undefined)
  const [problem] = problems.list()
  if (problem !== undefined) throw new RangeError(problem.message)
  return meetAll(kind, terms) ?? kind.meet({}, {})
}

/** Where a value stands that was not read from a text. */
const NOWHERE = { offset: 0, end: 0 }

/** A value as if it had been read from a text. */
function nodeOf(value: JsonValue): JsonNode {
  if (value === null) return { kind: 'null', ...NOWHERE }
  if (typeof value === 'string') return { kind: 'string', ...NOWHERE, value }
  if (typeof value === 'number') return { kind: 'number', ...NOWHERE, value }
  if (typeof value === 'boolean') return { kind: 'boolean', ...NOWHERE, value }
  if (isList(value)) return { kind: 'array', ...NOWHERE, items: value.map(nodeOf) }
  const entries = Object.entries(value).map(([key, each]) => ({ key, keyOffset: 0, value: nodeOf(each) }))
  return { kind: 'object', ...NOWHERE, entries }
}

function isList(value: readonly JsonValue[] | { readonly [key: string]: JsonValue }): value is readonly JsonValue[] {
  return Array.isArray(value)
}
