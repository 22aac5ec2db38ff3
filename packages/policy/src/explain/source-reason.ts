import { formatIpAddress } from '../address/ip-address.ts'
import { formatIpRange } from '../address/ip-range.ts'
import type { Subject } from '../decide/subject.ts'
import type { Autogroup, Policy, Rule, Selector } from '../language/policy.ts'
import { quote } from '../text/quote.ts'
import { listed } from './listed.ts'

/** Why none of a rule's sources means who asks. */
export function sourceReason({ sources }: Pick<Rule, 'sources'>, subject: Subject, policy: Policy): string {
  const name = subject.user === undefined ? 'the machine' : bare(subject.user.name)
  const [only, ...others] = sources
  if (only === undefined) return 'its src is empty'
  if (others.length === 0) return selectorReason(only, subject, name, policy)
  return `${name} is none of ${listed(sources.map(({ text }) => text))}`
}

function selectorReason(selector: Selector, subject: Subject, name: string, policy: Policy): string {
  switch (selector.kind) {
    case 'group':
      if (policy.groups.get(selector.text)?.members.length === 0) return `${selector.text} has no members`
      return `${name} is not in ${selector.text}`
    case 'tag':
      return `${selector.text} is for machines; ${name} signed in as a person`
    case 'autogroup':
      return autogroupReason(selector.text, subject, name)
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
      return userReason(selector.name, selector.text, name)
    case 'any':
      return `${name} is not ${selector.text}`
    default:
      return selector satisfies never
  }
}

/** Roles that the gateway's users may have and that an autogroup means. */
const ROLES: readonly Autogroup[] = ['autogroup:owner', 'autogroup:admin', 'autogroup:auditor']

function autogroupReason(autogroup: Autogroup, { user }: Subject, name: string): string {
  if (autogroup === 'autogroup:tagged') return `autogroup:tagged is for machines; ${name} signed in as a person`
  if (autogroup === 'autogroup:shared') return 'autogroup:shared is for people of other networks; there are none here'
  const role = autogroup.slice('autogroup:'.length)
  if (ROLES.includes(autogroup)) return `${name} has the role ${user?.role ?? 'of no user'}, not ${role}`
  if (autogroup === 'autogroup:member' || autogroup === 'autogroup:danger-all') return `${name} is no user`
  if (autogroup === 'autogroup:self' || autogroup === 'autogroup:internet') return `${autogroup} is no source`
  return `nobody has the role ${role} here`
}

function placeReason({ source }: Subject, name: string, place: string): string {
  if (source === undefined) return `it is not known whether ${name} comes ${place}`
  return `${name} comes from ${formatIpAddress(source)}, not ${place}`
}

function userReason(wanted: string, text: string, name: string): string {
  const local = (login: string): string => login.split('@', 1)[0] ?? login
  if (local(wanted) !== local(name)) return `${name} is not ${text}`
  // `bob@` and `bob@example.com` look alike at two in the morning.
  return `${name} is not ${text}: another login name`
}

/** A name as it is, or in quotes where it could deceive. */
function bare(name: string): string {
  const quoted = quote(name)
  return quoted === `"${name}"` ? name : quoted
}
