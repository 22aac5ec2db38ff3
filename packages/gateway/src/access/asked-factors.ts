import type { FactorKind } from '@sallyport/model'

/** Kinds of proof that the SSH door can ask for: a passkey in the browser, a one-time code in the terminal. */
export const ASKED_KINDS = ['passkey', 'totp'] as const satisfies readonly FactorKind[]
export type AskedKind = (typeof ASKED_KINDS)[number]

/** A second factor that somebody gave when they were asked. */
export interface Check {
  readonly kind: AskedKind
  /** Milliseconds since the epoch. */
  readonly provedAt: number
  /** It was asked for on this very connection: it counts there whatever the period, also with `always`. */
  readonly here: boolean
  /** Until when its owner lets it count on other connections, in milliseconds since the epoch; undefined: as long as the policy does. */
  readonly until?: number
}

/** What would let somebody through. */
export interface Ask {
  /** One of each has to be proved; at least one, and none of them empty. */
  readonly wants: readonly (readonly AskedKind[])[]
  /** Whether a certificate that was got by signing in to the console would do as well. */
  readonly orCertificate: boolean
  /** Whether it is to be proved for each connection anew, and what is kept does not count. */
  readonly once: boolean
  /** Milliseconds that a proof can count on other connections, by the policy in force; 0 for none. */
  readonly keepMs: number
  /** What the check is kept under. */
  readonly place: string
  /** Where the policy demands it. */
  readonly rule: string
}

/**
 * Milliseconds that a check of an earlier connection counts where the policy says nothing shorter: as `checkPeriod` where a
 * rule names none. Without it, a demand without `within` would be met for ever.
 */
export const CHECK_COUNTS_MS = 12 * 60 * 60 * 1000

/** Checks as proofs for the terms of a policy, at a moment in milliseconds since the epoch. */
export function checksAsFactors(checks: readonly Check[], at: number) {
  return checks
    .filter((check) => check.here || (at - check.provedAt < CHECK_COUNTS_MS && isLet(check, at)))
    .map(({ kind, provedAt }) => ({ kind, provedAt }))
}

/** Whether one of the checks is good for a rule that checks. A later one than the moment is of another connection, and good. */
export function isChecked(checks: readonly Check[], periodSeconds: number, at: number): boolean {
  return checks.some(
    (check) => check.here || (Math.max(0, at - check.provedAt) < periodSeconds * 1000 && isLet(check, at)),
  )
}

/** Whether its owner lets it count. */
function isLet({ until = Number.POSITIVE_INFINITY }: Check, at: number): boolean {
  return at < until
}
