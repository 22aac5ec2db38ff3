import { judgeTerms, type SshTermFacts, type TermFailure, type TermFailureCode } from '../capability/judge-terms.ts'
import { formatSpan } from '../capability/kinds/duration.ts'
import type { ProvedFactor } from '../capability/kinds/factors.ts'
import { termLines } from '../capability/kinds/section.ts'
import { SSH_FIELDS } from '../capability/ssh-terms.ts'
import { sshTermRules, termsFor } from '../capability/terms-for.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Query } from '../decide/decide.ts'
import type { RuleRef } from '../language/policy.ts'
import type { SshRuleRef } from '../ssh/decide-login.ts'

/** The terms of a way through the SSH door, and which of them fail; plain data, fit for JSON. */
export interface TermsExplanation {
  readonly verdict: 'allow' | 'deny'
  /** What holds in the end, the strictest of all lines: `idleTimeout: 15m`. */
  readonly holds: readonly string[]
  /** The lines that make terms, in the order of the text, then one of `ssh`; at most `TERM_RULES_MAX`. */
  readonly rules: readonly { readonly ref: RuleRef | SshRuleRef; readonly terms: readonly string[] }[]
  /** How many lines make terms. */
  readonly ruleCount: number
  /** Each term that fails, by the first line that makes it. */
  readonly failed: readonly FailedTerm[]
}

export interface FailedTerm {
  readonly term: TermFailureCode
  /** The line that makes it; absent where only several together do. */
  readonly ref?: RuleRef | SshRuleRef
  readonly text: string
  readonly remedy: string
}

/** What is known of who asks; what is not given fulfils no term that wants it. */
export interface AskedTermFacts extends Pick<SshTermFacts, 'postQuantum' | 'door'> {
  readonly source?: string
  readonly factors?: readonly ProvedFactor[]
}

/** Lines with terms that are told; the others are only counted. */
const TERM_RULES_MAX = 20

/** Judges the terms at a moment, in milliseconds since the epoch. `undefined` where no line makes any. */
export function explainTerms(
  compiled: CompiledPolicy,
  query: Query,
  asked: AskedTermFacts,
  now: number,
): TermsExplanation | undefined {
  const terms = termsFor(compiled, query)
  if (terms === undefined) return undefined
  const facts: SshTermFacts = { ...asked, source: asked.source ?? '', factors: asked.factors ?? [] }
  const judged = judgeTerms(terms, facts, now)
  const rules = sshTermRules(compiled, query)
  const failed = judged.ok
    ? []
    : judged.failures.map((failure): FailedTerm => {
        const by = rules.find((rule) => fails(judgeTerms(rule.terms, facts, now), failure))
        const text = reason(failure, asked, now)
        const { term, remedy } = failure
        return by === undefined ? { term, text, remedy } : { term, ref: by.rule, text, remedy }
      })
  return {
    verdict: judged.ok ? 'allow' : 'deny',
    holds: termLines(SSH_FIELDS, terms),
    rules: rules.slice(0, TERM_RULES_MAX).map((rule) => ({ ref: rule.rule, terms: termLines(SSH_FIELDS, rule.terms) })),
    ruleCount: rules.length,
    failed,
  }
}

function fails(judged: ReturnType<typeof judgeTerms>, { term, remedy }: TermFailure): boolean {
  return !judged.ok && judged.failures.some((each) => each.term === term && each.remedy === remedy)
}

/** What is so, that is not what the term wants. */
function reason({ term }: TermFailure, { source, factors, door }: AskedTermFacts, now: number): string {
  switch (term) {
    case 'source':
      return source === undefined ? 'it is not known from where' : `it is from ${source}`
    case 'hours':
      return `it is ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    case 'factor': {
      if (factors === undefined) return 'it is not known what was proved'
      if (factors.length === 0) return 'nothing was proved'
      return `proved: ${factors.map(({ kind, ageMs }) => `${kind} ${agoText(ageMs)}`).join(', ')}`
    }
    case 'command':
      return 'no certificate is known that forces it'
    case 'post-quantum':
      return 'the key exchange does not withstand a quantum computer'
    case 'inspection':
      return `the door ${door.inspect ? 'can' : 'cannot'} look into what goes through`
    case 'recording':
      return `the door ${door.record ? 'can' : 'cannot'} record`
    default:
      return term satisfies never
  }
}

function agoText(ms: number): string {
  return ms < 1000 ? 'just now' : `${formatSpan(ms)} ago`
}
