import type { Principal } from '@sallyport/model'
import {
  type CompiledPolicy,
  hasTerms,
  judgeTerms,
  type Query,
  type RuleRef,
  type SshRuleRef,
  type SshTermFacts,
  type SshTerms,
  sshTermRules,
  type TermFailure,
  type TermFailureCode,
  type TermLimits,
  termsFor,
  unmetFactors,
} from '@sallyport/policy'
import { ASKED_KINDS, type AskedKind, CHECK_COUNTS_MS, type Check, checksAsFactors } from './asked-factors.ts'
import type { DenialName } from './denial-codes.ts'

/** What terms of the policy ask about a connection, as it is when they ask. */
export interface ConnectionFacts {
  /** Whether its key exchange withstands a quantum computer. */
  readonly postQuantum: () => boolean
  /** Second factors that were asked for and count for a way to this target; none where nobody is asked. */
  readonly checks?: (place: string) => readonly Check[]
}

/** What a decision is taken over beside who, whence and where. */
export interface Circumstances {
  readonly connection: ConnectionFacts
  /** Milliseconds since the epoch. */
  readonly now: number
  /** When the way was opened, or now: proofs have to be fresh at that moment, and not for as long as it is open. */
  readonly openedAt: number
}

/** What ends a way that is open. */
export interface WayLimits extends TermLimits {
  readonly postQuantum: boolean
}

export type TermsDenial = Extract<DenialName, `policy.${TermFailureCode}`>

/** The answer of the terms alone. */
export type TermsAnswer =
  | { readonly met: true /** Undefined where nothing goes on holding. */; readonly limits: WayLimits | undefined }
  | {
      readonly met: false
      readonly denied: TermsDenial
      /** What may be told to the person: nothing of the policy that they do not need to fulfil it. */
      readonly hint: string | undefined
      /** The line that demands it. */
      readonly rule: RuleRef | SshRuleRef | undefined
      /** One of each would let them through, and can be asked for; undefined where asking does not help. */
      readonly wants: readonly (readonly AskedKind[])[] | undefined
      /** Milliseconds that proofs of them count on other connections. */
      readonly keepMs: number
    }

const MET: TermsAnswer = { met: true, limits: undefined }

/** What the SSH door can do with a way: it copies bytes, and neither understands nor keeps them. */
export const BLIND_DOOR = { inspect: false, record: false } as const

/** The terms of a policy for the SSH door; `undefined` where it has none, and then nobody has to ask. */
export function doorTerms(
  compiled: CompiledPolicy,
):
  | ((principal: Principal, query: Query, circumstances: Circumstances, checks?: readonly Check[]) => TermsAnswer)
  | undefined {
  if (!hasTerms(compiled.policy, 'ssh')) return undefined
  return (principal, query, circumstances, checks = []) => {
    const terms = termsFor(compiled, query)
    if (terms === undefined) return MET
    const facts = factsOf(principal, circumstances, checks)
    const judged = judgeTerms(terms, facts, circumstances.now)
    if (!judged.ok) return refusal(judged.failures, compiled, query, { terms, facts, now: circumstances.now })
    const { idleMs, sessionMs, endsAt, postQuantum } = judged.obligations
    if (idleMs === undefined && sessionMs === undefined && endsAt === undefined && !postQuantum) return MET
    return {
      met: true,
      limits: {
        postQuantum,
        ...(idleMs === undefined ? {} : { idleMs }),
        ...(sessionMs === undefined ? {} : { sessionMs }),
        ...(endsAt === undefined ? {} : { endsAt }),
      },
    }
  }
}

function factsOf(
  { sourceAddress, proof }: Principal,
  { connection, openedAt }: Circumstances,
  checks: readonly Check[],
): SshTermFacts {
  return {
    source: sourceAddress,
    factors: [...proof.factors, ...checksAsFactors(checks, openedAt)].map(({ kind, provedAt }) => ({
      kind,
      ageMs: openedAt - provedAt,
    })),
    command: proof.certificate?.forceCommand,
    postQuantum: connection.postQuantum(),
    door: BLIND_DOOR,
  }
}

function refusal(
  failures: readonly TermFailure[],
  compiled: CompiledPolicy,
  query: Query,
  { terms, facts, now }: { readonly terms: SshTerms; readonly facts: SshTermFacts; readonly now: number },
): TermsAnswer {
  const [first] = failures
  if (first === undefined) throw new Error('unreachable: terms failed without a reason')
  const fails = (own: SshTerms): boolean => {
    const judged = judgeTerms(own, facts, now)
    return !judged.ok && judged.failures.some(({ term, wanted }) => term === first.term && wanted === first.wanted)
  }
  const demanding = sshTermRules(compiled, query).find(({ terms }) => fails(terms))
  // Whoever may come at all may know when, and with what; which networks there are is the policy's business.
  const told = first.term === 'hours' || first.term === 'factor'
  return {
    met: false,
    denied: `policy.${first.term}`,
    hint: told ? first.wanted : undefined,
    rule: demanding?.rule,
    wants: failures.every(({ term }) => term === 'factor') ? askable(terms, facts) : undefined,
    keepMs: Math.min(CHECK_COUNTS_MS, ...unmetFactors(terms, facts).map(({ withinMs }) => withinMs ?? CHECK_COUNTS_MS)),
  }
}

/** What would have to be asked for; undefined where some demand is for what nobody can be asked for, such as another key. */
function askable(terms: SshTerms, facts: SshTermFacts): readonly (readonly AskedKind[])[] | undefined {
  const wants = unmetFactors(terms, facts).map(({ oneOf }) => ASKED_KINDS.filter((kind) => oneOf.includes(kind)))
  return wants.every((kinds) => kinds.length > 0) ? wants : undefined
}
