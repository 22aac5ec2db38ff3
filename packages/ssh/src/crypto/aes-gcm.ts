import { createCipheriv, createDecipheriv } from 'node:crypto'
import { InvocationCounter } from './invocation-counter.ts'
import { lengthPiece } from './length-piece.ts'
import { GCM_NONCE_BYTES, GCM_TAG_BYTES, type GcmAlgorithm } from './libcrypto.ts'
import { macIncorrect } from './mac-incorrect.ts'
import { LENGTH_BYTES, type PacketOpener, type PacketSealer, packetLength } from './packet-protection.ts'

/** RFC 5647 §7.1 with OpenSSH's names: 4 bytes fixed, 8 bytes invocation counter. */
export const GCM_IV_BYTES = GCM_NONCE_BYTES
const AES_BLOCK_BYTES = 16

/** The packet length travels in the clear as additional data; the rest is one GCM invocation a packet. */
const shape = { blockBytes: AES_BLOCK_BYTES, lengthPadded: false, tagBytes: GCM_TAG_BYTES } as const
const options = { authTagLength: GCM_TAG_BYTES } as const

/** Seals with AES-GCM, RFC 5647. Takes its own copies of `key` and `iv`. */
export function aesGcmSealer(name: string, algorithm: GcmAlgorithm, key: Uint8Array, iv: Uint8Array): PacketSealer {
  const cipherKey = new Uint8Array(key)
  const nonce = new InvocationCounter(iv)
  return {
    ...shape,
    name,
    seal(_sequence, packet, out) {
      const length = lengthPiece(packet)
      const cipher = createCipheriv(algorithm, cipherKey, nonce.bytes, options)
      cipher.setAAD(length)
      out.push(length, cipher.update(packet.subarray(LENGTH_BYTES)))
      cipher.final()
      out.push(cipher.getAuthTag())
      nonce.step()
    },
  }
}

/** Opens AES-GCM packets, RFC 5647. Takes its own copies of `key` and `iv`. */
export function aesGcmOpener(name: string, algorithm: GcmAlgorithm, key: Uint8Array, iv: Uint8Array): PacketOpener {
  const cipherKey = new Uint8Array(key)
  const nonce = new InvocationCounter(iv)
  return {
    ...shape,
    name,
    headBytes: LENGTH_BYTES,
    length: (_sequence, head) => packetLength(head),
    open(_sequence, wire) {
      const end = wire.length - GCM_TAG_BYTES
      if (end < LENGTH_BYTES) throw macIncorrect()
      const decipher = createDecipheriv(algorithm, cipherKey, nonce.bytes, options)
      decipher.setAAD(wire.subarray(0, LENGTH_BYTES))
      decipher.setAuthTag(wire.subarray(end))
      const plain = decipher.update(wire.subarray(LENGTH_BYTES, end))
      try {
        decipher.final()
      } catch {
        throw macIncorrect()
      }
      nonce.step()
      return plain
    },
  }
}
