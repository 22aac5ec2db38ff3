/** What one side offers in KEXINIT, each list in order of preference (RFC 4253 §7.1). */
export interface AlgorithmLists {
  readonly kex: readonly string[]
  readonly serverHostKey: readonly string[]
  readonly cipherClientToServer: readonly string[]
  readonly cipherServerToClient: readonly string[]
  readonly macClientToServer: readonly string[]
  readonly macServerToClient: readonly string[]
  readonly compressionClientToServer: readonly string[]
  readonly compressionServerToClient: readonly string[]
}

export type AlgorithmProfileName = 'modern' | 'pq-only' | 'legacy'

const postQuantumKex = ['mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com']

const ellipticKex = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
]

const plainHostKeys = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** Certificates first: a client that trusts the authority needs no known_hosts entry. Names as in OpenSSH's PROTOCOL.certkeys. */
const certifiedHostKeys = [
  'ssh-ed25519-cert-v01@openssh.com',
  'ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'ecdsa-sha2-nistp384-cert-v01@openssh.com',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com',
  'sk-ssh-ed25519-cert-v01@openssh.com',
  'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'rsa-sha2-512-cert-v01@openssh.com',
  'rsa-sha2-256-cert-v01@openssh.com',
]

const modernCiphers = [
  'aes256-gcm@openssh.com',
  'aes128-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes256-ctr',
  'aes192-ctr',
  'aes128-ctr',
]

const modernMacs = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com']

function lists(kex: readonly string[], macs: readonly string[]): AlgorithmLists {
  return {
    kex,
    serverHostKey: [...certifiedHostKeys, ...plainHostKeys],
    cipherClientToServer: modernCiphers,
    cipherServerToClient: modernCiphers,
    macClientToServer: macs,
    macServerToClient: macs,
    compressionClientToServer: ['none'],
    compressionServerToClient: ['none'],
  }
}

/**
 * `modern` is the default; `pq-only` refuses exchanges that a later quantum computer could open; `legacy` adds modular
 * Diffie-Hellman and encrypt-and-MAC for devices that know nothing newer. No profile holds SHA-1, DSA or CBC.
 *
 * The markers of RFC 8308 (`ext-info-*`) and strict key exchange are no methods: the transport adds them.
 */
export const algorithmProfiles: Readonly<Record<AlgorithmProfileName, AlgorithmLists>> = {
  modern: lists([...postQuantumKex, ...ellipticKex], modernMacs),
  'pq-only': lists(postQuantumKex, modernMacs),
  legacy: lists(
    [
      ...postQuantumKex,
      ...ellipticKex,
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
    [...modernMacs, 'hmac-sha2-256', 'hmac-sha2-512'],
  ),
}
