export { type ApiToken, ApiTokens } from './api-tokens.ts'
export { AuditCheckpoints, type CheckpointRow } from './audit-checkpoints.ts'
export {
  type AuditColumn,
  AuditCounter,
  type AuditCountQuery,
  type AuditCounts,
  type ValueCount,
} from './audit-counter.ts'
export { AuditEntries, type AuditEntryQuery, type AuditEntryRow } from './audit-entries.ts'
export { Authorities, type Authority } from './authorities.ts'
export { type Ban, Bans, type NewBan } from './bans.ts'
export {
  type CertificateFilter,
  Certificates,
  type FactorAt,
  type IssuedCertificate,
  type NewCertificate,
} from './certificates.ts'
export { ChangeFeed, type ChangeListener, TOPICS, type Topic } from './change-feed.ts'
export { STORE_ERROR_CODES, StoreError, type StoreErrorCode } from './errors.ts'
export { ExternalIdentities, type ExternalIdentity } from './external-identities.ts'
export { type Invitation, Invitations } from './invitations.ts'
export { LineFile } from './line-file.ts'
export { type LoginCheck, LoginChecks, type WhichLoginChecks } from './login-checks.ts'
export { type NewPasskey, type Passkey, Passkeys } from './passkeys.ts'
export {
  DENIAL_LIFE_MS,
  PENDING_LIFE_MS,
  PENDING_MAX,
  PENDING_PER_PROVIDER_MAX,
  type PendingAccount,
  PendingAccounts,
} from './pending-accounts.ts'
export { type PolicyVersion, PolicyVersions } from './policy-versions.ts'
export { type RevokedKey, RevokedKeys } from './revoked-keys.ts'
export { SecondFactors, type TotpSecret } from './second-factors.ts'
export { type SettingKey, Settings } from './settings.ts'
export { openStore, type Repositories, type Store, type StoreOptions } from './store.ts'
export { type NewTarget, type TargetChange, Targets } from './targets.ts'
export { type KnownKey, type NewUserKey, UserKeys } from './user-keys.ts'
export { type NewUser, type UserChange, Users } from './users.ts'
export { type NewWebSession, type WebSession, WebSessions } from './web-sessions.ts'
