import { formatIpAddress, parseIpAddress } from '../address/ip-address.ts'
import type { SpecialClass } from '../address/special-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import {
  type Decision,
  decide,
  type NodeQuery,
  type Query,
  type Question,
  resolveQuery,
  ruleRef,
  type Unasked,
} from '../decide/decide.ts'
import { groupsOf } from '../decide/subject.ts'
import type { Rule, RuleRef } from '../language/policy.ts'
import { destinationReason, endpointText } from './destination-reason.ts'
import { listed } from './listed.ts'
import { postureReason } from './posture-reason.ts'
import { remedies } from './remedies.ts'
import { type Condition, type NearestRules, nearestRules, type RuleMisses } from './rule-misses.ts'
import { type Asker, personAsker, sourceReason } from './source-reason.ts'

/** A decision with what went into it; plain data, fit for JSON, and bounded however large the policy is. */
export interface Explanation {
  readonly decision: Decision
  readonly user: {
    readonly name: string
    /** Absent for a user that the directory does not hold. */
    readonly role?: string
    readonly groups: readonly string[]
    /** Canonical text of the address they come from. */
    readonly source?: string
    /** Where a machine of the mesh asks: it, and its tags; `name` is its owner's then, or its own where it is nobody's. */
    readonly machine?: { readonly name: string; readonly tags: readonly string[] }
  }
  readonly destination: {
    /** Canonical text, or what was given where that is no address. */
    readonly address: string
    readonly port: number
    readonly protocol: string
    /** Inventory targets and mesh machines at this address. */
    readonly targets: readonly string[]
    readonly tags: readonly string[]
    readonly special?: SpecialClass
  }
  /**
   * The rules that allow, in the order of the text; where none does, the nearest ones, those that fail by fewest conditions
   * first. At most `EXPLAINED_RULES_MAX`; none where no rule was asked (unknown or disabled user, bad address).
   */
  readonly rules: readonly ExplainedRule[]
  /** How many rules were asked, and how many of them allow; absent where none was. */
  readonly asked?: { readonly rules: number; readonly allow: number }
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
  readonly condition: Condition
  readonly text: string
}

/** Rules that are told; the others are only counted. */
export const EXPLAINED_RULES_MAX = 20

/** Decides, and walks every rule to tell the conditions that failed: the slow readable twin of the index. */
export function explain(compiled: CompiledPolicy, query: Query | NodeQuery): Explanation {
  const decision = decide(compiled, query)
  const question = resolveQuery(compiled, query)
  const { nearest, allowing }: NearestRules = question.ok
    ? nearestRules(compiled, question, EXPLAINED_RULES_MAX)
    : { nearest: [], allowing: 0 }
  const user = userFacts(compiled, query)
  const asker = askerOf(user, question)
  const rules = question.ok ? nearest.map((each) => explainRule(compiled, question, each, asker)) : []
  const facts = {
    decision,
    user,
    destination: destinationFacts(query, question),
    rules,
    ...(question.ok ? { asked: { rules: compiled.policy.rules.length, allow: allowing } } : {}),
  }
  return { ...facts, remedies: decision.verdict === 'allow' ? [] : remedies(compiled, facts, question, nearest) }
}

function userFacts(compiled: CompiledPolicy, query: Query | NodeQuery): Explanation['user'] {
  const { source } = query
  const node = 'node' in query ? compiled.directory.node(query.node) : undefined
  const owner = node === undefined ? undefined : compiled.directory.ownerOf(node)
  const name = 'node' in query ? (owner?.name ?? node?.name ?? `machine ${query.node}`) : query.user.name
  const role = 'node' in query ? owner?.role : compiled.directory.user(name)?.role
  const address = source === undefined ? undefined : parseIpAddress(source)
  return {
    name,
    groups: 'node' in query && owner === undefined ? [] : knownGroups(compiled, name),
    ...(role === undefined ? {} : { role }),
    ...(address === undefined ? {} : { source: formatIpAddress(address) }),
    ...(node === undefined ? {} : { machine: { name: node.name, tags: node.tags } }),
  }
}

/** Groups of the policy that somebody is in, whoever says so. */
export function knownGroups({ directory, policy, rules }: CompiledPolicy, name: string): readonly string[] {
  const person = directory.user(name) ?? { name, role: 'member' }
  return groupsOf(person, rules.memberships).filter((group) => policy.groups.has(group))
}

function askerOf({ name, machine }: Explanation['user'], question: Question | Unasked): Asker {
  if (!question.ok) return { name, machine: machine !== undefined }
  const { subject } = question
  if (machine === undefined) return personAsker(subject)
  if (subject.user !== undefined) return { name: `${name} (on ${machine.name})`, machine: true }
  // Neither an owner nor a tag: the packet comes from behind it.
  if (subject.tags.length === 0) return { name: `what is behind ${machine.name}`, machine: true }
  return { name: `${machine.name} (${listed(subject.tags)})`, machine: true }
}

function destinationFacts(query: Query | NodeQuery, question: Question | Unasked): Explanation['destination'] {
  const { address, port, protocol = 'tcp' } = query.destination
  const tags = 'node' in query ? [] : (query.destination.tags ?? [])
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

function explainRule(
  compiled: CompiledPolicy,
  question: Question,
  { rule, order, misses }: RuleMisses,
  asker: Asker,
): ExplainedRule {
  const failed = misses.map(
    (condition): FailedCondition => ({
      condition,
      text: reason(condition, compiled, rule, question, asker),
    }),
  )
  return { ref: ruleRef(compiled, order), summary: ruleSummary(rule), allows: failed.length === 0, failed }
}

function reason(condition: Condition, compiled: CompiledPolicy, rule: Rule, question: Question, asker: Asker): string {
  switch (condition) {
    case 'source':
      return sourceReason(rule, question.subject, compiled.policy, asker)
    case 'posture':
      return postureReason(compiled.policy, rule, question.subject.attributes)
    case 'via':
      return asker.machine
        ? `it holds through the routers of the mesh alone (${listed(rule.via)})`
        : `it holds through a router of the mesh (${listed(rule.via)}); who comes by the SSH or desktop door passes none`
    case 'destination':
    case 'special-address':
    case 'protocol':
    case 'port':
      return destinationReason(condition, compiled, rule, question)
    default:
      return condition satisfies never
  }
}

function ruleSummary(rule: Rule): string {
  const parts = [
    `src ${listed(rule.sources.map(({ text }) => text))}`,
    `dst ${listed(rule.destinations.map(({ text }) => text))}`,
  ]
  if (rule.protocol !== undefined) parts.push(`proto ${rule.protocol}`)
  if (rule.ip !== undefined && rule.ip.length > 0) parts.push(`ip ${listed(rule.ip)}`)
  if (rule.app.length > 0) parts.push(`app ${listed([...new Set(rule.app.map(({ name }) => name))])}`)
  if (rule.via.length > 0) parts.push(`via ${listed(rule.via)}`)
  if (rule.srcPosture.length > 0) parts.push(`srcPosture ${listed(rule.srcPosture)}`)
  return parts.join(', ')
}
