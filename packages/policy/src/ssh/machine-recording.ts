import type { CompiledPolicy } from '../decide/compile.ts'
import type { Query } from '../decide/decide.ts'
import type { Policy } from '../language/policy.ts'
import { type SshRuleRef, sshRuleRef } from './decide-login.ts'
import { narrowingRules } from './narrowing-rules.ts'

/** Whether any rule wants no session without recording. */
export function enforcesRecording(policy: Policy): boolean {
  return policy.sshRules.some(({ enforceRecorder }) => enforceRecorder)
}

/** Where SSH listens unless the inventory says otherwise. */
const SSH_PORT = 22

/**
 * For a door that cannot see the login name: the first rule with `enforceRecorder` that lets this person log in to this machine, as
 * whichever user. Where there is one, no session goes by unrecorded. `undefined` where there is none, and on ports that are none
 * of SSH's: those are no business of `ssh` rules.
 */
export function machineRecording(compiled: CompiledPolicy, query: Query): SshRuleRef | undefined {
  const { address, port, sshPort = SSH_PORT, tags = [] } = query.destination
  if (port !== sshPort && port !== SSH_PORT) return undefined
  const login = { ...query, target: { address, tags } }
  const [rule] = narrowingRules(compiled, login, ({ enforceRecorder }) => enforceRecorder)
  return rule === undefined ? undefined : sshRuleRef(rule)
}
