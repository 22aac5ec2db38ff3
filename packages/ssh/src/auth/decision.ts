import { AUTH_METHODS, type AuthMethod } from './claim.ts'
import type { PromptRound } from './methods/keyboard-interactive.ts'

/**
 * What a decider answers. `T` is the caller's own idea of an identity.
 * `continueWith`: the methods that may follow a partial success; at least one, all of them switched on. `graceMs`: the rest
 * may take so long from now, where that is later than the login would end.
 */
export type AuthDecision<T> =
  | { readonly outcome: 'success'; readonly identity: T }
  | { readonly outcome: 'partial'; readonly continueWith: readonly AuthMethod[]; readonly graceMs?: number }
  | { readonly outcome: 'failure' }
  /** Keyboard-interactive only: ask (further) questions. */
  | { readonly outcome: 'prompt'; readonly round: PromptRound }

/**
 * Reads an answer as if it came from a stranger: a decider is code that waits, throws and races, and whatever it hands
 * over that is not exactly one of the answers must not become a success (V-B05). `undefined` for anything else.
 */
export function readDecision<T>(
  answer: AuthDecision<T>,
  enabled: ReadonlySet<AuthMethod>,
): AuthDecision<T> | undefined {
  if (typeof answer !== 'object' || answer === null || answer instanceof Error) return undefined
  switch (answer.outcome) {
    case 'success':
      return Object.hasOwn(answer, 'identity') && answer.identity !== undefined ? answer : undefined
    case 'partial':
      return isMethodList(answer.continueWith, enabled) && isGrace(answer.graceMs) ? answer : undefined
    case 'failure':
      return answer
    case 'prompt':
      return typeof answer.round === 'object' && answer.round !== null ? answer : undefined
    default:
      return undefined
  }
}

/** Nobody may take longer than this over the rest of a login, in milliseconds. */
export const MAX_GRACE_MS = 600_000

function isGrace(value: number | undefined): boolean {
  return value === undefined || (Number.isFinite(value) && value >= 0 && value <= MAX_GRACE_MS)
}

function isMethodList(value: readonly AuthMethod[], enabled: ReadonlySet<AuthMethod>): boolean {
  if (!Array.isArray(value) || value.length === 0) return false
  return value.every((method) => AUTH_METHODS.includes(method) && method !== 'none' && enabled.has(method))
}
