import { z } from 'zod'
import { note, time } from './primitives.ts'

export const ban = z.object({
  id: z.string(),
  /** Address or CIDR that may not connect. */
  source: z.string(),
  /** `ban` was set by a person; `penalty` was earned and ends by itself. */
  kind: z.enum(['ban', 'penalty']),
  reason: z.string(),
  by: z.string(),
  created_at: time,
  /** Null where it lasts until lifted. */
  until: time.nullable(),
})
export type Ban = z.infer<typeof ban>

/** Longest ban that ends by itself, in seconds: ten years; longer is better said as "for good". */
const BAN_SECONDS_MAX = 10 * 365 * 86_400

export const banInput = z.strictObject({
  /** Address or CIDR. */
  source: z.string().min(2).max(64),
  /** Left out: until lifted. */
  seconds: z.int().min(1).max(BAN_SECONDS_MAX).optional(),
  reason: note.default(''),
})
