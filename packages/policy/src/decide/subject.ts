import type { Role } from '@sallyport/model'
import type { IpAddress } from '../address/ip-address.ts'
import { type IpRange, rangeHolds } from '../address/ip-range.ts'
import type { Policy, Selector } from '../language/policy.ts'
import type { Person } from './directory.ts'
import type { Attributes } from './posture.ts'

/**
 * Who asks, as the source side of a rule sees it. A person who signed in has a name and a role, and never tags, whatever
 * machine they come from: they signed in as themselves. A machine of the mesh has its owner's name and role, or tags.
 */
export interface Subject {
  /** One object for one user: what is found for it is kept with it. */
  readonly user?: Person
  readonly tags: readonly string[]
  /** A machine with some tag, whichever: `autogroup:tagged`. */
  readonly tagged: boolean
  readonly source?: IpAddress
  /** What is known of the device that they ask from. */
  readonly attributes?: Attributes
}

/** Groups of the policy by the login name of their members. */
export type Memberships = ReadonlyMap<string, readonly string[]>

export function memberships(policy: Policy): Memberships {
  const groups = new Map<string, string[]>()
  for (const group of policy.groups.values()) {
    for (const name of new Set(group.members.map((member) => member.name))) {
      const list = groups.get(name)
      if (list === undefined) groups.set(name, [group.name])
      else list.push(group.name)
    }
  }
  return groups
}

/** Ranges of a selector that means addresses; none for the others. */
export function rangesOf(selector: Selector): readonly IpRange[] {
  if (selector.kind === 'addresses') return [selector.range]
  return selector.kind === 'ipset' ? selector.ranges : []
}

/** Key under which a source selector is indexed; `undefined` for addresses, which are searched by range. */
export function sourceKey(selector: Selector): string | undefined {
  switch (selector.kind) {
    case 'any':
      return '*'
    case 'user':
      return `user ${selector.name}`
    case 'domain':
      return `domain ${selector.domain}`
    case 'group':
    case 'tag':
      return selector.text
    case 'autogroup':
      return selector.text === 'autogroup:danger-all' ? '*' : selector.text
    case 'service':
      return selector.text
    case 'addresses':
    case 'ipset':
      return undefined
    default:
      return selector satisfies never
  }
}

/** Every key under which rules for this subject are indexed: the counterpart of `sourceKey`. */
export function subjectKeys(subject: Subject, groups: Memberships): readonly string[] {
  const keys = ['*', ...subject.tags.filter(isTagKey)]
  if (subject.tagged) keys.push('autogroup:tagged')
  if (subject.user !== undefined) keys.push(...personKeys(subject.user, groups))
  return keys
}

/** Whatever else a caller gives for a tag is the key of nothing. */
export function isTagKey(text: string): boolean {
  return text.startsWith('tag:')
}

/** Keys of the selectors that mean this person: as a source themselves, as a destination their own machines. */
export function personKeys(person: Person, groups: Memberships): readonly string[] {
  const { name, role } = person
  const keys = [`user ${name}`, ...roleAutogroups(role)]
  const domain = name.slice(name.lastIndexOf('@') + 1)
  if (domain.length < name.length) keys.push(`domain ${domain}`)
  keys.push(...groupsOf(person, groups))
  return keys
}

/** Every group somebody is in: those whose members the policy names, and those that others vouch for. */
export function groupsOf({ name, groups: vouched = [] }: Person, groups: Memberships): readonly string[] {
  const named = groups.get(name) ?? []
  if (vouched.length === 0) return named
  // Whatever else a caller gives for a group is the key of nothing.
  return [...new Set([...named, ...vouched.filter((group) => group.startsWith('group:'))])]
}

/** The autogroups of a role. An owner is an admin too, as at Tailscale. */
export function roleAutogroups(role: Role): readonly string[] {
  if (role === 'member') return ['autogroup:member']
  if (role === 'owner') return ['autogroup:member', 'autogroup:owner', 'autogroup:admin']
  return ['autogroup:member', `autogroup:${role}`]
}

/** The slow readable twin of the index: whether one selector means this subject. */
export function selectsSubject(selector: Selector, subject: Subject, groups: Memberships): boolean {
  const { source } = subject
  if (source !== undefined && rangesOf(selector).some((range) => rangeHolds(range, source))) return true
  const key = sourceKey(selector)
  return key !== undefined && subjectKeys(subject, groups).includes(key)
}
