import { isTag } from '@sallyport/model'
import { type IpRange, isWholeFamily, looksLikeIp, parseIpRange } from '../address/ip-range.ts'
import type { DiagnosticCode } from '../text/diagnostic.ts'
import { nearestName } from '../text/nearest-name.ts'
import { isPlainName, quote } from '../text/quote.ts'
import {
  AUTOGROUPS,
  type Autogroup,
  type Group,
  type HostAlias,
  type IpSet,
  type Selector,
  type UserSelector,
} from './policy.ts'

/** Names that selectors may refer to. */
export interface Names {
  readonly groups: ReadonlyMap<string, Group>
  readonly hosts: ReadonlyMap<string, HostAlias>
  readonly tags: ReadonlySet<string>
  readonly ipsets: ReadonlyMap<string, IpSet>
  readonly postures: ReadonlySet<string>
  /** Domains that `user:*@domain` may name; absent where any may be. */
  readonly domains?: ReadonlySet<string>
}

/** Which side of a rule a selector stands on. */
export type Side = 'src' | 'dst'

export interface SelectorFault {
  readonly ok: false
  readonly code: DiagnosticCode
  readonly message: string
  /** Computed only where it is shown: it compares with every name of the policy. */
  readonly suggest?: () => string | undefined
}
export type SelectorResult =
  | { readonly ok: true; readonly selector: Selector; readonly warning?: string }
  | SelectorFault

/** A fault whose message may need the selector's own text before it. */
interface NameFault extends SelectorFault {
  /** Whether the message already says which name it is about. */
  readonly named: boolean
}
type NameResult = { readonly ok: true; readonly selector: Selector; readonly warning?: string } | NameFault

