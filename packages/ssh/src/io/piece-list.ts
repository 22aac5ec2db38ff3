/** Pieces up to this size are joined: a copy is cheaper than one more entry of the vector. */
const SMALL_PIECE_BYTES = 256
/** Room for small pieces, taken at once. */
const SLAB_BYTES = 8 * 1024

// Small pieces of all lists, one behind the other; what was handed out is never written again.
let slab = new Uint8Array(0)
let slabUsed = 0

/** Appends `bytes` to `pieces`; small ones are copied, and joined to the piece before if that is small too. */
export function appendPiece(pieces: Uint8Array[], bytes: Uint8Array): void {
  if (bytes.length > SMALL_PIECE_BYTES) {
    pieces.push(bytes)
    return
  }
  if (slab.length - slabUsed < bytes.length) {
    slab = new Uint8Array(SLAB_BYTES)
    slabUsed = 0
  }
  const start = slabUsed
  slab.set(bytes, start)
  slabUsed += bytes.length
  const last = pieces.length - 1
  const before = pieces[last]
  if (before !== undefined && before.buffer === slab.buffer && before.byteOffset + before.length === start)
    pieces[last] = slab.subarray(before.byteOffset, slabUsed)
  else pieces.push(slab.subarray(start, slabUsed))
}
