import { formatIpAddress } from '../address/ip-address.ts'
import { formatIpRange } from '../address/ip-range.ts'
import type { Subject } from '../decide/subject.ts'
import type { Autogroup, Policy, Rule, Selector } from '../language/policy.ts'
import { quote } from '../text/quote.ts'
import { listed } from './listed.ts'

/** Who asks, for people: a person who signed in, or a machine of the mesh. */
export interface Asker {
  /** As sentences begin with it. */
  readonly name: string
  readonly machine: boolean
}

export function personAsker(subject: Subject): Asker {
  return { name: subject.user === undefined ? 'the machine' : bare(subject.user.name), machine: false }
}

/** Why none of a rule's sources means who asks. */
export function sourceReason(
  { sources }: Pick<Rule, 'sources'>,
  subject: Subject,
  policy: Policy,
  asker: Asker = personAsker(subject),
): string {
  const [only, ...others] = sources
  if (only === undefined) return 'its src is empty'
  if (others.length === 0) return selectorReason(only, subject, asker, policy)
  return `${asker.name} is none of ${listed(sources.map(({ text }) => text))}`
}

function selectorReason(selector: Selector, subject: Subject, asker: Asker, policy: Policy): string {
  const { name, machine } = asker
  switch (selector.kind) {
    case 'group':
      if (policy.groups.get(selector.text)?.members.length === 0) return `the policy gives ${selector.text} no members`
      return `${name} is not in ${selector.text}`
    case 'tag':
      return machine
        ? `${name} does not have ${selector.text}`
        : `${selector.text} is for machines; ${name} signed in as a person`
    case 'autogroup':
      return autogroupReason(selector.text, subject, asker)
    case 'addresses': {
      const range = selector.alias ? `${selector.text} (${formatIpRange(selector.range)})` : selector.text
      return placeReason(subject, name, `from ${range}`)
    }
    case 'ipset':
      return placeReason(subject, name, `from an address of ${selector.text}`)
    case 'domain':
      return `${name} is not of the domain ${selector.domain}`
    case 'service':
      return `${selector.text} is a service of the mesh; nobody signs in as one`
    case 'user':
      return userReason(selector.name, selector.text, subject.user?.name, name)
    case 'any':
      return `${name} is not ${selector.text}`
    default:
      return selector satisfies never
  }
}

/** Roles that the gateway's users may have and that an autogroup means. */
const ROLES: readonly Autogroup[] = ['autogroup:owner', 'autogroup:admin', 'autogroup:auditor']

function autogroupReason(autogroup: Autogroup, { user }: Subject, { name, machine }: Asker): string {
  if (autogroup === 'autogroup:tagged')
    return machine ? `${name} has no tag` : `autogroup:tagged is for machines; ${name} signed in as a person`
  if (autogroup === 'autogroup:shared') return 'autogroup:shared is for people of other networks; there are none here'
  const role = autogroup.slice('autogroup:'.length)
  if (user === undefined && (ROLES.includes(autogroup) || autogroup === 'autogroup:member'))
    return `${name} is nobody's machine, so not of ${autogroup}`
  if (ROLES.includes(autogroup)) return `${name} has the role ${user?.role ?? 'of no user'}, not ${role}`
  if (autogroup === 'autogroup:member' || autogroup === 'autogroup:danger-all') return `${name} is no user`
  if (autogroup === 'autogroup:self' || autogroup === 'autogroup:internet') return `${autogroup} is no source`
  return `nobody has the role ${role} here`
}

function placeReason({ source }: Subject, name: string, place: string): string {
  if (source === undefined) return `it is not known whether ${name} comes ${place}`
  return `${name} comes from ${formatIpAddress(source)}, not ${place}`
}

function userReason(wanted: string, text: string, login: string | undefined, name: string): string {
  const local = (full: string): string => full.split('@', 1)[0] ?? full
  if (login === undefined || local(wanted) !== local(login)) return `${name} is not ${text}`
  // `bob@` and `bob@example.com` look alike at two in the morning.
  return `${name} is not ${text}: another login name`
}

/** A name as it is, or in quotes where it could deceive. */
function bare(name: string): string {
  const quoted = quote(name)
  return quoted === `"${name}"` ? name : quoted
}