/** Longest selector: far beyond any login name, and short enough to repeat in a message. */
export const SELECTOR_MAX = 320
const USER = /^[a-z0-9._%+'~-]+@(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)?$/
const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/
const GROUP = /^group:[^:\s]+$/
const IPSET = /^ipset:[^:\s]+$/
const SERVICE = /^svc:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/
const HOST = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i
/** On the source side these are addresses, which a caller cannot be. */
const DESTINATIONS_ONLY: readonly Autogroup[] = ['autogroup:self', 'autogroup:internet']
/** Roles of Tailscale's administration, and people of other tailnets: nobody here is one. */
const NOBODY: readonly Autogroup[] = [
  'autogroup:it-admin',
  'autogroup:network-admin',
  'autogroup:billing-admin',
  'autogroup:shared',
]
/** What the older form of a name was, and still may be. */
const OLDER_AUTOGROUPS: Readonly<Record<string, Autogroup>> = { 'autogroup:members': 'autogroup:member' }

/** Reads one entry of a rule's `src` or `dst` (without ports). Messages that Tailscale has too are word for word its own. */
export function parseSelector(text: string, side: Side, names: Names): SelectorResult {
  if (text === '') return { ok: false, code: 'bad-selector', message: `${side}: empty name` }
  const result = readSelector(text, names)
  if (!result.ok) return placeFault(result, text, side)
  return checkSide(result, side)
}

/** Reads one entry of another section; `where` stands before messages: `[ssh]`. */
export function parseSelectorIn(text: string, where: string, names: Names): SelectorResult {
  const result = readSelector(text, names)
  if (result.ok) return result
  const prefix = where === '' || (result.named && text.startsWith('group:')) ? '' : `${where} `
  const { named, ...fault } = result
  return { ...fault, message: named ? `${prefix}${fault.message}` : `${prefix}${quote(text)}: ${fault.message}` }
}

/** `alice@example.com`, or `alice@` for a login name without a domain; letters are folded to lower case. */
export function parseUser(text: string): UserSelector | undefined {
  // ASCII first: other alphabets have letters that fold into ASCII ones.
  const folded = text.toLowerCase()
  if (text.length > SELECTOR_MAX || !isPlainName(text) || !USER.test(folded)) return undefined
  return { kind: 'user', text, name: folded.endsWith('@') ? folded.slice(0, -1) : folded }
}

export function isGroupName(text: string): boolean {
  return text.length <= SELECTOR_MAX && isPlainName(text) && GROUP.test(text)
}

export function isIpSetName(text: string): boolean {
  return text.length <= SELECTOR_MAX && isPlainName(text) && IPSET.test(text)
}

/** `svc:web`, the name of a mesh service. */
export function isServiceName(text: string): boolean {
  return text.length <= SELECTOR_MAX && SERVICE.test(text)
}

/** Whether a text may name a host alias: nothing that could be read as another kind of selector. */
export function isHostAlias(text: string): boolean {
  return text.length <= SELECTOR_MAX && HOST.test(text) && !looksLikeIp(text)
}

/** Why a text is no tag, in the words and the order of `CheckTag` in Tailscale's package tailcfg; `undefined` where it is one. */
export function tagFault(text: string): string | undefined {
  if (!text.startsWith('tag:')) return "tags must start with 'tag:'"
  if (text === 'tag:') return 'tag names must not be empty'
  if (!/^tag:[a-z]/i.test(text)) return "tag names must start with a letter, after 'tag:'"
  if (!isTag(text)) return 'tag names can only contain numbers, letters, or dashes'
  return text.length <= SELECTOR_MAX ? undefined : `tag names have at most ${SELECTOR_MAX} characters`
}

/** Why `user:*@domain` or `localpart:*@domain` cannot name this domain, in Tailscale's words; `undefined` where it can. */
export function domainFault(domain: string, names: Names): string | undefined {
  const known =
    domain.length <= SELECTOR_MAX && (names.domains?.has(domain) ?? (isPlainName(domain) && isDomain(domain)))
  if (known) return undefined
  const shown = quote(domain).slice(1, -1)
  return `${shown} is not associated with this Tailnet and cannot be used in user:*@<domain> expressions`
}

function isDomain(text: string): boolean {
  return DOMAIN.test(text.toLowerCase())
}

function readSelector(text: string, names: Names): NameResult {
  // Before anything else: a name whose definition is faulty is told of there, once.
  if (names.tags.has(text)) return { ok: true, selector: { kind: 'tag', text } }
  if (names.groups.has(text)) return { ok: true, selector: { kind: 'group', text } }
  // Names of these are looked up, whatever they are made of.
  if (text.startsWith('group:')) return readGroup(text, names)
  if (text.startsWith('tag:')) return readTag(text, names)
  if (text.length > SELECTOR_MAX || !isPlainName(text)) {
    const message = `a name is made of printable ASCII, at most ${SELECTOR_MAX} characters`
    return { ok: false, code: 'bad-selector', message, named: false }
  }
  if (text === '*') return { ok: true, selector: { kind: 'any', text } }
  const prefix = text.slice(0, text.indexOf(':') + 1)
  const read = PREFIXES.get(prefix)
  if (read !== undefined) return read(text, names)
  if (text.includes('@')) {
    const selector = parseUser(text)
    if (selector !== undefined) return { ok: true, selector }
    return { ok: false, code: 'bad-selector', message: 'not a login name', named: false }
  }
  return readAddresses(text, names)
}

const PREFIXES: ReadonlyMap<string, (text: string, names: Names) => NameResult> = new Map([
  ['autogroup:', readAutogroup],
  ['user:', readDomain],
  ['ipset:', readIpSet],
  ['svc:', readService],
  ['host:', readHost],
])

/** What the sides of a rule do not share. */
function checkSide(result: NameResult & { readonly ok: true }, side: Side): SelectorResult {
  const { selector } = result
  const { text } = selector
  if (side === 'src') {
    if (selector.kind === 'service' || (selector.kind === 'autogroup' && DESTINATIONS_ONLY.includes(selector.text))) {
      return { ok: false, code: 'bad-selector', message: `${quote(text)} not valid on the src side of a rule` }
    }
    return withWarning(result, `src=${quote(text)}: `)
  }
  if (text === 'autogroup:danger-all') {
    return { ok: false, code: 'bad-selector', message: 'cannot use autogroup:danger-all as a dst' }
  }
  if (selector.kind === 'addresses' && isWholeFamily(selector.range)) {
    const message = `dst ${quote(text)}: to allow all IP addresses, use "*" or "autogroup:internet"`
    return { ok: false, code: 'bad-selector', message }
  }
  const where = `dst=${quote(text)}: `
  if (result.warning !== undefined || !isPeople(selector)) return withWarning(result, where)
  const warning = `${where}stands for people's own mesh devices; where there are none, it allows nothing`
  return { ...result, warning }
}

function isPeople({ kind, text }: Selector): boolean {
  if (kind === 'autogroup') return text !== 'autogroup:tagged' && text !== 'autogroup:internet'
  return kind === 'user' || kind === 'group' || kind === 'domain'
}

function withWarning(result: NameResult & { readonly ok: true }, where: string): SelectorResult {
  return result.warning === undefined ? result : { ...result, warning: `${where}${result.warning}` }
}

function placeFault({ named, ...fault }: NameFault, text: string, side: Side): SelectorFault {
  // Groups are looked up before rules are read, there.
  if (named && text.startsWith('group:')) return fault
  // Tailscale names a destination always, and a source where the reason does not.
  const where = side === 'src' && named ? 'src=' : `${side}=${quote(text)}: `
  return { ...fault, message: `${where}${fault.message}` }
}

function readAutogroup(text: string): NameResult {
  const older = Object.hasOwn(OLDER_AUTOGROUPS, text) ? OLDER_AUTOGROUPS[text] : undefined
  const autogroup = older ?? AUTOGROUPS.find((name) => name === text)
  if (autogroup === undefined) {
    const suggest = (): string | undefined => nearestName(text, AUTOGROUPS)
    return { ok: false, code: 'unknown-name', message: 'unknown autogroup', named: false, suggest }
  }
  const selector: Selector = { kind: 'autogroup', text: autogroup }
  if (!NOBODY.includes(autogroup)) return { ok: true, selector }
  return { ok: true, selector, warning: 'nobody here is one; it selects nothing' }
}

function readGroup(text: string, names: Names): NameResult {
  const suggest = (): string | undefined => nearestName(text, names.groups.keys())
  return { ok: false, code: 'unknown-name', message: `group not found: ${quote(text)}`, named: true, suggest }
}

function readTag(text: string, names: Names): NameResult {
  const suggest = (): string | undefined => nearestName(text, names.tags)
  return { ok: false, code: 'unknown-name', message: `tag not found: ${quote(text)}`, named: true, suggest }
}

function readDomain(text: string, names: Names): NameResult {
  if (!text.startsWith('user:*@')) {
    const message = 'write "user:*@domain" for all users of a domain'
    return { ok: false, code: 'bad-selector', message, named: false }
  }
  const domain = text.slice('user:*@'.length)
  const message = domainFault(domain, names)
  if (message !== undefined) return { ok: false, code: 'unknown-name', message, named: true }
  return { ok: true, selector: { kind: 'domain', text, domain: domain.toLowerCase() } }
}

function readIpSet(text: string, names: Names): NameResult {
  const ipset = names.ipsets.get(text)
  if (ipset !== undefined) return { ok: true, selector: { kind: 'ipset', text, ranges: ipset.ranges } }
  const suggest = (): string | undefined => nearestName(text, names.ipsets.keys())
  return { ok: false, code: 'unknown-name', message: `ipset not found: ${quote(text)}`, named: true, suggest }
}

function readService(text: string): NameResult {
  if (isServiceName(text)) {
    return { ok: true, selector: { kind: 'service', text }, warning: 'there are no services here; it selects nothing' }
  }
  const message = 'a service is named "svc:" and small letters, digits and dashes'
  return { ok: false, code: 'bad-name', message, named: false }
}

/** `host:db1`: an alias, and nothing else. */
function readHost(text: string, names: Names): NameResult {
  const host = names.hosts.get(text.slice('host:'.length).toLowerCase())
  if (host !== undefined) return { ok: true, selector: { kind: 'addresses', text, range: host.range, alias: true } }
  const suggest = (): string | undefined => suggestHost(text.slice('host:'.length), names, 'host:')
  return { ok: false, code: 'unknown-name', message: `host not found: ${quote(text)}`, named: true, suggest }
}

function readAddresses(text: string, names: Names): NameResult {
  const host = names.hosts.get(text.toLowerCase())
  if (host !== undefined) return { ok: true, selector: { kind: 'addresses', text, range: host.range, alias: true } }
  // A dash alone makes no range: host names have dashes too.
  const isLiteral = looksLikeIp(text) || (text.includes('-') && parseIpRange(text).ok)
  if (!isLiteral) {
    const message = 'no such name in "hosts" (targets of the inventory are named by their tags)'
    return { ok: false, code: 'unknown-name', message, named: false, suggest: () => suggestName(text, names) }
  }
  const result = parseIpRange(text)
  if (!result.ok) return { ok: false, code: 'bad-address', message: result.message, named: false }
  return withRange(text, result.range, result.masked)
}

function withRange(text: string, range: IpRange, masked: string | undefined): NameResult {
  const selector: Selector = { kind: 'addresses', text, range, alias: false }
  if (masked === undefined) return { ok: true, selector }
  return { ok: true, selector, warning: `has bits beyond its prefix length; read as ${masked}` }
}

function suggestName(text: string, names: Names): string | undefined {
  if (names.groups.has(`group:${text}`)) return `group:${text}`
  if (names.tags.has(`tag:${text}`)) return `tag:${text}`
  return suggestHost(text, names, '')
}

function suggestHost(text: string, names: Names, prefix: string): string | undefined {
  const aliases = [...names.hosts.values()].slice(0, 2000).map((host) => host.name)
  const nearest = nearestName(text, aliases)
  return nearest === undefined ? undefined : `${prefix}${nearest}`
}
