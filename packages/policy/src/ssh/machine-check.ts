import type { CompiledPolicy } from '../decide/compile.ts'
import { CHECK_PERIOD_SECONDS, type Policy } from '../language/policy.ts'
import { type SshRuleRef, sshRuleRef } from './decide-login.ts'
import type { LoginQuery } from './login-question.ts'
import { narrowingRules } from './narrowing-rules.ts'

/** A check that somebody has to have passed before they log in to a machine. */
export interface MachineCheck {
  /** Seconds that it stays good, 0 for one that holds for its connection alone. */
  readonly periodSeconds: number
  readonly rule: SshRuleRef
}

/** Whether any rule checks: where none does, nobody has to ask. */
export function hasChecks(policy: Policy): boolean {
  return policy.sshRules.some(({ action }) => action === 'check')
}

/**
 * The check for whoever cannot see the login name: of all rules that check this person on this machine, as whichever user,
 * the one with the shortest period. `undefined` where none does. Says nothing about whether they may log in.
 */
export function machineCheck(compiled: CompiledPolicy, query: LoginQuery): MachineCheck | undefined {
  let strictest: MachineCheck | undefined
  for (const rule of narrowingRules(compiled, query, ({ action }) => action === 'check')) {
    const periodSeconds = rule.checkPeriodSeconds ?? CHECK_PERIOD_SECONDS
    if (strictest === undefined || periodSeconds < strictest.periodSeconds)
      strictest = { periodSeconds, rule: sshRuleRef(rule) }
  }
  return strictest
}
