import { type Denial, type DenialFacts, type DenialName, denial } from '../access/denial-codes.ts'
import type { Approval } from './approval.ts'
import type { OpenRefusal } from './approvals.ts'

/** For whoever may not ask another question now. */
export function busyDenial(refusal: OpenRefusal, facts: DenialFacts): Denial {
  const name: DenialName = 'check.busy'
  return refusal.refused === 'full' ? denial(name, facts) : denial(name, { ...facts, hint: `${refusal.seconds} s` })
}

/** How a question ends; rejects with the signal's reason. After `forMs` milliseconds it is still `pending`. */
export async function settled(approval: Approval, signal: AbortSignal, forMs?: number): Promise<Approval['state']> {
  signal.throwIfAborted()
  const cut = Promise.withResolvers<'pending'>()
  const abort = () => cut.reject(signal.reason as Error)
  const timer = forMs === undefined ? undefined : setTimeout(() => cut.resolve('pending'), forMs)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([approval.over, cut.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
