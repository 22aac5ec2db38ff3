import { randomFillSync } from 'node:crypto'

/** One refill serves some hundred packets; filling four bytes at a time costs more than sealing a small packet. */
const POOL_BYTES = 8192
/** RFC 4253 §6. */
export const MIN_PADDING_BYTES = 4

const pool = new Uint8Array(POOL_BYTES)
let used = POOL_BYTES

/** Writes `count` (≤ 255) random bytes to `target` at `offset`; OpenSSH's padding is random under every cipher, too. */
export function writeRandomPadding(target: Uint8Array, offset: number, count: number): void {
  if (used + count > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  for (let i = 0; i < count; i++) target[offset + i] = pool[used + i] ?? 0
  used += count
}

/**
 * How many bytes of padding make `unpaddedBytes` (what counts into the block multiple, padding_length included) a whole
 * number of blocks: at least four.
 */
export function paddingFor(unpaddedBytes: number, blockBytes: number): number {
  const short = blockBytes - (unpaddedBytes % blockBytes)
  return short < MIN_PADDING_BYTES ? short + blockBytes : short
}
