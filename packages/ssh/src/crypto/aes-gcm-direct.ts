import { InvocationCounter } from './invocation-counter.ts'
import { GCM_TAG_BYTES, type GcmEngine } from './libcrypto.ts'
import { macIncorrect } from './mac-incorrect.ts'
import { returnPacketBuffer, takePacketBuffer } from './packet-buffers.ts'
import { LENGTH_BYTES, type PacketOpener, type PacketSealer, packetLength } from './packet-protection.ts'

/** As in aes-gcm.ts, which says the same through `node:crypto`. */
const shape = { blockBytes: 16, lengthPadded: false, tagBytes: GCM_TAG_BYTES } as const

/** Seals with AES-GCM, RFC 5647, each packet into one piece of reusable memory. Takes its own copies of `key` and `iv`. */
export function directGcmSealer(name: string, engine: GcmEngine, key: Uint8Array, iv: Uint8Array): PacketSealer {
  const cipherKey = new Uint8Array(key)
  const nonce = new InvocationCounter(iv)
  return {
    ...shape,
    name,
    seal(_sequence, packet, out) {
      const end = packet.length
      const wire = takePacketBuffer(end + GCM_TAG_BYTES)
      const length = packet.subarray(0, LENGTH_BYTES)
      wire.set(length)
      const data = packet.subarray(LENGTH_BYTES)
      engine.seal(cipherKey, nonce.bytes, length, data, wire.subarray(LENGTH_BYTES, end), wire.subarray(end))
      out.push(wire)
      nonce.step()
    },
  }
}

/** Opens AES-GCM packets, RFC 5647, into reusable memory. Takes its own copies of `key` and `iv`. */
export function directGcmOpener(name: string, engine: GcmEngine, key: Uint8Array, iv: Uint8Array): PacketOpener {
  const cipherKey = new Uint8Array(key)
  const nonce = new InvocationCounter(iv)
  return {
    ...shape,
    name,
    headBytes: LENGTH_BYTES,
    length: (_sequence, head) => packetLength(head),
    open(_sequence, wire) {
      const end = wire.length - GCM_TAG_BYTES
      if (end <= LENGTH_BYTES) throw macIncorrect()
      const plain = takePacketBuffer(end - LENGTH_BYTES)
      const data = wire.subarray(LENGTH_BYTES, end)
      if (!engine.open(cipherKey, nonce.bytes, wire.subarray(0, LENGTH_BYTES), data, wire.subarray(end), plain)) {
        returnPacketBuffer(plain)
        throw macIncorrect()
      }
      nonce.step()
      return plain
    },
  }
}
