/** Pieces up to this size are joined: a copy is cheaper than one more entry of the vector. */
const SMALL_PIECE_BYTES = 256
/** Room for small pieces, taken at once. */
const SLAB_BYTES = 8 * 1024
/**
 * A list as long as this does not empty. Where several are filled in turns, their small pieces do not lie next to each other
 * in the common slab: each would be an object of its own and could hold a whole slab, so a byte would cost a hundred and more.
 */
const CROWDED_PIECES = 64
/** Room for small pieces of one crowded list. */
const OWN_SLAB_BYTES = 2048

// Small pieces of all lists, one behind the other; what was handed out is never written again.
let slab = new Uint8Array(0)
let slabUsed = 0

/** Slabs of one list each; the last piece of the list is all that was handed out of one. */
const ownSlabs = new WeakSet<ArrayBufferLike>()

/** Appends `bytes` to `pieces`; small ones are copied, and joined to the piece before if that is small too. */
export function appendPiece(pieces: Uint8Array[], bytes: Uint8Array): void {
  if (bytes.length > SMALL_PIECE_BYTES) {
    pieces.push(bytes)
    return
  }
  if (pieces.length >= CROWDED_PIECES && joinToLast(pieces, bytes)) return
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

/** Puts `bytes` behind a last piece that is small or in the list's own slab. False if it is neither, or the slab is full. */
function joinToLast(pieces: Uint8Array[], bytes: Uint8Array): boolean {
  const last = pieces.length - 1
  const before = pieces[last] as Uint8Array
  const end = before.length + bytes.length
  let own: Uint8Array
  if (ownSlabs.has(before.buffer)) {
    if (end > OWN_SLAB_BYTES) return false
    own = new Uint8Array(before.buffer)
  } else {
    if (before.length > SMALL_PIECE_BYTES) return false
    own = new Uint8Array(OWN_SLAB_BYTES)
    ownSlabs.add(own.buffer)
    own.set(before)
  }
  own.set(bytes, before.length)
  pieces[last] = own.subarray(0, end)
  return true
}
