import type { AuditEvent } from '@sallyport/audit'
import type { User } from '@sallyport/model'
import type { Repositories } from '@sallyport/store'

/** Which of a person's; all of them unless said. */
export interface ForgetWhich {
  readonly source?: string
  readonly target?: string
  readonly method?: 'passkey' | 'totp'
}

export interface Forgetting {
  readonly actor: string
  /** Why, for the audit log. */
  readonly reason: 'asked' | 'signed-out' | 'credential-removed' | 'disowned' | 'recovered' | 'user-disabled'
  readonly which?: ForgetWhich
}

/**
 * Forgets checks of a person as a part of a change, and gives how many. They count no more, and ways that rest on them end,
 * once the book was refreshed after it.
 */
export async function forgetChecks(
  { loginChecks }: Pick<Repositories, 'loginChecks'>,
  record: (event: AuditEvent) => void,
  { id: userId, name: user }: Pick<User, 'id' | 'name'>,
  { actor, reason, which = {} }: Forgetting,
): Promise<number> {
  const count = await loginChecks.remove({ userId, ...which })
  const { source: from, target } = which
  if (count > 0) record({ type: 'checks-forgotten', actor, user, count, reason, from, target })
  return count
}
