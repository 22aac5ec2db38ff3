import type { AuditRecord } from './line.ts'

/**
 * Up to which time, in milliseconds since the epoch, checkpoints belong to what an `audit-rollback-accepted` gives up: its own,
 * or a later one that it names because the clock was ahead when they were signed.
 */
export function rollbackReach({ time, fields }: AuditRecord): number {
  const until = typeof fields.until === 'string' ? Date.parse(fields.until) : Number.NaN
  return Number.isNaN(until) ? time : Math.max(time, until)
}
