import { formatIpAddress, parseIpAddress } from '../address/ip-address.ts'
import { formatIpRange } from '../address/ip-range.ts'
import { SPECIAL_CLASS_WORDS, type SpecialClass } from '../address/special-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { type Decision, decide, type Query, type Question, resolveQuery, ruleRef } from '../decide/decide.ts'
import { type Coverage, coverage, type Endpoint } from '../decide/endpoint.ts'
import { postureAllows, posturesOf } from '../decide/posture.ts'
import { type Subject, selectsSubject } from '../decide/subject.ts'
import type { Rule, RuleRef, Selector } from '../language/policy.ts'
import { formatPortRanges, mergePortRanges, protocolName, type Service, serviceHolds } from '../language/service.ts'
import { quote } from '../text/quote.ts'
import { remedies } from './remedies.ts'

/** A decision with everything that went into it; plain data, fit for JSON. */
export interface Explanation {
  readonly decision: Decision
  readonly user: {
    readonly name: string
    /** Absent for a user that the directory does not hold. */
    readonly role?: string
    readonly groups: readonly string[]
    /** Canonical text of the address they come from. */
    readonly source?: string
  }
  readonly destination: {
    /** Canonical text, or what was given where that is no address. */
    readonly address: string
    readonly port: number
    readonly protocol: string
    /** Inventory targets at this address. */
    readonly targets: readonly string[]
    readonly tags: readonly string[]
    readonly special?: SpecialClass
  }
  /** Every rule in the order of the text; none where no rule was asked (unknown or disabled user, bad address). */
  readonly rules: readonly ExplainedRule[]
  /** What would make it allow, the likeliest first; empty where it is allowed. */
  readonly remedies: readonly string[]
}

export interface ExplainedRule {
  readonly ref: RuleRef
  /** What the rule says, on one line. */
  readonly summary: string
  readonly allows: boolean
  /** Each condition that does not hold; empty where the rule allows. */
  readonly failed: readonly FailedCondition[]
}

export interface FailedCondition {
  readonly condition: 'source' | 'destination' | 'special-address' | 'protocol' | 'port' | 'via' | 'posture'
  readonly text: string
}

/** Selectors that a line lists before it only counts the rest. */
const LISTED_MAX = 5

/** Decides by the slow way through every rule, telling each condition that failed. */
export function explain(compiled: CompiledPolicy, query: Query): Explanation {
  const decision = decide(compiled, query)
  const question = resolveQuery(compiled, query)
  const rules = question.ok
    ? compiled.policy.rules.map((rule, order) => explainRule(compiled, question, rule, order))
    : []
  const facts = { decision, user: userFacts(compiled, query), destination: destinationFacts(query, question), rules }
  return { ...facts, remedies: decision.verdict === 'allow' ? [] : remedies(compiled, facts, question) }
}

function userFacts(compiled: CompiledPolicy, { user, source }: Query): Explanation['user'] {
  const known = compiled.directory.user(user.name)
  const address = source === undefined ? undefined : parseIpAddress(source)
  return {
    name: user.name,
    groups: compiled.rules.memberships.get(user.name) ?? [],
    ...(known === undefined ? {} : { role: known.role }),
    ...(address === undefined ? {} : { source: formatIpAddress(address) }),
  }
}

function destinationFacts(query: Query, question: Question | { readonly ok: false }): Explanation['destination'] {
  const { address, port, protocol = 'tcp', tags = [] } = query.destination
  if (!question.ok) return { address, port, protocol, targets: [], tags }
  const { endpoint } = question
  return {
    address: endpointText(endpoint),
    port,
    protocol,
    targets: endpoint.targets,
    tags: endpoint.tags,
    ...(endpoint.special === undefined ? {} : { special: endpoint.special }),
  }
}

function explainRule(compiled: CompiledPolicy, question: Question, rule: Rule, order: number): ExplainedRule {
  const faults = [
    sourceFault(compiled, rule, question.subject),
    destinationFault(compiled, rule, question),
    viaFault(rule),
    postureFault(compiled, rule, question.subject),
  ]
  const failed = faults.filter((fault) => fault !== undefined)
  return { ref: ruleRef(compiled, order), summary: ruleSummary(rule), allows: failed.length === 0, failed }
}

function sourceFault({ rules }: CompiledPolicy, rule: Rule, subject: Subject): FailedCondition | undefined {
  if (rule.sources.some((selector) => selectsSubject(selector, subject, rules.memberships))) return undefined
  const [only, ...others] = rule.sources
  const name = subject.user?.name ?? 'the machine'
  if (only === undefined) return { condition: 'source', text: 'its src is empty' }
  if (others.length > 0)
    return { condition: 'source', text: `${name} is none of ${listed(rule.sources.map(({ text }) => text))}` }
  return { condition: 'source', text: sourceReason(only, subject, name) }
}

