import { z } from 'zod'
import { count, limit, selector, time } from './primitives.ts'

/** One event as the log holds it. `data` is the event's own fields; which those are depends on `type`. */
export const auditEvent = z.object({
  sequence: count,
  time,
  type: z.string(),
  /** Name of the user or administrator it is about, where there is one. */
  actor: z.string().nullable(),
  source: z.string().nullable(),
  session: z.string().nullable(),
  target: z.string().nullable(),
  /** One line for people. */
  summary: z.string(),
  data: z.record(z.string(), z.unknown()),
  /** Lower-case hex. */
  hash: z.string(),
})
export type AuditEvent = z.infer<typeof auditEvent>

const filters = {
  /** Event type, or its beginning: `passage` finds `passage-opened` and `passage-closed`. */
  type: selector.optional(),
  actor: selector.optional(),
  source: selector.optional(),
  session: selector.optional(),
  target: selector.optional(),
  /** Any text inside the event. */
  text: selector.optional(),
  from: time.optional(),
  to: time.optional(),
}

export const auditSearchInput = z.strictObject({
  ...filters,
  limit,
  /** Only events with a lower sequence: the `next` of the answer before. */
  before: count.optional(),
})

export const auditPage = z.object({
  /** Newest first. */
  events: z.array(auditEvent),
  /** Pass as `before` for the page that follows; null at the end. */
  next: count.nullable(),
})
export type AuditPage = z.infer<typeof auditPage>

/** Most past events a tail starts with. */
const TAIL_LAST_MAX = 1000

export const auditTailInput = z.strictObject({
  ...filters,
  last: z.int().min(0).max(TAIL_LAST_MAX).default(10),
  /** Go on with new events as they happen. */
  follow: z.boolean().default(false),
})

export const auditVerification = z.object({
  ok: z.boolean(),
  entries: count,
  checkpoints: count,
  /** Sequence of the last entry covered by a signed checkpoint; null where there is none. */
  covered: count.nullable(),
  /** The first thing that is wrong. */
  problem: z.object({ sequence: count.nullable(), kind: z.string(), message: z.string() }).nullable(),
  /** The checkpoints' public key: `ssh-ed25519 …`. */
  public_key: z.string(),
})
export type AuditVerification = z.infer<typeof auditVerification>

/**
 * One line of an export, an entry or a checkpoint. It travels as a text inside JSON, since hashes and signatures cover its
 * very bytes: parsed and printed again, an escaped character would come out another way.
 */
export const auditExportLine = z.object({ line: z.string() })
export type AuditExportLine = z.infer<typeof auditExportLine>
