import { type CompiledPolicy, hasChecks, machineCheck, type SshRuleRef } from '@sallyport/policy'
import { type Check, isChecked } from './asked-factors.ts'

/** Where SSH listens unless the inventory says otherwise. */
const SSH_PORT = 22

/** Who asks, as rules that check see them; those for addresses hold for nobody whose address is unknown. */
export interface CheckedPerson {
  readonly name: string
  readonly sourceAddress?: string
}

/** A way that is asked for, as rules that check see it. */
export interface CheckedWay {
  readonly address: string
  readonly tags: readonly string[]
  readonly port: number
  /** The target's own port, where the inventory has one. */
  readonly sshPort: number | undefined
}

/** A check that has to be passed. */
export interface DueCheck {
  readonly rule: SshRuleRef
  /** Milliseconds that it holds on other connections; 0 for one that holds for its own alone. */
  readonly periodMs: number
}

/**
 * The `ssh` rules that check, for a door that sees no login name; `undefined` where there are none, and then nobody has to ask.
 * Gives the rule by which a check is due at a moment in milliseconds since the epoch. They mean SSH: other ports are none of theirs.
 */
export function doorChecks(
  compiled: CompiledPolicy,
):
  | ((person: CheckedPerson, way: CheckedWay, checks: readonly Check[], at: number) => DueCheck | undefined)
  | undefined {
  if (!hasChecks(compiled.policy)) return undefined
  return ({ name, sourceAddress }, { address, tags, port, sshPort = SSH_PORT }, checks, at) => {
    if (port !== sshPort && port !== SSH_PORT) return undefined
    const from = sourceAddress === undefined ? {} : { source: sourceAddress }
    const check = machineCheck(compiled, { user: { name }, ...from, target: { address, tags } })
    if (check === undefined || isChecked(checks, check.periodSeconds, at)) return undefined
    return { rule: check.rule, periodMs: check.periodSeconds * 1000 }
  }
}
