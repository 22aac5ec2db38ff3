import type { CompiledPolicy } from '../decide/compile.ts'
import type { MeshNode } from '../decide/directory.ts'
import { CHECK_PERIOD_SECONDS, type SshRule } from '../language/policy.ts'
import {
  firstLoginRule,
  type LoginQuery,
  type LoginQuestion,
  nodeQuestion,
  resolveLoginQuery,
} from './login-question.ts'
import { nodeFault } from './machine.ts'

/** When whoever asks was last checked for this very login: same person or node, same machine, same login name. */
export interface LastCheck {
  /** Seconds since; absent where they never were. */
  readonly lastCheckSeconds?: number
  /** The check was made for this connection: it counts whatever the period, also with `always`. */
  readonly checkedForThis?: boolean
}

/** Why a login is decided as it is; stable, documented in `docs/errors.md`. */
export const LOGIN_CODES = [
  'login-accepted',
  'check-passed',
  'check-due',
  'no-login-rule',
  'no-ssh-rules',
  'user-unknown',
  'user-disabled',
] as const
export type LoginCode = (typeof LOGIN_CODES)[number]

/** A line of `ssh`. */
export interface SshRuleRef {
  readonly section: 'ssh'
  /** From 0. */
  readonly index: number
  readonly line: number
  readonly column: number
}

export type LoginDecision =
  | (LoginTerms & {
      readonly verdict: 'accept'
      readonly code: 'login-accepted' | 'check-passed'
      readonly rule: SshRuleRef
    })
  | (LoginTerms & { readonly verdict: 'check'; readonly code: 'check-due'; readonly rule: SshRuleRef })
  | { readonly verdict: 'deny'; readonly code: Exclude<LoginCode, 'login-accepted' | 'check-passed' | 'check-due'> }

/** What the deciding rule says of the session. */
export interface LoginTerms {
  /** Seconds that a check stays good, 0 for one that holds for its connection alone; absent where none is asked for. */
  readonly checkPeriodSeconds?: number
  /** Names of environment variables that the client may send, with `*` and `?`: see `acceptsVariable`. */
  readonly acceptEnv: readonly string[]
  /** Recorders as written; none where the rule wants no recording. */
  readonly recorder: readonly string[]
  /** Whether there is no session without recording. */
  readonly enforceRecorder: boolean
}

/**
 * May this person log in there as this user, and is a check due? Rules that check are asked before those that accept, and the
 * first that matches decides; what none matches is denied. This says nothing of the network: `decide` does. Never throws.
 */
export function decideLogin(
  compiled: CompiledPolicy,
  query: LoginQuery & LastCheck & { readonly login: string },
): LoginDecision {
  const resolved = resolveLoginQuery(compiled, query)
  if (!resolved.ok) return { verdict: 'deny', code: resolved.code }
  return decideQuestion(compiled, resolved.question, query.login, query)
}

/** The same from one node of the mesh to another, as the destination's client finds it; what a check's answer goes by. */
export function decideNodeLogin(
  compiled: CompiledPolicy,
  query: LastCheck & { readonly from: MeshNode; readonly to: MeshNode; readonly login: string },
): LoginDecision {
  const code = nodeFault(query.from, compiled.directory)
  if (code !== undefined) return { verdict: 'deny', code }
  return decideQuestion(compiled, nodeQuestion(compiled, query.from, query.to), query.login, query)
}

export function decideQuestion(
  compiled: CompiledPolicy,
  question: LoginQuestion,
  login: string,
  lastCheck: LastCheck,
): LoginDecision {
  const rule = firstLoginRule(compiled, question, login)
  if (rule === undefined) {
    return { verdict: 'deny', code: compiled.policy.sshRules.length === 0 ? 'no-ssh-rules' : 'no-login-rule' }
  }
  const terms = termsOf(rule)
  const ref = sshRuleRef(rule)
  const { checkPeriodSeconds: period } = terms
  if (period === undefined) return { verdict: 'accept', code: 'login-accepted', rule: ref, ...terms }
  if (isFresh(lastCheck, period)) return { verdict: 'accept', code: 'check-passed', rule: ref, ...terms }
  return { verdict: 'check', code: 'check-due', rule: ref, ...terms }
}

export function sshRuleRef({ index, position }: SshRule): SshRuleRef {
  return { section: 'ssh', index, line: position.line, column: position.column }
}

function termsOf(rule: SshRule): LoginTerms {
  const { acceptEnv, enforceRecorder } = rule
  const recorder = rule.recorder.map(({ text }) => text)
  const terms = { acceptEnv, recorder, enforceRecorder }
  if (rule.action === 'accept') return terms
  return { ...terms, checkPeriodSeconds: rule.checkPeriodSeconds ?? CHECK_PERIOD_SECONDS }
}

/** A time in the future is nobody's check. */
function isFresh({ lastCheckSeconds, checkedForThis = false }: LastCheck, period: number): boolean {
  if (checkedForThis) return true
  return lastCheckSeconds !== undefined && lastCheckSeconds >= 0 && lastCheckSeconds < period
}
