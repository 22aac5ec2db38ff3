import type { TermFacts } from './judge-terms.ts'
import { demandMet, type FactorDemand } from './kinds/factors.ts'
import type { SshTerms } from './ssh-terms.ts'

/** Demands for proofs that the facts do not meet: what somebody would have to prove as well. */
export function unmetFactors(
  { factors = [] }: Pick<SshTerms, 'factors'>,
  facts: Pick<TermFacts, 'factors'>,
): readonly FactorDemand[] {
  return factors.filter((demand) => !demandMet(demand, facts.factors))
}