function sourceReason(selector: Selector, subject: Subject, name: string): string {
  switch (selector.kind) {
    case 'group':
      return `${name} is not in ${selector.text}`
    case 'tag':
      return `${selector.text} is for machines; ${name} signed in as a person`
    case 'autogroup':
      if (selector.text === 'autogroup:tagged') return `autogroup:tagged is for machines; ${name} signed in as a person`
      return `${name} has the role ${subject.user?.role ?? 'of no user'}, not ${selector.text.slice('autogroup:'.length)}`
    case 'addresses': {
      const range = selector.alias ? `${selector.text} (${formatIpRange(selector.range)})` : selector.text
      if (subject.source === undefined) return `it is not known whether ${name} comes from ${range}`
      return `${name} comes from ${formatIpAddress(subject.source)}, not from ${range}`
    }
    case 'ipset':
      if (subject.source === undefined) return `it is not known whether ${name} comes from ${selector.text}`
      return `${name} comes from ${formatIpAddress(subject.source)}, which is not in ${selector.text}`
    case 'domain':
      return `${name} is not of the domain ${selector.domain}`
    case 'user':
    case 'any':
    case 'service':
      return `${name} is not ${selector.text}`
    default:
      return selector satisfies never
  }
}

function viaFault({ via }: Rule): FailedCondition | undefined {
  if (via.length === 0) return undefined
  return { condition: 'via', text: `it opens ways through routers of the mesh (via ${listed(via)}), none from here` }
}

function postureFault({ policy }: CompiledPolicy, rule: Rule, subject: Subject): FailedCondition | undefined {
  if (postureAllows(policy, rule, subject.attributes)) return undefined
  const text = `the device fulfils none of ${listed(posturesOf(policy, rule))}`
  return { condition: 'posture', text }
}

function destinationFault(
  { rules }: CompiledPolicy,
  rule: Rule,
  { subject, endpoint, protocol, port }: Question,
): FailedCondition | undefined {
  const covering = (wanted: Coverage): readonly Service[] =>
    rule.destinations
      .filter(({ selector }) => coverage(selector, endpoint, subject, rules.memberships) === wanted)
      .flatMap(({ services }) => services)
  const covered = covering('covers')
  if (covered.some((service) => serviceHolds(service, protocol, port))) return undefined
  if (covered.length > 0) return serviceFault(covered, protocol, port)
  const special = covering('special')
  if (special.some((service) => serviceHolds(service, protocol, port)) && endpoint.special !== undefined) {
    const words = SPECIAL_CLASS_WORDS[endpoint.special]
    return { condition: 'special-address', text: `${endpointText(endpoint)} is ${words}; its dst does not name it` }
  }
  const where =
    endpoint.tags.length > 0 ? `${endpointText(endpoint)} (${listed(endpoint.tags)})` : endpointText(endpoint)
  return { condition: 'destination', text: `${where} is not in ${listed(rule.destinations.map(({ text }) => text))}` }
}

function serviceFault(services: readonly Service[], protocol: number, port: number): FailedCondition {
  const fitting = services.filter(({ protocols }) => protocols.includes(protocol))
  if (fitting.length === 0) {
    const names = [...new Set(services.flatMap(({ protocols }) => protocols))].map(protocolName)
    return { condition: 'protocol', text: `it opens ${names.join(', ')}, not ${protocolName(protocol)}` }
  }
  const ports = formatPortRanges(mergePortRanges(fitting.flatMap((service) => service.ports)))
  return { condition: 'port', text: `it opens port ${ports}, not ${port}` }
}

function ruleSummary(rule: Rule): string {
  const sources = listed(rule.sources.map(({ text }) => text))
  const destinations = listed(rule.destinations.map(({ text }) => text))
  const tail =
    rule.ip === undefined ? (rule.protocol === undefined ? '' : `, proto ${rule.protocol}`) : `, ip ${listed(rule.ip)}`
  return `src ${sources}, dst ${destinations}${tail}`
}

function listed(texts: readonly string[]): string {
  if (texts.length === 0) return '(empty)'
  const shown = texts.slice(0, LISTED_MAX).join(', ')
  return texts.length > LISTED_MAX ? `${shown} and ${texts.length - LISTED_MAX} more` : shown
}

function endpointText(endpoint: Endpoint): string {
  return endpoint.address === undefined ? quote(endpoint.targets.join(', ')) : formatIpAddress(endpoint.address)
}
