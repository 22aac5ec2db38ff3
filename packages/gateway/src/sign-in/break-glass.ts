import type { AuditEvent } from '@sallyport/audit'
import type { User } from '@sallyport/model'

/** An emergency way into an account that administers the gateway; others' are told by their own events. */
export function breakGlass(
  record: (event: AuditEvent) => void,
  { name: user, role }: User,
  how: { readonly means: 'recovery-code' | 'local-link'; readonly actor: string; readonly source?: string },
): void {
  if (role === 'owner' || role === 'admin') record({ type: 'break-glass', user, role, ...how })
}
