export const AUDIT_ERROR_CODES = [
  'append-failed',
  'bad-checkpoint',
  'bad-export',
  'bad-key',
  'disk-full',
  'event-invalid',
  'log-behind-checkpoint',
  'log-broken',
  'log-closed',
  'log-overloaded',
] as const

/**
 * - `append-failed`: the store did not take the entry; the cause tells why. What the event speaks of must not happen.
 * - `bad-checkpoint`: a text is not a checkpoint.
 * - `bad-export`: a line of an exported log is neither an entry nor a checkpoint.
 * - `bad-key`: a key is not an Ed25519 key.
 * - `disk-full`: as `append-failed`, because no space is left.
 * - `event-invalid`: an event is not of its type's form: a mistake of the caller.
 * - `log-behind-checkpoint`: the log lacks entries that a signed checkpoint outside the store vouches for.
 * - `log-broken`: entries changed since the last checkpoint; no checkpoint is signed over them.
 * - `log-closed`: the log takes no more entries.
 * - `log-overloaded`: too many entries wait for the store.
 */
export type AuditErrorCode = (typeof AUDIT_ERROR_CODES)[number]

/** The only error class of this package. */
export class AuditError extends Error {
  readonly code: AuditErrorCode

  constructor(code: AuditErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AuditError'
    this.code = code
  }
}
