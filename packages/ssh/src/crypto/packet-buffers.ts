/**
 * Memory for the contents of large packets, used again. A fresh ArrayBuffer per packet costs more than its encryption:
 * it is cleared, misses the cache, and a gigabyte of them makes the garbage collector run hundreds of times.
 *
 * `take` lends; whoever ends up owning the bytes may give them back with `returnPacketBuffer` once nobody can look at them
 * any more (in practice: SocketPump, when the operating system has taken what it was given to send). Never giving back is
 * always right, and only costs what a fresh buffer costs.
 *
 * Each direction of each connection has memory of its own, so that even a mistake with it cannot show one connection the
 * bytes of another. What stays unused is given up within two seconds: an idle connection holds none.
 *
 * INVARIANT: a buffer is either kept or lent, only a lent one can come back, once, and only to where it was lent.
 */

/** A 32 KiB channel packet (what OpenSSH sends), and a 128 KiB one (what we send to peers that take it), each with overhead. */
const USUAL_BYTES = 36 * 1024
const LARGE_BYTES = 136 * 1024
/** Smaller contents are allocated: else a few bytes that somebody keeps would hold a large buffer. */
export const MIN_POOLED_BYTES = 16 * 1024
/** Bytes kept ready in each size: a window of 2 MiB and a read of 1 MiB, as one busy transfer has under way, and some room. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024
/** Bytes kept ready by all connections together: as many transfers as share a core at any good speed. */
const MAX_KEPT_IN_ALL_BYTES = 32 * 1024 * 1024
/** Milliseconds between looks for memory that nobody has asked for since the last one. */
const LOOK_MS = 1000

/** Buffers of one size. */
interface Shelf {
  readonly owner: PacketBuffers
  readonly bufferBytes: number
  readonly kept: PacketBuffer[]
}

/** On a buffer of ours: where it belongs, while it is lent. (A property, not a WeakMap: this is asked for every packet.) */
const lentBy = Symbol('lentBy')
interface PacketBuffer extends ArrayBuffer {
  [lentBy]?: Shelf | undefined
}

/** Those who keep something. */
const keepers = new Set<PacketBuffers>()
let keptInAll = 0
let look: NodeJS.Timeout | undefined

/** One direction's memory for packets. */
export class PacketBuffers {
  readonly #usual: Shelf = { owner: this, bufferBytes: USUAL_BYTES, kept: [] }
  readonly #large: Shelf = { owner: this, bufferBytes: LARGE_BYTES, kept: [] }
  /** Something was taken since the last look. */
  #used = false

  /** `bytes` bytes of undefined content, the caller's until it gives them back. */
  take(bytes: number): Uint8Array {
    if (bytes < MIN_POOLED_BYTES || bytes > LARGE_BYTES) return new Uint8Array(bytes)
    const shelf = bytes <= USUAL_BYTES ? this.#usual : this.#large
    let buffer = shelf.kept.pop()
    if (buffer === undefined) buffer = new ArrayBuffer(shelf.bufferBytes)
    else keptInAll -= shelf.bufferBytes
    buffer[lentBy] = shelf
    this.#used = true
    return new Uint8Array(buffer, 0, bytes)
  }

  /** Gives up what it keeps, unless something was taken since the last call. */
  static #look(): void {
    look = undefined
    for (const keeper of keepers) {
      if (!keeper.#used) {
        for (const { kept, bufferBytes } of [keeper.#usual, keeper.#large]) {
          keptInAll -= kept.length * bufferBytes
          kept.length = 0
        }
        keepers.delete(keeper)
      }
      keeper.#used = false
    }
    if (keepers.size > 0) PacketBuffers.lookLater()
  }

  /** Has idle memory given up from now on, until none is left. */
  static lookLater(): void {
    look ??= setTimeout(() => PacketBuffers.#look(), LOOK_MS).unref()
  }
}

/** Gives back the memory under `view`, any view of what was lent. Other memory is left alone. */
export function returnPacketBuffer(view: Uint8Array): void {
  const buffer = view.buffer as PacketBuffer
  const shelf = buffer[lentBy]
  if (shelf === undefined) return
  buffer[lentBy] = undefined
  const { owner, bufferBytes, kept } = shelf
  if ((kept.length + 1) * bufferBytes > MAX_KEPT_BYTES || keptInAll + bufferBytes > MAX_KEPT_IN_ALL_BYTES) return
  kept.push(buffer)
  keptInAll += bufferBytes
  keepers.add(owner)
  PacketBuffers.lookLater()
}
