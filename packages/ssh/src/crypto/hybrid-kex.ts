import { hash as digest } from 'node:crypto'
import { concatBytes } from '@sallyport/wire'
import { badKexValue, type KexHash, type KexMethod } from './kex-method.ts'
import { X25519_BYTES, x25519Ephemeral } from './x25519.ts'

/** A key encapsulation mechanism, as a hybrid exchange uses it: one key pair, one encapsulation. */
export interface Kem {
  readonly name: string
  readonly publicKeyBytes: number
  readonly ciphertextBytes: number
  generate(): { readonly publicKey: Uint8Array; decapsulate(ciphertext: Uint8Array): Uint8Array }
  /** Throws for a public key that is not one. */
  encapsulate(publicKey: Uint8Array): { readonly ciphertext: Uint8Array; readonly sharedKey: Uint8Array }
}

/**
 * A KEM beside X25519 (draft-ietf-sshm-mlkem-hybrid-kex, draft-ietf-sshm-ntruprime-ssh):
 *
 *     C_INIT   KEM public key | X25519 public key
 *     S_REPLY  KEM ciphertext | X25519 public key
 *     K        hash(KEM shared key | X25519 shared secret), a string
 */
export function hybridKex(name: string, hash: KexHash, kem: Kem): KexMethod {
  const combine = (kemKey: Uint8Array, ecdhKey: Uint8Array): Uint8Array =>
    digest(hash, concatBytes(kemKey, ecdhKey), 'buffer')
  const split = (value: Uint8Array, kemBytes: number, what: string): [Uint8Array, Uint8Array] => {
    if (value.length !== kemBytes + X25519_BYTES) throw badKexValue(`a ${name} ${what} of ${value.length} bytes`)
    return [value.subarray(0, kemBytes), value.subarray(kemBytes)]
  }
  return {
    name,
    hash,
    secretEncoding: 'string',
    publicEncoding: 'string',
    postQuantum: true,
    start() {
      const own = x25519Ephemeral()
      const pair = kem.generate()
      return {
        init: concatBytes(pair.publicKey, own.publicKey),
        finish(reply) {
          const [ciphertext, point] = split(reply, kem.ciphertextBytes, 'reply')
          return combine(pair.decapsulate(ciphertext), own.agree(point))
        },
      }
    },
    respond(init) {
      const [publicKey, point] = split(init, kem.publicKeyBytes, 'init')
      const own = x25519Ephemeral()
      const ecdhKey = own.agree(point)
      let encapsulated: ReturnType<Kem['encapsulate']>
      try {
        encapsulated = kem.encapsulate(publicKey)
      } catch (cause) {
        throw badKexValue(`not a public key of ${kem.name}`, cause)
      }
      const { ciphertext, sharedKey } = encapsulated
      return { reply: concatBytes(ciphertext, own.publicKey), secret: combine(sharedKey, ecdhKey) }
    },
  }
}
