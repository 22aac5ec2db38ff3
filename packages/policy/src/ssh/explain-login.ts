import { formatIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { postureAllows } from '../decide/posture.ts'
import type { Subject } from '../decide/subject.ts'
import { knownGroups } from '../explain/explain.ts'
import { listed } from '../explain/listed.ts'
import { postureReason } from '../explain/posture-reason.ts'
import { sourceReason } from '../explain/source-reason.ts'
import type { SshRule } from '../language/policy.ts'
import { quote } from '../text/quote.ts'
import { decideLogin, type LastCheck, type LoginDecision, type SshRuleRef, sshRuleRef } from './decide-login.ts'
import { allowsLogin } from './login-names.ts'
import { type LoginQuery, type LoginQuestion, reachesMachine, resolveLoginQuery } from './login-question.ts'
import { loginRemedies } from './login-remedies.ts'
import { isSelf } from './machine.ts'
import { sshRuleIndex } from './ssh-rule-index.ts'

/** A decision about a login with everything that went into it; plain data, fit for JSON. */
export interface LoginExplanation {
  readonly decision: LoginDecision
  readonly user: {
    readonly name: string
    /** Absent for a user that the directory does not hold. */
    readonly role?: string
    readonly groups: readonly string[]
    /** Canonical text of the address they come from. */
    readonly source?: string
  }
  readonly target: {
    /** Canonical text of the address that was asked for; absent where only tags or a node were. */
    readonly address?: string
    readonly tags: readonly string[]
    /** Name and owner of the mesh node that it is. */
    readonly node?: string
    readonly owner?: string
  }
  readonly login: string
  /** Every rule in the order in which they are asked; none for an unknown or disabled user. */
  readonly rules: readonly ExplainedLoginRule[]
  /** What would let them in, the likeliest first; empty where they are. */
  readonly remedies: readonly string[]
}

export interface ExplainedLoginRule {
  readonly ref: SshRuleRef
  readonly action: 'accept' | 'check'
  /** What the rule says, on one line. */
  readonly summary: string
  readonly admits: boolean
  /** Each condition that does not hold; empty where the rule admits them. */
  readonly failed: readonly FailedLoginCondition[]
}

export interface FailedLoginCondition {
  readonly condition: 'source' | 'posture' | 'destination' | 'login'
  readonly text: string
}

/** Decides by the slow way through every rule, telling each condition that failed. */
export function explainLogin(
  compiled: CompiledPolicy,
  query: LoginQuery & LastCheck & { readonly login: string },
): LoginExplanation {
  const decision = decideLogin(compiled, query)
  const resolved = resolveLoginQuery(compiled, query)
  const rules = resolved.ok ? explainRules(compiled, resolved.question, query.login) : []
  const { login } = query
  const question = resolved.ok ? resolved.question : undefined
  const facts = {
    decision,
    user: userFacts(compiled, query, question),
    target: targetFacts(query, question),
    login,
    rules,
  }
  return { ...facts, remedies: loginRemedies(compiled.policy, facts) }
}

function userFacts(
  compiled: CompiledPolicy,
  { user }: LoginQuery,
  question: LoginQuestion | undefined,
): LoginExplanation['user'] {
  const role = compiled.directory.user(user.name)?.role
  const source = question?.subject.source
  return {
    name: user.name,
    groups: knownGroups(compiled, user.name),
    ...(role !== undefined && { role }),
    ...(source !== undefined && { source: formatIpAddress(source) }),
  }
}

function targetFacts({ target }: LoginQuery, question: LoginQuestion | undefined): LoginExplanation['target'] {
  if (question === undefined) {
    return { tags: target.tags ?? [], ...(target.address !== undefined && { address: target.address }) }
  }
  const { subject, addresses, node } = question.machine
  const [address] = addresses
  return {
    tags: subject.tags,
    ...(address !== undefined && { address: formatIpAddress(address) }),
    ...(node !== undefined && { node: node.name }),
    ...(subject.user !== undefined && { owner: subject.user.name }),
  }
}

function explainRules(compiled: CompiledPolicy, question: LoginQuestion, login: string): readonly ExplainedLoginRule[] {
  const index = sshRuleIndex(compiled.policy)
  // Who asks is the same for all of them.
  const applying = new Set(index.applying(question.subject))
  return index.rules.map((rule) => explainRule(compiled, question, rule, { login, applies: applying.has(rule) }))
}

function explainRule(
  compiled: CompiledPolicy,
  question: LoginQuestion,
  rule: SshRule,
  { login, applies }: { readonly login: string; readonly applies: boolean },
): ExplainedLoginRule {
  const failed = [
    applies ? undefined : sourceFault(compiled, question.subject, rule),
    postureFault(compiled, question, rule),
    destinationFault(compiled, question, rule),
    loginFault(question.subject, rule, login),
  ].filter((fault) => fault !== undefined)
  return {
    ref: sshRuleRef(rule),
    action: rule.action,
    summary: `${rule.action}, src ${texts(rule.sources)}, dst ${texts(rule.destinations)}, users ${texts(rule.users)}`,
    admits: failed.length === 0,
    failed,
  }
}

function sourceFault({ policy }: CompiledPolicy, subject: Subject, rule: SshRule): FailedLoginCondition {
  return { condition: 'source', text: sourceReason(rule, subject, policy) }
}

function postureFault(
  { policy }: CompiledPolicy,
  { attributes }: LoginQuestion,
  rule: SshRule,
): FailedLoginCondition | undefined {
  if (postureAllows(policy, rule, attributes)) return undefined
  return { condition: 'posture', text: postureReason(policy, rule, attributes) }
}

function destinationFault(
  { policy }: CompiledPolicy,
  question: LoginQuestion,
  rule: SshRule,
): FailedLoginCondition | undefined {
  if (reachesMachine(rule, question, sshRuleIndex(policy).memberships)) return undefined
  if (rule.destinations.length === 0) return { condition: 'destination', text: 'its dst is empty' }
  if (rule.destinations.every(isSelf)) {
    const name = question.subject.user?.name ?? 'the machine'
    return { condition: 'destination', text: `the target is no machine of ${name}'s own` }
  }
  return {
    condition: 'destination',
    text: `the target (${targetWords(question)}) is not in ${texts(rule.destinations)}`,
  }
}

function targetWords({ machine }: LoginQuestion): string {
  const { tags, user } = machine.subject
  if (user !== undefined) return `of ${user.name}`
  return tags.length === 0 ? 'without tags' : listed(tags)
}

function loginFault(subject: Subject, rule: SshRule, login: string): FailedLoginCondition | undefined {
  if (allowsLogin(rule.users, login, subject.user?.name)) return undefined
  return { condition: 'login', text: `${quote(login)} is not in users ${texts(rule.users)}` }
}

function texts(items: readonly { readonly text: string }[]): string {
  return listed(items.map(({ text }) => text))
}
