import type { ApiError, Approval } from '@sallyport/api'

/** `gone`: whoever waited has hung up. */
export type Standing = Approval['state'] | 'gone'

/** How a question stands: what was read last, unless the gateway no longer has it. */
export function standingOf({ state, expires_at }: Approval, error: ApiError | null, now: Date): Standing {
  if (state !== 'pending' || error?.reason !== 'approval.not-found') return state
  return now.getTime() < Date.parse(expires_at) ? 'gone' : 'expired'
}
