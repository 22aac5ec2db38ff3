export type { AccessRequest, Destination } from './access-request.ts'
export { FACTOR_KINDS, type Factor, type FactorKind } from './factor.ts'
export {
  type ApiTokenId,
  type AuthorityId,
  type BanId,
  ID_RANDOM_BYTES,
  type InvitationId,
  type KeyId,
  makeId,
  type PassageId,
  type PasskeyId,
  type PendingAccountId,
  parseId,
  type SessionId,
  type TargetId,
  type UserId,
  type WebSessionId,
} from './ids.ts'
export type { CertificateProof, Principal, Proof } from './principal.ts'
export { Secret } from './secret.ts'
export { isShown, shownName, shownText } from './shown-text.ts'
export { isTag, isTargetName, TARGET_NAME_MAX, type Target } from './target.ts'
export { isUserName, ROLES, type Role, USER_NAME_MAX, type User, type UserKey } from './user.ts'
