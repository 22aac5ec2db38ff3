export { type CertificateAuthority, localAuthority } from './authority/certificate-authority.ts'
export {
  HOST_CERTIFICATE_SECONDS,
  type HostCertificateFacts,
  hostCertificateRequest,
} from './authority/host-certificate.ts'
export { formatKeyId, type KeyIdFacts, parseKeyId } from './authority/key-id.ts'
export { acceptedPrincipals, type LoginGrant, PRINCIPALS_MAX, principalsOf } from './authority/principals.ts'
export {
  USER_CERTIFICATE_MAX_SECONDS,
  USER_CERTIFICATE_SECONDS,
  type UserCertificateFacts,
  userCertificateRequest,
} from './authority/user-certificate.ts'
export { hashRecoveryCode, makeRecoveryCodes, RECOVERY_CODES } from './codes/recovery-codes.ts'
export { TOTP_SECRET_BYTES, totpSecretText, totpStep, totpUri } from './codes/totp.ts'
export { IdentityError, type IdentityErrorCode } from './errors.ts'
export { type AccountDecision, type AccountRefusal, accountFor, type KnownAccounts } from './oidc/account.ts'
export { isGroupName } from './oidc/claims.ts'
export { ANSWER_MAX_BYTES } from './oidc/guarded-fetch.ts'
export { OidcClient, type OidcClientParts, type OidcFlow } from './oidc/oidc-client.ts'
export { issuerProblem, type OidcIdentity, type OidcProvider } from './oidc/provider.ts'
export { checkProvider, type ProviderCheck } from './oidc/provider-checks.ts'
export { Ceremonies } from './passkeys/ceremonies.ts'
export {
  PasskeyCeremonies,
  type PasskeyOwner,
  type PasskeyPurpose,
  type RegisteredPasskey,
  type RelyingParty,
  type StoredPasskey,
} from './passkeys/passkey-ceremonies.ts'
export { PASSWORD_MAX_BYTES, PASSWORD_MIN, PasswordHasher, passwordProblem } from './passwords/password-hash.ts'
