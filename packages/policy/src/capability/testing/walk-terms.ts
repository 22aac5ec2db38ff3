import type { CompiledPolicy } from '../../decide/compile.ts'
import { type Query, ruleRef } from '../../decide/decide.ts'
import { coverage } from '../../decide/endpoint.ts'
import { postureAllows } from '../../decide/posture.ts'
import { selectsSubject } from '../../decide/subject.ts'
import type { SectionKind } from '../kinds/section.ts'
import { termsOfValues } from '../read-capability.ts'
import type { TermSchema } from '../term-kind.ts'
import { type RuleTerms, termsQuestion } from '../terms-for.ts'

/** The slow readable twin of the index. */
export function walkTerms<S extends TermSchema>(
  compiled: CompiledPolicy,
  query: Query,
  capability: string,
  kind: SectionKind<S>,
): readonly RuleTerms<S>[] {
  const question = termsQuestion(compiled, query)
  if (question === undefined) return []
  const { subject, endpoint } = question
  const groups = compiled.rules.memberships
  const found: RuleTerms<S>[] = []
  for (const [order, rule] of compiled.policy.rules.entries()) {
    const values = rule.app.filter(({ name }) => name === capability).flatMap((each) => each.values)
    if (values.length === 0) continue
    if (!rule.sources.some((source) => selectsSubject(source, subject, groups))) continue
    if (!rule.destinations.some(({ selector }) => coverage(selector, endpoint, subject, groups) !== 'misses')) continue
    if (subject.attributes !== undefined && !postureAllows(compiled.policy, rule, subject.attributes)) continue
    const terms = termsOfValues(kind, values)
    if (Object.keys(terms).length > 0) found.push({ rule: ruleRef(compiled, order), terms })
  }
  return found
}
