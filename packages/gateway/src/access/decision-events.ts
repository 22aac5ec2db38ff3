import type { AuditEvent } from '@sallyport/audit'
import type { AuthorizeParts, DecisionRecord } from './authorize.ts'

/** Writes decisions into the audit log: `record` resolves when the event is there. */
export function decisionEvents(
  record: (event: AuditEvent) => Promise<unknown>,
): Pick<AuthorizeParts, 'recordGrant' | 'recordDenial'> {
  return {
    async recordGrant(decision, rule) {
      await record({ type: 'access-granted', ...factsOf(decision), rule })
    },
    async recordDenial(decision, denied, reason) {
      await record({
        type: 'access-denied',
        ...factsOf(decision),
        reason: denied === reason ? denied : `${denied} ${reason}`,
      })
    },
  }
}

function factsOf({ principal, destination, target, ...rest }: DecisionRecord) {
  return {
    actor: principal.name,
    session: principal.sessionId,
    source: principal.sourceAddress,
    ...rest,
    destinationHost: destination.host,
    destinationPort: destination.port,
    target: target?.name,
  }
}
