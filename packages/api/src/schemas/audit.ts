import { z } from 'zod'
import { AUDIT_OUTCOMES } from '../audit-outcome.ts'
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

/** Values of one filter, at most: more than a person chooses, and they fit into an address. */
const VALUES_MAX = 50
/** A value, or several of which one has to fit. In a query the field is given once for each. */
const anyOf = <Value extends z.ZodType>(value: Value) =>
  z.union([value, z.array(value).min(1).max(VALUES_MAX)]).optional()

const filters = {
  /** Event type, or its beginning: `passage` finds `passage-opened` and `passage-closed`. */
  type: anyOf(selector),
  /** How it ended: `denied` finds every refusal. */
  outcome: anyOf(z.enum(AUDIT_OUTCOMES)),
  actor: anyOf(selector),
  source: anyOf(selector),
  session: anyOf(selector),
  target: anyOf(selector),
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

/** Buckets of a histogram, at most: a bar needs some pixels. */
const BUCKETS_MAX = 200
/** Minutes between UTC and the clock furthest from it, and some. */
const OFFSET_MAX = 24 * 60

export const auditCountInput = z.strictObject({
  ...filters,
  buckets: z.int().min(1).max(BUCKETS_MAX).default(96),
  /** Minutes that the reader's clock is east of UTC: buckets of hours and days begin by it. */
  utc_offset: z.int().min(-OFFSET_MAX).max(OFFSET_MAX).default(0),
})

const valueCounts = z.object({
  /** The most frequent first. */
  values: z.array(z.object({ value: z.string(), count })),
  /** How many other values there are. */
  more: count,
})
export type AuditValueCounts = z.infer<typeof valueCounts>

export const auditCounts = z.object({
  /** Events that fit. */
  total: count,
  denied: count,
  /** False: there are more than are counted one by one, and `from` is the oldest of those that were. */
  complete: z.boolean(),
  from: time,
  /** The end, which is not counted. */
  to: time,
  bucket_seconds: count,
  /** When the first bucket begins. */
  start: time,
  /** One behind the other, the empty ones too. */
  buckets: z.array(z.object({ count, denied: count })),
  /** Of each column that can be filtered by, as if it were not: what else there is to choose. The newest, where many fit. */
  outcomes: valueCounts,
  types: valueCounts,
  actors: valueCounts,
  targets: valueCounts,
})
export type AuditCounts = z.infer<typeof auditCounts>

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
