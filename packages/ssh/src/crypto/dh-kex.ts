import { getDiffieHellman } from 'node:crypto'
import { badKexValue, type KexHash, type KexMethod } from './kex-method.ts'

/** A MODP group of RFC 3526 under its name in node:crypto. */
export interface DhGroup {
  readonly name: string
  readonly group: 'modp14' | 'modp16' | 'modp18'
  readonly hash: KexHash
}

/**
 * RFC 4253 §8 with the groups of RFC 8268. The peer's value must lie in 2…p-2 (RFC 8268 §4): 0, 1, p-1 and
 * anything from p on is refused.
 */
export function dhKex({ name, group, hash }: DhGroup): KexMethod {
  const prime = toBigInt(getDiffieHellman(group).getPrime())
  const ephemeral = () => {
    const own = getDiffieHellman(group)
    const publicKey: Uint8Array = own.generateKeys()
    const agree = (peer: Uint8Array): Uint8Array => {
      const value = toBigInt(peer)
      if (value < 2n || value > prime - 2n) throw badKexValue('a Diffie-Hellman value outside 2…p-2')
      try {
        return own.computeSecret(peer)
      } catch (cause) {
        throw badKexValue('a Diffie-Hellman value that cannot be used', cause)
      }
    }
    return { publicKey, agree }
  }
  return {
    name,
    hash,
    secretEncoding: 'mpint',
    publicEncoding: 'mpint',
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

function toBigInt(bytes: Uint8Array): bigint {
  const hex = bytes.toHex()
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}
