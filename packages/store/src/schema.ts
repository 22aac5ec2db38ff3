import type {
  ApiTokenId,
  AuthorityId,
  BanId,
  InvitationId,
  KeyId,
  PasskeyId,
  PendingAccountId,
  Role,
  TargetId,
  UserId,
  WebSessionId,
} from '@sallyport/model'
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
  passkeys: PasskeysTable
  totp_secrets: TotpSecretsTable
  recovery_codes: RecoveryCodesTable
  passwords: PasswordsTable
  external_identities: ExternalIdentitiesTable
  pending_accounts: PendingAccountsTable
  web_sessions: WebSessionsTable
  api_tokens: ApiTokensTable
  invitations: InvitationsTable
  login_checks: LoginChecksTable
  authorities: AuthoritiesTable
  certificates: CertificatesTable
  revoked_keys: RevokedKeysTable
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
  last_used_at: number | null
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

export interface PasskeysTable {
  id: PasskeyId
  user_id: UserId
  /** Base64url, as WebAuthn names it. */
  credential_id: string
  /** COSE key. */
  public_key: Uint8Array
  counter: number
  /** JSON list of texts. */
  transports: string
  aaguid: string
  backed_up: number
  name: string
  created_at: number
  last_used_at: number | null
}

export interface TotpSecretsTable {
  user_id: UserId
  /** Under the master key: nonce, ciphertext and tag. */
  sealed_secret: Uint8Array
  /** None until the first code was right. */
  confirmed_at: number | null
  /** Time step of the last code taken: none of it or before counts again. */
  last_step: number
  created_at: number
}

export interface RecoveryCodesTable {
  user_id: UserId
  /** SHA-256 in hex of the user's id and the code: 80 random bits need no slow hash. */
  hash: string
  created_at: number
  used_at: number | null
}

export interface PasswordsTable {
  user_id: UserId
  /** `$argon2id$…` */
  phc: string
  changed_at: number
}

export interface ExternalIdentitiesTable {
  /** Issuer identifier of the provider. */
  provider: string
  /** `sub` of its tokens. */
  subject: string
  user_id: UserId
  /** JSON list of texts: policy groups that its claims gave at the last sign-in. */
  groups: string
  linked_at: number
  last_used_at: number
}

export interface PendingAccountsTable {
  id: PendingAccountId
  /** Issuer identifier of the provider. */
  provider: string
  /** `sub` of its tokens. */
  subject: string
  email: string
  display_name: string
  first_asked_at: number
  last_asked_at: number
  /** None while nobody has decided. */
  denied_at: number | null
  denied_by: string | null
}

export interface WebSessionsTable {
  id: WebSessionId
  /** SHA-256 in hex of the cookie's value. */
  token_hash: string
  user_id: UserId
  /** `passkey`, `oidc:NAME`, `password`, `recovery-code`, `setup`. */
  method: string
  /** JSON list of `{ "factor": text, "at": milliseconds since the epoch }`. */
  factors: string
  source: string
  /** What the browser or command calls itself. */
  agent: string
  created_at: number
  last_seen_at: number
  expires_at: number
}

export interface ApiTokensTable {
  id: ApiTokenId
  /** SHA-256 in hex of the token. */
  token_hash: string
  user_id: UserId
  name: string
  /** JSON list of texts. */
  scopes: string
  created_at: number
  last_used_at: number | null
  expires_at: number
}

export interface InvitationsTable {
  id: InvitationId
  /** SHA-256 in hex of the link's secret. */
  token_hash: string
  /** `setup`: the first administrator's; `invite`: a new person's; `recover`: new credentials for a known one. */
  purpose: 'setup' | 'invite' | 'recover'
  /** Whom it is for; none for `setup` before there is anybody. */
  user_id: UserId | null
  created_by: string
  created_at: number
  expires_at: number
  used_at: number | null
}

export interface LoginChecksTable {
  user_id: UserId
  source: string
  /** Name of the target, or the address dialled. */
  target: string
  /** Empty where the door does not see it. */
  login: string
  method: string
  checked_at: number
  counts_until: number | null
}

export interface AuthoritiesTable {
  id: AuthorityId
  kind: 'user' | 'host'
  /** SSH wire form. */
  public_key: Uint8Array
  fingerprint: string
  /** `next` is believed and does not sign yet, `active` signs, `former` is believed during the overlap, `retired` is not. */
  state: 'next' | 'active' | 'former' | 'retired'
  created_at: number
  retired_at: number | null
}

export interface CertificatesTable {
  /** From 1; never used twice. */
  serial: number
  kind: 'user' | 'host'
  authority_id: AuthorityId
  /** Whom it proves; none for hosts, and for people who were removed. */
  user_id: UserId | null
  /** Login name or target name at the time. */
  subject: string
  key_id: string
  /** Of the certified key. */
  fingerprint: string
  /** JSON list of texts. */
  principals: string
  /** Seconds since the epoch, as certificates count. */
  valid_after: number
  /** Seconds since the epoch. */
  valid_before: number
  /** JSON list of `{ "factor": text, "at": milliseconds since the epoch }`: how its owner had signed in. */
  factors: string
  issued_at: number
  revoked_at: number | null
  revoked_by: string | null
  reason: string | null
}

export interface RevokedKeysTable {
  fingerprint: string
  /** SSH wire form of the plain key. */
  blob: Uint8Array
  reason: string
  revoked_by: string
  revoked_at: number
}
