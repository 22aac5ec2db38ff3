import type { CompiledPolicy } from '../decide/compile.ts'
import type { SshRule } from '../language/policy.ts'
import { type SshRuleRef, sshRuleRef } from './decide-login.ts'
import { isSuperuser, loginNames } from './login-names.ts'
import { type LoginQuery, resolveLoginQuery, rulesForMachine } from './login-question.ts'

/** The login names that somebody may use on a machine. */
export interface AllowedLogins {
  /** Those that rules name, in the order in which the rules are asked. */
  readonly names: readonly AllowedLogin[]
  /** Every other name but a superuser's; absent where no rule says `autogroup:nonroot`. */
  readonly others?: Omit<AllowedLogin, 'login'>
}

export interface AllowedLogin {
  readonly login: string
  /** `check`: whoever uses it is checked from time to time. */
  readonly action: 'accept' | 'check'
  /** The rule that decides. */
  readonly rule: SshRuleRef
}

/** Without `ssh` rules, and for users that the directory does not hold or that are disabled, none. */
export function allowedLogins(compiled: CompiledPolicy, query: LoginQuery): AllowedLogins {
  const resolved = resolveLoginQuery(compiled, query)
  if (!resolved.ok) return { names: [] }
  const rules = rulesForMachine(compiled, resolved.question)
  const person = resolved.question.subject.user?.name
  const names = new Map<string, AllowedLogin>()
  let others: Omit<AllowedLogin, 'login'> | undefined
  for (const rule of rules) {
    const login = loginNames(rule.users, person)
    for (const name of login.names) {
      // A rule for every other name may stand before the one that names it.
      const decided = others !== undefined && !isSuperuser(name) ? others : decidedBy(rule)
      if (!names.has(name)) names.set(name, { login: name, ...decided })
    }
    if (login.anyNonroot) others ??= decidedBy(rule)
  }
  return { names: [...names.values()], ...(others !== undefined && { others }) }
}

function decidedBy(rule: SshRule): Omit<AllowedLogin, 'login'> {
  return { action: rule.action, rule: sshRuleRef(rule) }
}
