/**
 * Signature algorithms a server takes for user keys, plain names, preferred first; also what it lists in `server-sig-algs`
 * (RFC 8308 §3.1). All that `keys/` can verify, so SHA-1 and DSA are not among them.
 */
export const USER_SIGNATURE_ALGORITHMS: readonly string[] = [
  'ssh-ed25519',
  'sk-ssh-ed25519@openssh.com',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa-sha2-512',
  'rsa-sha2-256',
]
