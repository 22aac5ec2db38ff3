import { isTag } from '@sallyport/model'
import { type IpRange, isWholeFamily, looksLikeIp, parseIpRange } from '../address/ip-range.ts'
import type { DiagnosticCode } from '../text/diagnostic.ts'
import { nearestName } from '../text/nearest-name.ts'
import { isPlainName, quote } from '../text/quote.ts'
import { AUTOGROUPS, type Autogroup, type Group, type HostAlias, type Selector, type UserSelector } from './policy.ts'

/** Names that selectors may refer to. */
export interface Names {
  readonly groups: ReadonlyMap<string, Group>
  readonly hosts: ReadonlyMap<string, HostAlias>
  readonly tags: ReadonlySet<string>
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

/** Longest selector: far beyond any login name, and short enough to repeat in a message. */
const SELECTOR_MAX = 320
const USER = /^[a-z0-9._%+'~-]+@(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)?$/
const DOMAIN = /^user:\*@([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/
const GROUP = /^group:[^:\s]+$/
const HOST = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i
/** Autogroups of Tailscale that have no counterpart here yet. */
const UNSUPPORTED_AUTOGROUPS: readonly string[] = [
  'autogroup:shared',
  'autogroup:it-admin',
  'autogroup:network-admin',
  'autogroup:billing-admin',
]
const UNSUPPORTED_PREFIXES: readonly string[] = ['ipset:', 'svc:', 'host:', 'posture:']
/** On the source side these are addresses, which a caller cannot be. */
const DESTINATIONS_ONLY: readonly Autogroup[] = ['autogroup:self', 'autogroup:internet']

/** Reads one entry of `src` or `dst` (without ports). Messages that Tailscale has too are word for word its own. */
export function parseSelector(text: string, side: Side, names: Names): SelectorResult {
  const where = `${side}=${quote(text)}: `
  if (text === '') return { ok: false, code: 'bad-selector', message: `${side}: empty name` }
  if (text.length > SELECTOR_MAX || !isPlainName(text)) {
    return {
      ok: false,
      code: 'bad-selector',
      message: `${where}a name is made of printable ASCII, at most ${SELECTOR_MAX} characters`,
    }
  }
  if (text === '*') return { ok: true, selector: { kind: 'any', text } }
  if (text.startsWith('autogroup:')) return parseAutogroup(text, side, where)
  if (text.startsWith('group:')) return parseGroup(text, side, where, names)
  if (text.startsWith('tag:')) return parseTag(text, side, where, names)
  if (text.startsWith('user:')) return parseDomain(text, side, where)
  if (UNSUPPORTED_PREFIXES.some((prefix) => text.startsWith(prefix))) {
    return { ok: false, code: 'unsupported', message: `${where}known to Tailscale, but not supported by this version` }
  }
  if (text.includes('@')) {
    const user = parseUser(text)
    if (user === undefined) return { ok: false, code: 'bad-selector', message: `${where}not a login name` }
    return withoutDevices(user, side)
  }
  return parseAddresses(text, side, where, names)
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

/** Whether a text may name a host alias: nothing that could be read as another kind of selector. */
export function isHostAlias(text: string): boolean {
  return text.length <= SELECTOR_MAX && HOST.test(text) && !looksLikeIp(text)
}

/** Why a text is no tag, or `undefined` where it is one. */
export function tagFault(text: string): string | undefined {
  if (text.length <= SELECTOR_MAX && isPlainName(text) && isTag(text)) return undefined
  if (!/^tag:[a-z]/i.test(text)) return "tag names must start with a letter, after 'tag:'"
  return `${quote(text)}: tag names are letters, digits and dashes, after 'tag:'`
}

function parseAutogroup(text: string, side: Side, where: string): SelectorResult {
  if (UNSUPPORTED_AUTOGROUPS.includes(text)) {
    return { ok: false, code: 'unsupported', message: `${where}known to Tailscale, but not supported by this version` }
  }
  const autogroup = AUTOGROUPS.find((name) => name === text)
  if (autogroup === undefined) {
    const message = `${where}unknown autogroup`
    return { ok: false, code: 'unknown-name', message, suggest: () => nearestName(text, AUTOGROUPS) }
  }
  if (side === 'src' && DESTINATIONS_ONLY.includes(autogroup)) {
    return { ok: false, code: 'bad-selector', message: `${quote(text)} not valid on the src side of a rule` }
  }
  if (side === 'dst' && autogroup === 'autogroup:danger-all') {
    return { ok: false, code: 'bad-selector', message: 'cannot use autogroup:danger-all as a dst' }
  }
  const selector: Selector = { kind: 'autogroup', text: autogroup }
  if (autogroup === 'autogroup:tagged' || autogroup === 'autogroup:internet') return { ok: true, selector }
  return withoutDevices(selector, side)
}

function parseGroup(text: string, side: Side, where: string, names: Names): SelectorResult {
  if (names.groups.has(text)) return withoutDevices({ kind: 'group', text }, side)
  const message = `${where}group not found: ${quote(text)}`
  return { ok: false, code: 'unknown-name', message, suggest: () => nearestName(text, names.groups.keys()) }
}

function parseTag(text: string, side: Side, where: string, names: Names): SelectorResult {
  if (names.tags.has(text)) return { ok: true, selector: { kind: 'tag', text } }
  const fault = tagFault(text)
  if (fault !== undefined) return { ok: false, code: 'bad-name', message: `${where}${fault}` }
  const message = `${side === 'src' ? 'src=' : where}tag not found: ${quote(text)}`
  return { ok: false, code: 'unknown-name', message, suggest: () => nearestName(text, names.tags) }
}

function parseDomain(text: string, side: Side, where: string): SelectorResult {
  const domain = DOMAIN.exec(text.toLowerCase())?.[1]
  if (domain === undefined) {
    return { ok: false, code: 'bad-selector', message: `${where}write "user:*@domain" for all users of a domain` }
  }
  return withoutDevices({ kind: 'domain', text, domain }, side)
}

function parseAddresses(text: string, side: Side, where: string, names: Names): SelectorResult {
  const host = names.hosts.get(text.toLowerCase())
  if (host !== undefined) return withRange(text, side, host.range, true)
  // A dash alone makes no range: host names have dashes too.
  const isLiteral = looksLikeIp(text) || (text.includes('-') && parseIpRange(text).ok)
  if (!isLiteral) {
    const message = `${where}no such name in "hosts"${side === 'dst' ? ' (targets of the inventory are named by their tags)' : ''}`
    return { ok: false, code: 'unknown-name', message, suggest: () => suggestHost(text, names) }
  }
  const result = parseIpRange(text)
  if (!result.ok) return { ok: false, code: 'bad-address', message: `${where}${result.message}` }
  const selected = withRange(text, side, result.range, false)
  if (result.masked === undefined || !selected.ok) return selected
  return { ...selected, warning: `${where}has bits beyond its prefix length; read as ${result.masked}` }
}

function withRange(text: string, side: Side, range: IpRange, alias: boolean): SelectorResult {
  if (side === 'dst' && isWholeFamily(range)) {
    const message = `dst ${quote(text)}: to allow all IP addresses, use "*" or "autogroup:internet"`
    return { ok: false, code: 'bad-selector', message }
  }
  return { ok: true, selector: { kind: 'addresses', text, range, alias } }
}

/** As destinations, people stand for their mesh devices, and this version has none. */
function withoutDevices(selector: Selector, side: Side): SelectorResult {
  if (side === 'src') return { ok: true, selector }
  const warning = `dst=${quote(selector.text)}: stands for people's own mesh devices, of which this version has none; it allows nothing`
  return { ok: true, selector, warning }
}

function suggestHost(text: string, names: Names): string | undefined {
  if (names.groups.has(`group:${text}`)) return `group:${text}`
  if (names.tags.has(`tag:${text}`)) return `tag:${text}`
  return nearestName(
    text,
    [...names.hosts.values()].slice(0, 2000).map((host) => host.name),
  )
}
