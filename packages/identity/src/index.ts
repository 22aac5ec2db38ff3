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
