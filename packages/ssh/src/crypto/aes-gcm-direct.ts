import { InvocationCounter } from './invocation-counter.ts'
import { GCM_TAG_BYTES, type GcmEngine } from './libcrypto.ts'
import { macIncorrect } from './mac-incorrect.ts'
import { PacketBuffers, returnPacketBuffer } from './packet-buffers.ts'
import { LENGTH_BYTES, type PacketOpener, type PacketSealer, packetLength } from './packet-protection.ts'

/** As in aes-gcm.ts, which says the same through `node:crypto`. */
const shape = { blockBytes: 16, lengthPadded: false, tagBytes: GCM_TAG_BYTES } as const

/** Seals with AES-GCM, RFC 5647, each packet into one piece of reusable memory of its own. Takes copies of `key` and `iv`. */
export function directGcmSealer(name: string, engine: GcmEngine, key: Uint8Array, iv: Uint8Array): PacketSealer {
  const cipherKey = new Uint8Array(key)
  const nonce = new InvocationCounter(iv)
  const buffers = new PacketBuffers()
  return {
    ...shape,
    name,
    seal(_sequence, packet, out) {
      const wire = buffers.take(packet.length + GCM_TAG_BYTES)
      engine.seal(cipherKey, nonce.bytes, packet, wire)
      out.push(wire)
      nonce.step()
    },
    sealPieces(_sequence, front, data, back, out) {
      const wire = buffers.take(front.length + data.length + back.length + GCM_TAG_BYTES)
      engine.sealPieces(cipherKey, nonce.bytes, front, data, back, wire)
      out.push(wire)
      nonce.step()
    },
  }
}

/** Opens AES-GCM packets, RFC 5647, into reusable memory of its own. Takes copies of `key` and `iv`. */
export function directGcmOpener(name: string, engine: GcmEngine, key: Uint8Array, iv: Uint8Array): PacketOpener {
  const cipherKey = new Uint8Array(key)
  const nonce = new InvocationCounter(iv)
  const buffers = new PacketBuffers()
  return {
    ...shape,
    name,
    headBytes: LENGTH_BYTES,
    length: (_sequence, head) => packetLength(head),
    open(_sequence, wire) {
      const bytes = wire.length - LENGTH_BYTES - GCM_TAG_BYTES
      if (bytes <= 0) throw macIncorrect()
      const plain = buffers.take(bytes)
      if (!engine.open(cipherKey, nonce.bytes, wire, plain)) {
        returnPacketBuffer(plain)
        throw macIncorrect()
      }
      nonce.step()
      return plain
    },
  }
}
