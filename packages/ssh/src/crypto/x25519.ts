import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { badKexValue } from './kex-method.ts'

/** Of a public key and of the shared secret, RFC 7748 §5. */
export const X25519_BYTES = 32

/** One ephemeral X25519 key, used for one agreement. */
export interface X25519Ephemeral {
  readonly publicKey: Uint8Array
  /**
   * @throws SshError 'key-exchange-failed' for a wrong length or a point of small order (RFC 8731 §3: an all-zero
   * secret aborts the exchange; OpenSSL refuses to derive one)
   */
  agree(peer: Uint8Array): Uint8Array
}

export function x25519Ephemeral(): X25519Ephemeral {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return {
    publicKey: publicKey.export({ format: 'raw-public' }),
    agree(peer) {
      if (peer.length !== X25519_BYTES) throw badKexValue(`an X25519 value of ${peer.length} bytes`)
      try {
        const point = createPublicKey({ key: peer, format: 'raw-public', asymmetricKeyType: 'x25519' })
        return diffieHellman({ privateKey, publicKey: point })
      } catch (cause) {
        throw badKexValue('an X25519 point of small order', cause)
      }
    },
  }
}
