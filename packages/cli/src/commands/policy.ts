import type { Command } from 'commander'
import type { Runner } from '../program.ts'
import { policyApplyCommands } from './policy/apply.ts'
import { policyCheckCommands } from './policy/check.ts'
import { policyEffectCommands } from './policy/effects.ts'
import { policyExplainCommand } from './policy/explain.ts'
import { importPolicyCommand } from './policy/import.ts'
import { policyVersionCommands } from './policy/versions.ts'

/** `sallyport policy …`: who may reach what. */
export function policyCommands(program: Command, run: Runner): void {
  const policy = program.command('policy').description('who may reach what')
  policyVersionCommands(policy, run)
  policyCheckCommands(policy, run)
  policyExplainCommand(policy, run)
  policyEffectCommands(policy, run)
  policyApplyCommands(policy, run)
  importPolicyCommand(policy, run)
}
