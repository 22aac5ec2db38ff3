import type { RuleRef } from '../language/policy.ts'
import { TCP } from '../language/service.ts'
import type { CompiledPolicy } from './compile.ts'
import { firstRule, subjectOf } from './decide.ts'
import type { TargetFacts } from './directory.ts'
import { endpointOfTarget, type ReachOptions } from './reachable.ts'

/**
 * The first rule of the text that lets a user open a TCP port at a target, judged as `reachable` judges it: a target known by
 * DNS name by its tags. None where no rule does, and for unknown and disabled users.
 */
export function openingRule(
  compiled: CompiledPolicy,
  { name }: { readonly name: string },
  target: TargetFacts,
  port: number,
  { source, attributes }: Pick<ReachOptions, 'source' | 'attributes'> = {},
): RuleRef | undefined {
  const user = compiled.directory.user(name)
  if (user === undefined || user.disabled) return undefined
  const subject = subjectOf(user, source, attributes)
  for (const address of target.addresses) {
    const rule = firstRule(compiled, subject, endpointOfTarget(compiled, target, address), TCP, port)
    if (rule !== undefined) return rule
  }
  return undefined
}
