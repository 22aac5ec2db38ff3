import type { BanId, KeyId, Role, TargetId, UserId } from '@sallyport/model'
import type { Generated } from 'kysely'

/*
 * The tables as Kysely sees them. Times are milliseconds since the epoch, flags 0 or 1, lists JSON text: the same in
 * every engine. `schema.sqlite.sql` is what the migrations arrive at.
 */

export interface Schema {
  users: UsersTable
  user_keys: UserKeysTable
  targets: TargetsTable
  policy_versions: PolicyVersionsTable
  audit_entries: AuditEntriesTable
  audit_checkpoints: AuditCheckpointsTable
  bans: BansTable
  settings: SettingsTable
}

export interface UsersTable {
  id: UserId
  name: string
  display_name: string
  role: Role
  disabled: number
  created_at: number
}

export interface UserKeysTable {
  id: KeyId
  user_id: UserId
  type: string
  blob: Uint8Array
  fingerprint: string
  comment: string
  added_at: number
}

export interface TargetsTable {
  id: TargetId
  name: string
  address: string
  port: number
  /** JSON list of texts. */
  tags: string
  /** JSON list of texts. */
  host_keys: string
  created_at: number
}

export interface PolicyVersionsTable {
  version: number
  text: string
  sha256: string
  author: string
  message: string
  applied_at: number
}

export interface AuditEntriesTable {
  seq: number
  time: number
  type: string
  actor: string
  session: string | null
  source: string | null
  target: string | null
  line: string
  hash: string
}

export interface AuditCheckpointsTable {
  id: Generated<number>
  seq: number
  time: number
  line: string
}

export interface BansTable {
  id: BanId
  subject: string
  reason: string
  created_by: string
  created_at: number
  until: number | null
}

export interface SettingsTable {
  key: string
  /** JSON. */
  value: string
}
