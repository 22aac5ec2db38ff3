import { utf8Bytes } from '@sallyport/wire'
import type { Role } from './legal-messages.ts'

/** Extension names of RFC 8308 and OpenSSH's PROTOCOL that this package knows. */
export const EXTENSION = {
  /** Server: comma-separated signature algorithms it takes for user keys, RFC 8308 §3.1. */
  serverSigAlgs: 'server-sig-algs',
  /** Server: takes publickey-hostbound-v00@openssh.com. */
  publickeyHostbound: 'publickey-hostbound@openssh.com',
  /** Answers SSH2_MSG_PING. */
  ping: 'ping@openssh.com',
  /** Client: takes a second EXT_INFO during authentication. */
  extInfoInAuth: 'ext-info-in-auth@openssh.com',
} as const

const PRESENT = utf8Bytes('0')

/** Every signature algorithm that this package verifies: plain names, as OpenSSH lists them. */
export const SIGNATURE_ALGORITHMS: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

const clientExtensions: ReadonlyMap<string, Uint8Array> = new Map([[EXTENSION.extInfoInAuth, PRESENT]])
const serverExtensions: ReadonlyMap<string, Uint8Array> = new Map([
  [EXTENSION.serverSigAlgs, utf8Bytes(SIGNATURE_ALGORITHMS.join(','))],
  [EXTENSION.publickeyHostbound, PRESENT],
  [EXTENSION.ping, PRESENT],
])

/** What our first EXT_INFO says unless the owner of the transport says otherwise. Shared by all connections. */
export function defaultExtensions(role: Role): ReadonlyMap<string, Uint8Array> {
  return role === 'client' ? clientExtensions : serverExtensions
}

/** The algorithms in a server's `server-sig-algs`; undefined if it did not say. */
export function serverSignatureAlgorithms(extensions: ReadonlyMap<string, Uint8Array>): readonly string[] | undefined {
  const value = extensions.get(EXTENSION.serverSigAlgs)
  return value === undefined ? undefined : new TextDecoder().decode(value).split(',')
}
