import { LENGTH_BYTES } from './packet-protection.ts'

/** Room for a thousand lengths: an array object of its own for four bytes costs more than the copy. */
const SLAB_BYTES = 4096

let slab = new Uint8Array(SLAB_BYTES)
let used = 0

/** A copy of packet_length that its owner may keep; no part of a slab is given out twice. */
export function lengthPiece(packet: Uint8Array): Uint8Array {
  if (used === SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES)
    used = 0
  }
  const piece = slab.subarray(used, used + LENGTH_BYTES)
  used += LENGTH_BYTES
  for (let i = 0; i < LENGTH_BYTES; i++) piece[i] = packet[i] as number
  return piece
}
