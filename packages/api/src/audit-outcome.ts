/** How an event ended, as people sort the log. */
export const AUDIT_OUTCOMES = ['allowed', 'denied', 'failed', 'banned', 'opened', 'ended', 'done'] as const
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number]

const OUTCOMES: Readonly<Record<string, AuditOutcome>> = {
  'access-granted': 'allowed',
  'authentication-succeeded': 'allowed',
  'authentication-failed': 'denied',
  'signed-in': 'allowed',
  'check-passed': 'allowed',
  'passage-failed': 'failed',
  'penalty-applied': 'banned',
  'ban-added': 'banned',
  'passage-opened': 'opened',
  'connection-opened': 'opened',
}

/** The outcome of events of a type; what is neither a decision nor a beginning or end is `done`. */
export function auditOutcome(type: string): AuditOutcome {
  const known = Object.hasOwn(OUTCOMES, type) ? OUTCOMES[type] : undefined
  if (known !== undefined) return known
  if (/-(denied|refused)$/.test(type)) return 'denied'
  return /-(closed|ended|stopped)$/.test(type) ? 'ended' : 'done'
}
