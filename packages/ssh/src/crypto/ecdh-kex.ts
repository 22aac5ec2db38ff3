import { createECDH } from 'node:crypto'
import { badKexValue, type KexHash, type KexMethod } from './kex-method.ts'

/** First octet of an uncompressed point, SEC 1 §2.3.3; RFC 5656 lets us refuse the compressed forms, as OpenSSH does. */
const UNCOMPRESSED = 0x04

export interface EcdhCurve {
  readonly name: string
  readonly curve: 'prime256v1' | 'secp384r1' | 'secp521r1'
  readonly fieldBytes: number
  readonly hash: KexHash
}

/** RFC 5656 §4. The peer's point must be uncompressed and on the curve, so infinity (one zero octet) is out as well. */
export function ecdhKex({ name, curve, fieldBytes, hash }: EcdhCurve): KexMethod {
  const pointBytes = 1 + 2 * fieldBytes
  const ephemeral = () => {
    const own = createECDH(curve)
    const publicKey: Uint8Array = own.generateKeys()
    const agree = (peer: Uint8Array): Uint8Array => {
      if (peer.length !== pointBytes || peer[0] !== UNCOMPRESSED) throw badKexValue('an ECDH point of a wrong form')
      try {
        return own.computeSecret(peer)
      } catch (cause) {
        throw badKexValue('an ECDH point off its curve', cause)
      }
    }
    return { publicKey, agree }
  }
  return {
    name,
    hash,
    secretEncoding: 'mpint',
    publicEncoding: 'string',
    postQuantum: false,
    start() {
      const own = ephemeral()
      return { init: own.publicKey, finish: own.agree }
    },
    respond(init) {
      const own = ephemeral()
      return { reply: own.publicKey, secret: own.agree(init) }
    },
  }
}
