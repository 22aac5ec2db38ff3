import { judgeTerms, type SshTermFacts, type TermFailure, type TermFailureCode } from '../capability/judge-terms.ts'
import type { SshTerms } from '../capability/ssh-terms.ts'
import { sshTermRules, termsFor } from '../capability/terms-for.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { type DecisionCode, decide, type Query } from '../decide/decide.ts'
import type { RuleRef } from '../language/policy.ts'
import type { SshRuleRef } from '../ssh/decide-login.ts'
import { machineCheck } from '../ssh/machine-check.ts'
import type { PastDecision, ReplayedPlace } from './past-decision.ts'

/** What a way may want of its user that no log holds: proofs with their age, what a certificate forces, the key exchange, an approval. */
export const PROOFS = ['factor', 'command', 'post-quantum', 'check'] as const
export type Proof = (typeof PROOFS)[number]

/** How a policy would decide now what was decided then. */
export interface PastAnswer {
  readonly verdict: 'allow' | 'deny'
  readonly code: DecisionCode | TermFailureCode
  /** The line that allows it, or the one whose terms refuse it; none where no line allows it. */
  readonly rule?: RuleRef | SshRuleRef
  /** What it wants beside: an allowed way is opened once these are given. */
  readonly proofs: readonly { readonly proof: Proof; readonly rule?: RuleRef | SshRuleRef }[]
}

/** What does not depend on when it was. */
interface Known {
  readonly query: Query
  readonly answer: PastAnswer
  /** Terms that a time and a source fulfil or not; undefined: none. */
  readonly terms?: SshTerms
}

/** Answers remembered: decisions repeat themselves all day long. */
const REMEMBERED_MAX = 50_000
/** Where SSH listens unless the inventory says otherwise. */
const SSH_PORT = 22

/** Asks one policy about the past. */
export class PastAsker {
  readonly #compiled: CompiledPolicy
  readonly #door: SshTermFacts['door']
  readonly #known = new Map<string, Known>()

  /** `door`: what the door that decides can do today. */
  constructor(compiled: CompiledPolicy, door: SshTermFacts['door']) {
    this.#compiled = compiled
    this.#door = door
  }

  ask(past: PastDecision, place: ReplayedPlace): PastAnswer {
    const { user, source, destination, time } = past
    const key = [user, source, destination.address, destination.port, destination.target].join('\n')
    let known = this.#known.get(key)
    if (known === undefined) {
      known = this.#look(past, place)
      if (this.#known.size === REMEMBERED_MAX) this.#known.clear()
      this.#known.set(key, known)
    }
    const { answer, terms, query } = known
    if (terms === undefined) return answer
    // Proofs are told apart, so here they are all there.
    const facts = { source: source ?? '', factors: [], postQuantum: true, door: this.#door }
    const judged = judgeTerms(terms, facts, time)
    const failure = judged.ok ? undefined : judged.failures[0]
    if (failure === undefined) return answer
    const rule = this.#demanding(query, facts, time, failure)
    return { verdict: 'deny', code: failure.term, proofs: [], ...(rule === undefined ? {} : { rule }) }
  }

  #look({ user, source, destination: { address, port } }: PastDecision, { tags, sshPort }: ReplayedPlace): Known {
    const query: Query = {
      user: { name: user },
      ...(source === undefined ? {} : { source }),
      destination: { address, port, tags, ...(sshPort === undefined ? {} : { sshPort }) },
    }
    const { verdict, code, rule } = decide(this.#compiled, query)
    const of = rule === undefined ? {} : { rule }
    if (verdict === 'deny') return { query, answer: { verdict, code, proofs: [], ...of } }
    const all: SshTerms = termsFor(this.#compiled, query) ?? {}
    const { factors = [], forceCommand = [], postQuantum, ...others } = all
    // A certificate forces one command: several are fulfilled by none.
    const terms: SshTerms = forceCommand.length > 1 ? { ...others, forceCommand } : others
    const proofs: PastAnswer['proofs'][number][] = []
    if (factors.length > 0)
      proofs.push({ proof: 'factor', ...this.#lineWith(query, (own) => own.factors !== undefined) })
    if (forceCommand.length === 1)
      proofs.push({ proof: 'command', ...this.#lineWith(query, (own) => own.forceCommand !== undefined) })
    if (postQuantum === true)
      proofs.push({ proof: 'post-quantum', ...this.#lineWith(query, (own) => own.postQuantum === true) })
    if (port === SSH_PORT || port === sshPort) {
      const { destination: _, ...who } = query
      const check = machineCheck(this.#compiled, { ...who, target: { address, tags } })
      if (check !== undefined) proofs.push({ proof: 'check', rule: check.rule })
    }
    const answer: PastAnswer = { verdict, code, proofs, ...of }
    return Object.keys(terms).length === 0 ? { query, answer } : { query, answer, terms }
  }

  #lineWith(query: Query, makes: (terms: SshTerms) => boolean): { readonly rule?: RuleRef | SshRuleRef } {
    const line = sshTermRules(this.#compiled, query).find(({ terms }) => makes(terms))
    return line === undefined ? {} : { rule: line.rule }
  }

  /** The first line that makes the term that fails; none where only several together do. */
  #demanding(
    query: Query,
    facts: SshTermFacts,
    time: number,
    { term, wanted }: TermFailure,
  ): RuleRef | SshRuleRef | undefined {
    const lines = sshTermRules(this.#compiled, query)
    return lines.find(({ terms: own }) => {
      const judged = judgeTerms(own, facts, time)
      return !judged.ok && judged.failures.some((each) => each.term === term && each.wanted === wanted)
    })?.rule
  }
}
