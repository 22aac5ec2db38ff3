/**
 * Memory for the contents of large packets, used again. A fresh ArrayBuffer per packet costs more than its encryption:
 * it is cleared, misses the cache, and a gigabyte of them makes the garbage collector run hundreds of times.
 *
 * `takePacketBuffer` lends; whoever ends up owning the bytes may give them back with `returnPacketBuffer` once nobody can
 * look at them any more (in practice: SocketPump, when the operating system has taken what it was given to send). Never
 * giving back is always right, and only costs what a fresh buffer costs.
 *
 * INVARIANT: a buffer is either in the pool or lent, and only a lent one can come back, once.
 */

/** A 32 KiB channel packet (what OpenSSH sends), and a 128 KiB one (what we send to peers that take it), each with overhead. */
const CLASSES = [36 * 1024, 136 * 1024] as const
/** Smaller contents are allocated: else a few bytes that somebody keeps would hold a large buffer. */
export const MIN_POOLED_BYTES = 16 * 1024
/** Bytes kept ready in each class; two receive windows, as one busy transfer has under way. */
const MAX_IDLE_BYTES = 4 * 1024 * 1024

interface Pool {
  readonly bufferBytes: number
  readonly idle: PoolBuffer[]
}

const pools: readonly Pool[] = CLASSES.map((bufferBytes) => ({ bufferBytes, idle: [] }))

/** On a buffer of ours: its pool while it is lent. (A property, not a WeakSet: this is asked for every packet.) */
const lentBy = Symbol('lentBy')
interface PoolBuffer extends ArrayBuffer {
  [lentBy]?: Pool | undefined
}

/** `bytes` bytes of undefined content, the caller's until it gives them back. */
export function takePacketBuffer(bytes: number): Uint8Array {
  const pool = bytes < MIN_POOLED_BYTES ? undefined : pools.find(({ bufferBytes }) => bytes <= bufferBytes)
  if (pool === undefined) return new Uint8Array(bytes)
  const buffer: PoolBuffer = pool.idle.pop() ?? new ArrayBuffer(pool.bufferBytes)
  buffer[lentBy] = pool
  return new Uint8Array(buffer, 0, bytes)
}

/** Gives back the memory under `view`, any view of what was lent. Other memory is left alone. */
export function returnPacketBuffer(view: Uint8Array): void {
  const buffer = view.buffer as PoolBuffer
  const pool = buffer[lentBy]
  if (pool === undefined) return
  buffer[lentBy] = undefined
  if ((pool.idle.length + 1) * pool.bufferBytes <= MAX_IDLE_BYTES) pool.idle.push(buffer)
}
