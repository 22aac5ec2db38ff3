import { z } from 'zod'
import { count, time } from './primitives.ts'

/** An SSH login that waits for its owner: what the page shows, to be held against the terminal. */
export const approval = z.object({
  /** Short code that the terminal shows as well: `K7QP-3MXD`. */
  code: z.string(),
  /** `reported`: denied by its owner, who never asked for it. */
  state: z.enum(['pending', 'approved', 'denied', 'reported', 'expired']),
  /** SSH session that asked. */
  session: z.string(),
  /** Address that it comes from. */
  source: z.string(),
  /** What the SSH client calls itself, printable. */
  client: z.string(),
  /** `SHA256:…` of the key that it proved. */
  key: z.string(),
  /** Name of the target, or the address as it was typed; null for a sign-in as a whole. */
  target: z.string().nullable(),
  port: z.int().nullable(),
  /** Login name there; null where the door does not see it. */
  login: z.string().nullable(),
  /** Whether the caller comes from the same address. */
  from_here: z.boolean(),
  /** Where the policy demands it: `ssh[0], line 14`. */
  rule: z.string(),
  /** Proofs that answer it, of those the caller has. */
  methods: z.array(z.enum(['passkey', 'totp'])),
  /** Longest time in seconds that a yes may count for other logins; 0: for this one alone. */
  keep_max_seconds: count,
  /** What was chosen of it; null until it is approved. */
  kept_seconds: count.nullable(),
  asked_at: time,
  /** Until when it may be decided. */
  expires_at: time,
})
export type Approval = z.infer<typeof approval>

/** Seconds that a yes counts for other logins from the same address to the same place; 0: for this one alone. */
export const keepSeconds = count.default(0)

/** A second factor that the SSH door remembers, so that it does not ask again. */
export const rememberedCheck = z.object({
  id: z.string(),
  /** Address that it counts for. */
  source: z.string(),
  /** Name of the target, or the address; null for signing in. */
  target: z.string().nullable(),
  method: z.enum(['passkey', 'totp']),
  checked_at: time,
  /** Latest end; a rule with a shorter period asks before. */
  until: time,
})
export type RememberedCheck = z.infer<typeof rememberedCheck>

/** Longest code as people may write it, in characters. */
const CODE_MAX = 32
/** As the terminal shows it; case, spaces and dashes do not count. */
export const approvalCode = z.string().min(1).max(CODE_MAX)
