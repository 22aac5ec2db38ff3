import { z } from 'zod'
import { port, time } from './primitives.ts'

const TAGS_MAX = 64
const HOST_KEYS_MAX = 16
const HOST_KEY_LINE_MAX = 16_384
/** Longest DNS name, in characters. */
const ADDRESS_MAX = 253

export const target = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  port,
  tags: z.array(z.string()),
  /** `type base64`. */
  host_keys: z.array(z.string()),
  created_at: time,
})
export type Target = z.infer<typeof target>

const address = z.string().min(1).max(ADDRESS_MAX)
const tags = z.array(z.string().max(64)).max(TAGS_MAX)
const hostKeys = z.array(z.string().max(HOST_KEY_LINE_MAX)).max(HOST_KEYS_MAX)

export const targetInput = z.strictObject({
  name: z.string().min(1).max(253),
  address,
  port: port.default(22),
  tags: tags.default([]),
  host_keys: hostKeys.default([]),
})
export type TargetInput = z.input<typeof targetInput>

/** What is left out stays; lists are given whole. */
export const targetChange = z.strictObject({
  address: address.optional(),
  port: port.optional(),
  tags: tags.optional(),
  host_keys: hostKeys.optional(),
})
export type TargetChange = z.infer<typeof targetChange>

/** Most targets in one import. */
export const IMPORT_MAX = 5000

export const targetImportInput = z.strictObject({
  targets: z.array(targetInput).max(IMPORT_MAX),
  /** What to do with a name that is taken. */
  on_conflict: z.enum(['skip', 'replace']).default('skip'),
  /** Say what would happen, change nothing. */
  dry_run: z.boolean().default(false),
})

export const targetImport = z.object({
  added: z.array(z.string()),
  replaced: z.array(z.string()),
  skipped: z.array(z.object({ name: z.string(), why: z.string() })),
  dry_run: z.boolean(),
})
export type TargetImport = z.infer<typeof targetImport>
