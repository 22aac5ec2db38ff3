import type { CompiledPolicy } from './compile.ts'
import { type Query, subjectOf } from './decide.ts'
import type { TargetFacts } from './directory.ts'
import { type Endpoint, endpointAt, endpointOfTags } from './endpoint.ts'
import { parseIpAddress } from './ip-address.ts'
import { mergePortRanges, type PortRange, TCP } from './service.ts'
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

function portsAt(compiled: CompiledPolicy, subject: Subject, target: TargetFacts, text: string): readonly PortRange[] {
  return compiled.rules.ports(subject, endpointOfTarget(compiled, target, text), TCP)
}

export function endpointOfTarget(compiled: CompiledPolicy, target: TargetFacts, addressText: string): Endpoint {
  const address = parseIpAddress(addressText)
  if (address === undefined) return endpointOfTags(target.tags, target.name)
  return endpointAt(address, target.tags, compiled.directory)
}
