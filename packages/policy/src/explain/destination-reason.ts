import { formatIpAddress } from '../address/ip-address.ts'
import { formatIpRange } from '../address/ip-range.ts'
import { SPECIAL_CLASS_WORDS } from '../address/special-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Question } from '../decide/decide.ts'
import { coverage, type Endpoint } from '../decide/endpoint.ts'
import type { Rule, Selector } from '../language/policy.ts'
import { formatPortRanges, mergePortRanges, protocolName, type Service } from '../language/service.ts'
import { quote } from '../text/quote.ts'
import { listed } from './listed.ts'
import type { Condition } from './rule-misses.ts'

/** Why no destination of a rule is the one asked for, with its port. */
export function destinationReason(
  condition: Exclude<Condition, 'source' | 'posture' | 'via'>,
  compiled: CompiledPolicy,
  rule: Rule,
  question: Question,
): string {
  const { endpoint, protocol, port } = question
  switch (condition) {
    case 'destination':
      return whereReason(rule, question)
    case 'special-address': {
      const words = endpoint.special === undefined ? 'special' : SPECIAL_CLASS_WORDS[endpoint.special]
      return `${endpointText(endpoint)} is ${words}; its dst does not name it`
    }
    case 'protocol': {
      const names = new Set(coveringServices(compiled, rule, question).flatMap(({ protocols }) => protocols))
      return `it opens ${[...names].map(protocolName).join(', ')}, not ${protocolName(protocol)}`
    }
    case 'port': {
      const services = coveringServices(compiled, rule, question)
      if (services.length === 0) return 'it gives capabilities alone: without "ip" it opens no port'
      const fitting = services.filter(({ protocols }) => protocols.includes(protocol))
      return `it opens port ${formatPortRanges(mergePortRanges(fitting.flatMap(({ ports }) => ports)))}, not ${port}`
    }
    default:
      return condition satisfies never
  }
}

export function endpointText(endpoint: Endpoint): string {
  return endpoint.address === undefined ? quote(endpoint.targets.join(', ')) : formatIpAddress(endpoint.address)
}

function coveringServices(compiled: CompiledPolicy, rule: Rule, { endpoint, subject }: Question): readonly Service[] {
  return rule.destinations
    .filter(({ selector }) => coverage(selector, endpoint, subject, compiled.rules.memberships) === 'covers')
    .flatMap(({ services }) => services)
}

function whereReason(rule: Rule, { endpoint, subject }: Question): string {
  const here = endpointText(endpoint)
  const [only, ...others] = rule.destinations
  if (only === undefined) return 'its dst is empty'
  if (others.length > 0) {
    const tagged = endpoint.tags.length === 0 ? '' : ` (${listed(endpoint.tags)})`
    return `${here}${tagged} is none of ${listed(rule.destinations.map(({ selector }) => selector.text))}`
  }
  return selectorReason(only.selector, endpoint, here, subject.user?.name ?? 'the machine')
}

function selectorReason(selector: Selector, endpoint: Endpoint, here: string, name: string): string {
  const { text } = selector
  switch (selector.kind) {
    case 'tag':
      if (endpoint.tags.length === 0) return `${here} ${untagged(endpoint)}; it would need ${text}`
      return `${here} has ${listed(endpoint.tags)}, not ${text}`
    case 'autogroup':
      if (text === 'autogroup:internet') return `${here} is no public address`
      if (text === 'autogroup:tagged') return `${here} ${untagged(endpoint)}`
      if (text === 'autogroup:self') return `${here} is no mesh machine of ${name}`
      return `${here} is no mesh machine of anybody in ${text}`
    case 'addresses':
      return `${here} is not ${isRange(selector) ? 'in ' : ''}${selector.alias ? `${text} (${formatIpRange(selector.range)})` : text}`
    case 'ipset':
      return `${here} is not in ${text}`
    case 'user':
      return `${here} is no mesh machine of ${text}`
    case 'domain':
    case 'group':
      return `${here} is no mesh machine of anybody in ${text}`
    case 'service':
      return `${text} is a service of the mesh, which these doors do not open`
    case 'any':
      return `${here} is not ${text}`
    default:
      return selector satisfies never
  }
}

function untagged(endpoint: Endpoint): string {
  return endpoint.targets.length === 0 ? 'is no target of the inventory, so it has no tag' : 'has no tag'
}

function isRange({ range }: Extract<Selector, { kind: 'addresses' }>): boolean {
  return range.first !== range.last
}
