import { formatIpAddress, parseIpAddress } from '../address/ip-address.ts'
import type { SpecialClass } from '../address/special-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { type Decision, decide, type Query, type Question, resolveQuery, ruleRef } from '../decide/decide.ts'
import type { Rule, RuleRef } from '../language/policy.ts'
import { destinationReason, endpointText } from './destination-reason.ts'
import { listed } from './listed.ts'
import { postureReason } from './posture-reason.ts'
import { remedies } from './remedies.ts'
import { type Condition, type NearestRules, nearestRules, type RuleMisses } from './rule-misses.ts'
import { sourceReason } from './source-reason.ts'

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
  /** How many rules were asked, and how many of them allow. */
  readonly asked: { readonly rules: number; readonly allow: number }
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
export function explain(compiled: CompiledPolicy, query: Query): Explanation {
  const decision = decide(compiled, query)
  const question = resolveQuery(compiled, query)
  const { nearest, allowing }: NearestRules = question.ok
    ? nearestRules(compiled, question, EXPLAINED_RULES_MAX)
    : { nearest: [], allowing: 0 }
  const rules = question.ok ? nearest.map((each) => explainRule(compiled, question, each)) : []
  const facts = {
    decision,
    user: userFacts(compiled, query),
    destination: destinationFacts(query, question),
    rules,
    asked: { rules: question.ok ? compiled.policy.rules.length : 0, allow: allowing },
  }
  return { ...facts, remedies: decision.verdict === 'allow' ? [] : remedies(compiled, facts, question, nearest) }
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

function explainRule(compiled: CompiledPolicy, question: Question, { rule, order, misses }: RuleMisses): ExplainedRule {
  const failed = misses.map(
    (condition): FailedCondition => ({
      condition,
      text: reason(condition, compiled, rule, question),
    }),
  )
  return { ref: ruleRef(compiled, order), summary: ruleSummary(rule), allows: failed.length === 0, failed }
}

function reason(condition: Condition, compiled: CompiledPolicy, rule: Rule, question: Question): string {
  switch (condition) {
    case 'source':
      return sourceReason(rule, question.subject, compiled.policy)
    case 'posture':
      return postureReason(compiled.policy, rule, question.subject.attributes)
    case 'via':
      return `it holds through a router of the mesh (${listed(rule.via)}); who comes by the SSH or desktop door passes none`
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
