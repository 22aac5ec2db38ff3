/**
 * Ways to prove who one is: a registered key, one on a security token that was touched, the same with its PIN or a finger, a
 * certificate of an authority, a one-time code, a passkey.
 */
export const FACTOR_KINDS = ['key', 'sk-key', 'sk-key-pin', 'certificate', 'totp', 'passkey'] as const
export type FactorKind = (typeof FACTOR_KINDS)[number]

/** One thing that was proved. */
export interface Factor {
  readonly kind: FactorKind
  /** When, in milliseconds since the epoch. */
  readonly provedAt: number
}
