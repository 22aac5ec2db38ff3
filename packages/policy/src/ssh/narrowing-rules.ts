import type { CompiledPolicy } from '../decide/compile.ts'
import { postureAllows } from '../decide/posture.ts'
import type { SshRule } from '../language/policy.ts'
import { type LoginQuery, reachesMachine, resolveLoginQuery } from './login-question.ts'
import { sshRuleIndex } from './ssh-rule-index.ts'

/**
 * The `ssh` rules for a person on a machine, as whichever user, that pass a filter: for what a rule demands rather than gives. Unlike
 * what opens, what narrows believes the tags that the caller claims at special addresses as well, and takes a device of which
 * nothing is known for one that fulfils every posture.
 */
export function narrowingRules(
  compiled: CompiledPolicy,
  query: LoginQuery,
  wanted: (rule: SshRule) => boolean,
): readonly SshRule[] {
  const { policy } = compiled
  if (!policy.sshRules.some(wanted)) return []
  const index = sshRuleIndex(policy)
  const { address: _, ...claimed } = query.target
  const targets = (query.target.tags ?? []).length > 0 ? [query.target, claimed] : [query.target]
  const found = new Set<SshRule>()
  for (const target of targets) {
    const resolved = resolveLoginQuery(compiled, { ...query, target })
    if (!resolved.ok) return []
    const { question } = resolved
    for (const rule of index.applying(question.subject)) {
      if (!wanted(rule) || !reachesMachine(rule, question, index.memberships)) continue
      if (question.attributes === undefined || postureAllows(policy, rule, question.attributes)) found.add(rule)
    }
  }
  return [...found]
}
