import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import { lengthPiece } from './length-piece.ts'
import type { KeyedMac } from './mac-entry.ts'
import { macIncorrect } from './mac-incorrect.ts'
import { LENGTH_BYTES, type PacketOpener, type PacketSealer, packetLength } from './packet-protection.ts'

/** Also the size of the initial counter, RFC 4344 §4. */
export const CTR_IV_BYTES = 16
const AES_BLOCK_BYTES = 16

export type CtrAlgorithm = 'aes-128-ctr' | 'aes-192-ctr' | 'aes-256-ctr'

/** What one direction of CTR with a MAC is made of. */
export interface CtrParts {
  readonly name: string
  readonly algorithm: CtrAlgorithm
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly mac: KeyedMac
}

/** One CTR stream through all packets (RFC 4344 §4), and a MAC of either kind. */
export function aesCtrSealer(parts: CtrParts): PacketSealer {
  const { mac } = parts
  const cipher = createCipheriv(parts.algorithm, parts.key, parts.iv)
  const shape = shapeOf(parts)
  if (mac.entry.etm) {
    return {
      ...shape,
      seal(sequence, packet, out) {
        const length = lengthPiece(packet)
        const body = cipher.update(packet.subarray(LENGTH_BYTES))
        out.push(length, body, mac.tag(sequence, length, body))
      },
    }
  }
  return {
    ...shape,
    seal(sequence, packet, out) {
      const tag = mac.tag(sequence, packet)
      out.push(cipher.update(packet), tag)
    },
  }
}

export function aesCtrOpener(parts: CtrParts): PacketOpener {
  return parts.mac.entry.etm ? etmOpener(parts) : encryptAndMacOpener(parts)
}

/** OpenSSH's PROTOCOL §1.5: the MAC covers the clear length and the ciphertext, and is checked before anything is decrypted. */
function etmOpener(parts: CtrParts): PacketOpener {
  const { mac } = parts
  const { tagBytes } = mac.entry
  const decipher = createDecipheriv(parts.algorithm, parts.key, parts.iv)
  return {
    ...shapeOf(parts),
    headBytes: LENGTH_BYTES,
    length: (_sequence, head) => packetLength(head),
    open(sequence, wire) {
      const end = wire.length - tagBytes
      if (end < LENGTH_BYTES) throw macIncorrect()
      if (!timingSafeEqual(mac.tag(sequence, wire.subarray(0, end)), wire.subarray(end))) throw macIncorrect()
      return decipher.update(wire.subarray(LENGTH_BYTES, end))
    },
  }
}

/** RFC 4253 §6.3 and §6.4: the length is encrypted with the first block, the MAC covers the plain packet. */
function encryptAndMacOpener(parts: CtrParts): PacketOpener {
  const { mac } = parts
  const { tagBytes } = mac.entry
  const decipher = createDecipheriv(parts.algorithm, parts.key, parts.iv)
  let firstBlock = new Uint8Array(AES_BLOCK_BYTES)
  return {
    ...shapeOf(parts),
    headBytes: AES_BLOCK_BYTES,
    length(_sequence, head) {
      firstBlock = decipher.update(head.subarray(0, AES_BLOCK_BYTES))
      return packetLength(firstBlock)
    },
    open(sequence, wire) {
      const end = wire.length - tagBytes
      if (end < AES_BLOCK_BYTES) throw macIncorrect()
      const rest = decipher.update(wire.subarray(AES_BLOCK_BYTES, end))
      if (!timingSafeEqual(mac.tag(sequence, firstBlock, rest), wire.subarray(end))) throw macIncorrect()
      const body = new Uint8Array(end - LENGTH_BYTES)
      body.set(firstBlock.subarray(LENGTH_BYTES))
      body.set(rest, AES_BLOCK_BYTES - LENGTH_BYTES)
      return body
    },
  }
}

function shapeOf({ name, mac }: CtrParts) {
  const { entry } = mac
  return { name, blockBytes: AES_BLOCK_BYTES, lengthPadded: !entry.etm, tagBytes: entry.tagBytes } as const
}
