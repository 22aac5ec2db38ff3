import { z } from 'zod'
import { time } from './primitives.ts'

/** An SSH login that waits for its owner: what the page shows, to be held against the terminal. */
export const approval = z.object({
  /** Short code that the terminal shows as well: `K7QP-3MXD`. */
  code: z.string(),
  state: z.enum(['pending', 'approved', 'denied', 'expired']),
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
  asked_at: time,
  /** Until when it may be decided. */
  expires_at: time,
})
export type Approval = z.infer<typeof approval>

/** Longest code as people may write it, in characters. */
const CODE_MAX = 32
/** As the terminal shows it; case, spaces and dashes do not count. */
export const approvalCode = z.string().min(1).max(CODE_MAX)
