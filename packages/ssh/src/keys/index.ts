export { encodeAgentIdentity } from './agent-identity.ts'
export {
  type AuthorizedKey,
  type AuthorizedKeys,
  type AuthorizedKeysProblem,
  type KeyUse,
  keyRefusal,
  parseAuthorizedKey,
  parseAuthorizedKeys,
} from './authorized-keys.ts'
export { type Certificate, type CertificateOptions, decodeCertificate } from './certificate.ts'
export {
  type CertificateDemand,
  type CertificateGrants,
  type CertificateRefusal,
  type CertificateVerdict,
  checkCertificate,
  isSignedBy,
  optionText,
} from './certificate-check.ts'
export {
  type CertificateRequest,
  isPrincipal,
  issueCertificate,
  textOption,
  userExtensions,
} from './certificate-issue.ts'
export { certificateName, isCertificateName, type PlainKeyType, plainName } from './key-kinds.ts'
export { defaultKeyOptions, type ForwardPermission, type KeyOptions, parseKeyOptions } from './key-options.ts'
export {
  addKnownHost,
  formatKnownHosts,
  type HostAddress,
  type HostKeyVerdict,
  type HostNames,
  type KnownHostOptions,
  type KnownHosts,
  type KnownHostsEntry,
  type KnownHostsLine,
  knownHostsName,
  knownKeysOf,
  lookupHostKey,
  parseKnownHosts,
} from './known-hosts.ts'
export { allowsPeer, type HostPattern, matchesPattern, parseHostPatterns } from './name-patterns.ts'
export {
  decodePlainKey,
  type EcdsaKey,
  type Ed25519Key,
  keyFromPoint,
  type PlainKey,
  type RsaKey,
  rsaKeyFromNumbers,
  type SkEcdsaKey,
  type SkEd25519Key,
} from './plain-key.ts'
export { generatePrivateKey, PrivateKey, type PrivateKeyType } from './private-key.ts'
export {
  decodePrivateKey,
  type EncodePrivateKeyOptions,
  encodePrivateKey,
  inspectPrivateKey,
  type PassphraseOption,
  type PrivateKeyFacts,
} from './private-key-file.ts'
export {
  decodePublicKey,
  fingerprint,
  formatPublicKey,
  isCertificate,
  type PublicKey,
  type PublicKeyLine,
  parsePublicKey,
  plainKeyOf,
  samePublicKey,
  signatureAlgorithmsFor,
} from './public-key.ts'
export { type Revocation, RevocationIndex } from './revocation-check.ts'
export {
  decodeRevocationList,
  EMPTY_REVOCATION_LIST,
  encodeRevocationList,
  type RevocationList,
  type RevokedCertificates,
  type SerialRange,
} from './revocation-list.ts'
export { type SkDemand, signatureBlobAlgorithm, verifySignature, verifySkSignature } from './signature.ts'
export { type Signer, withCertificate } from './signer.ts'
export { decodeSkSignatureFacts, type SkSignatureFacts } from './sk-signature.ts'
