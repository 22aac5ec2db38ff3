import { parseIpAddress } from '../address/ip-address.ts'
import type { Destination } from '../language/policy.ts'
import { mergePortRanges, type PortRange, TCP } from '../language/service.ts'
import type { CompiledPolicy } from './compile.ts'
import { type Query, subjectOf } from './decide.ts'
import { type DirectoryIndex, sameTarget, type TargetFacts } from './directory.ts'
import { type Endpoint, endpointAt, endpointOfTags } from './endpoint.ts'
import { type Memberships, personKeys, type Subject, sourceKey } from './subject.ts'

export interface ReachableTarget {
  readonly target: TargetFacts
  /** TCP ports that the policy opens there, merged and ascending; 0 to 65535 is all. Never empty. */
  readonly ports: readonly PortRange[]
}

/** Where a user comes from, as in `Query`. */
export interface ReachOptions extends Pick<Query, 'source' | 'attributes'> {
  /** Ends the search at so many targets; default is all. */
  readonly limit?: number
}

/**
 * Which targets a user may reach over TCP, in the order given, and on which ports. A target known by DNS name is judged by
 * its tags: its address, and with it the decision, is known only when it is dialled. Unknown and disabled users reach none.
 */
export function reachable<T extends TargetFacts>(
  compiled: CompiledPolicy,
  user: Query['user'],
  targets: readonly T[],
  options: ReachOptions = {},
): readonly (ReachableTarget & { readonly target: T })[] {
  const subject = subjectAt(compiled, user, options)
  if (subject === undefined) return []
  const { limit = Number.POSITIVE_INFINITY } = options
  const opened = compiled.rules.opener(subject, TCP)
  const mayBeMeant = candidates(compiled, subject)
  const found: (ReachableTarget & { readonly target: T })[] = []
  for (const target of targets) {
    if (found.length >= limit) break
    if (!mayBeMeant(target)) continue
    const perAddress = target.addresses.map((text) => opened(endpointOfTarget(compiled, target, text)))
    const ports = perAddress.length === 1 ? (perAddress[0] ?? []) : mergePortRanges(perAddress.flat())
    if (ports.length > 0) found.push({ target, ports })
  }
  return found
}

/**
 * Which targets of the inventory rules may mean at all. Where somebody's rules name but tags and single addresses, few are looked at:
 * 100,000 targets one by one take a third of a second.
 */
function candidates({ rules, directory }: CompiledPolicy, subject: Subject): (target: TargetFacts) => boolean {
  const selectors = rules.applying(subject).flatMap((rule) => rule.destinations.map(({ selector }) => selector))
  const tags = new Set<string>()
  const names = new Set<string>()
  for (const selector of selectors) {
    if (selector.kind === 'service') continue
    if (selector.kind === 'tag') tags.add(selector.text)
    else if (selector.kind === 'addresses' && selector.range.first === selector.range.last) {
      const { family, first: value } = selector.range
      for (const { name } of directory.targetsAt({ family, value })) names.add(name)
    } else return () => true
  }
  // What shares an address with a machine of a tag has its tags.
  for (const tag of tags)
    for (const { addresses } of directory.tagged(tag))
      for (const text of addresses) {
        const address = parseIpAddress(text)
        if (address !== undefined) for (const { name } of directory.targetsAt(address)) names.add(name)
      }
  return (target) => {
    if (names.has(target.name) || target.tags.some((tag) => tags.has(tag))) return true
    const known = directory.target(target.name)
    return known === undefined || !sameTarget(known, target)
  }
}

/** Whether the policy lets a user open anything at all over TCP, also addresses that are no target of the inventory. */
export function reachesAnything(
  compiled: CompiledPolicy,
  user: Query['user'],
  options: Pick<ReachOptions, 'source' | 'attributes'> = {},
): boolean {
  const subject = subjectAt(compiled, user, options)
  if (subject === undefined) return false
  return compiled.rules
    .applying(subject)
    .some(({ destinations }) => destinations.some((destination) => leadsSomewhere(compiled, destination, subject)))
}

export function endpointOfTarget(compiled: CompiledPolicy, target: TargetFacts, addressText: string): Endpoint {
  const address = parseIpAddress(addressText)
  if (address === undefined) return endpointOfTags(target.tags, target.name)
  return endpointAt(address, target.tags, compiled.directory)
}

function subjectAt(
  { directory }: CompiledPolicy,
  { name }: Query['user'],
  { source, attributes }: ReachOptions,
): Subject | undefined {
  const user = directory.user(name)
  return user === undefined || user.disabled ? undefined : subjectOf(user, source, attributes)
}

function leadsSomewhere(compiled: CompiledPolicy, { selector, services }: Destination, { user }: Subject): boolean {
  if (!services.some(({ protocols }) => protocols.includes(TCP))) return false
  const { directory, rules } = compiled
  switch (selector.kind) {
    case 'any':
    case 'addresses':
      return true
    case 'ipset':
      return selector.ranges.length > 0
    case 'tag':
      return directory.hasTagged(selector.text)
    case 'service':
      return false
    case 'user':
    case 'domain':
    case 'group':
    case 'autogroup': {
      if (selector.text === 'autogroup:internet') return true
      if (selector.text === 'autogroup:tagged') return directory.hasTagged()
      const key = selector.text === 'autogroup:self' ? `user ${user?.name ?? ''}` : sourceKey(selector)
      return key !== undefined && ownerKeys(directory, rules.memberships).has(key)
    }
    default:
      return selector satisfies never
  }
}

const known = new WeakMap<DirectoryIndex, { readonly groups: Memberships; readonly keys: ReadonlySet<string> }>()

/** Keys of everybody who has a machine of their own in the mesh. */
function ownerKeys(directory: DirectoryIndex, groups: Memberships): ReadonlySet<string> {
  const before = known.get(directory)
  if (before?.groups === groups) return before.keys
  const owners = new Map(
    directory.nodes.map((node) => directory.ownerOf(node)).map((owner) => [owner?.name, owner] as const),
  )
  const keys = new Set([...owners.values()].flatMap((owner) => (owner === undefined ? [] : personKeys(owner, groups))))
  known.set(directory, { groups, keys })
  return keys
}
