import { parseIpAddress } from '../address/ip-address.ts'
import type { Destination } from '../language/policy.ts'
import { mergePortRanges, type PortRange, TCP } from '../language/service.ts'
import type { CompiledPolicy } from './compile.ts'
import { type Query, subjectOf } from './decide.ts'
import type { TargetFacts } from './directory.ts'
import { type Endpoint, endpointAt, endpointOfTags } from './endpoint.ts'
import type { Subject } from './subject.ts'

export interface ReachableTarget {
  readonly target: TargetFacts
  /** TCP ports that the policy opens there, merged and ascending; 0 to 65535 is all. Never empty. */
  readonly ports: readonly PortRange[]
}

/**
 * Which targets a user may reach over TCP, in the order given, and on which ports. A target known by DNS name is judged by
 * its tags: its address, and with it the decision, is known only when it is dialled. Unknown and disabled users reach none.
 */
export function reachable<T extends TargetFacts>(
  compiled: CompiledPolicy,
  user: Query['user'],
  targets: readonly T[],
  options: { readonly source?: string } = {},
): readonly (ReachableTarget & { readonly target: T })[] {
  const facts = compiled.directory.user(user.name)
  if (facts === undefined || facts.disabled) return []
  const subject = subjectOf(facts, options.source)
  const found: (ReachableTarget & { readonly target: T })[] = []
  for (const target of targets) {
    const ports = mergePortRanges(target.addresses.flatMap((address) => portsAt(compiled, subject, target, address)))
    if (ports.length > 0) found.push({ target, ports })
  }
  return found
}

/** Whether the policy lets a user open anything at all over TCP, also addresses that are no target of the inventory. */
export function reachesAnything(
  compiled: CompiledPolicy,
  user: Query['user'],
  options: { readonly source?: string } = {},
): boolean {
  const facts = compiled.directory.user(user.name)
  if (facts === undefined || facts.disabled) return false
  const rules = compiled.rules.applying(subjectOf(facts, options.source))
  return rules.some(({ destinations }) => destinations.some((destination) => leadsSomewhere(compiled, destination)))
}

function leadsSomewhere({ directory }: CompiledPolicy, { selector, services }: Destination): boolean {
  if (!services.some(({ protocols }) => protocols.includes(TCP))) return false
  if (selector.kind === 'tag') return directory.tagged(selector.text).length > 0
  if (selector.text === 'autogroup:tagged') return directory.targets.some(({ tags }) => tags.length > 0)
  return selector.kind === 'any' || selector.kind === 'addresses' || selector.text === 'autogroup:internet'
}

function portsAt(compiled: CompiledPolicy, subject: Subject, target: TargetFacts, text: string): readonly PortRange[] {
  return compiled.rules.ports(subject, endpointOfTarget(compiled, target, text), TCP)
}

export function endpointOfTarget(compiled: CompiledPolicy, target: TargetFacts, addressText: string): Endpoint {
  const address = parseIpAddress(addressText)
  if (address === undefined) return endpointOfTags(target.tags, target.name)
  return endpointAt(address, target.tags, compiled.directory)
}
