import { z } from 'zod'
import { identity } from './account.ts'
import { count, role, time } from './primitives.ts'

export const key = z.object({
  id: z.string(),
  user: z.string(),
  /** SSH key type, e.g. `ssh-ed25519`. */
  type: z.string(),
  fingerprint: z.string(),
  comment: z.string(),
  added_at: time,
  /** When it last let its owner in, to the minute. */
  last_used_at: time.nullable(),
  /** `type base64 comment`: a line for authorized_keys. */
  line: z.string(),
})
export type Key = z.infer<typeof key>

export const user = z.object({
  id: z.string(),
  name: z.string(),
  display_name: z.string(),
  role,
  disabled: z.boolean(),
  created_at: time,
  /** How many keys prove this user. */
  keys: count,
  /** Live sessions. */
  sessions: count,
})
export type User = z.infer<typeof user>

export const userDetail = user.extend({
  public_keys: z.array(key),
  /** Who they are at identity providers. */
  identities: z.array(identity),
})
export type UserDetail = z.infer<typeof userDetail>

/** Longest line of a public key, in characters: an RSA key of 16384 bits takes 2.8 thousand, a certificate a few more. */
export const KEY_LINE_MAX = 16_384
export const keyLine = z.string().min(1).max(KEY_LINE_MAX)
