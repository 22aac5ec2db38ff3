import { LENGTH_BYTES, type PacketOpener, type PacketSealer, packetLength } from './packet-protection.ts'

/** RFC 4253 §6: without a cipher, packets are still padded to eight bytes, the length counting in. */
const PLAIN_BLOCK_BYTES = 8

const shape = { name: 'none', blockBytes: PLAIN_BLOCK_BYTES, lengthPadded: true, tagBytes: 0 } as const

/** Before the first NEWKEYS: no encryption, no MAC. */
export const plainSealer: PacketSealer = {
  ...shape,
  seal: (_sequence, packet, out) => {
    out.push(new Uint8Array(packet))
  },
}

/** Before the first NEWKEYS: no encryption, no MAC. */
export const plainOpener: PacketOpener = {
  ...shape,
  headBytes: LENGTH_BYTES,
  length: (_sequence, head) => packetLength(head),
  open: (_sequence, wire) => new Uint8Array(wire.subarray(LENGTH_BYTES)),
}
