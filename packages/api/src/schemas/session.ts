import { z } from 'zod'
import { count, note, port, time } from './primitives.ts'

/** One way through a session to a target: for SSH, one forwarded channel. */
export const passage = z.object({
  id: z.string(),
  /** As the client wrote it. */
  host: z.string(),
  /** Name of the inventory's entry, where it has one. */
  target: z.string().nullable(),
  address: z.string(),
  port,
  opened_at: time,
  bytes_in: count,
  bytes_out: count,
  /** The target's SSH identification line, escaped; null until it was seen. */
  inner_banner: z.string().nullable(),
})
export type Passage = z.infer<typeof passage>

export const session = z.object({
  id: z.string(),
  user: z.string(),
  door: z.literal('ssh'),
  source: z.string(),
  source_port: port,
  /** Fingerprint of the key that signed. */
  key: z.string(),
  client: z.string(),
  started_at: time,
  idle_seconds: count,
  passages: z.array(passage),
})
export type Session = z.infer<typeof session>

export const killInput = z.strictObject({
  session: z.string().min(1).max(64),
  /** Shown to the user as the connection ends. */
  reason: note.default('ended by an administrator'),
})

export const killed = z.object({ ended: z.array(z.string()) })
export type Killed = z.infer<typeof killed>
