import { z } from 'zod'
import { count, time } from './primitives.ts'

/** Somebody as an identity provider knows them. */
export const identity = z.object({
  /** As the configuration names it; none where it is no longer declared, and then it signs nobody in. */
  provider: z.string().nullable(),
  issuer: z.string(),
  subject: z.string(),
  /** `group:NAME`: what it vouched for last. */
  groups: z.array(z.string()),
  linked_at: time,
  last_used_at: time,
})
export type Identity = z.infer<typeof identity>

/** Somebody who has proved themselves to an identity provider, and has no account. */
export const pendingAccount = z.object({
  id: z.string(),
  /** As the configuration names it; none where it is no longer declared. */
  provider: z.string().nullable(),
  issuer: z.string(),
  subject: z.string(),
  /** Verified by the provider. */
  email: z.string(),
  display_name: z.string(),
  first_asked_at: time,
  last_asked_at: time,
  /** Null: waits for an admin. */
  denied: z.object({ at: time, by: z.string() }).nullable(),
})
export type PendingAccount = z.infer<typeof pendingAccount>

export const identityProvider = z.object({
  /** As the configuration names it. */
  name: z.string(),
  /** What people read on the button. */
  title: z.string(),
  issuer: z.string(),
  client_id: z.string(),
  domains: z.array(z.string()),
  auto_join: z.boolean(),
  /** `ready`: its metadata were read within the hour, and its client secret. */
  state: z.enum(['ready', 'failed']),
  /** Why it failed; empty otherwise. */
  detail: z.string(),
  /** Identities that are linked to somebody. */
  identities: count,
})
export type IdentityProvider = z.infer<typeof identityProvider>
