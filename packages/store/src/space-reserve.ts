import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'

/** Written at once when the reserve is made. */
const CHUNK_BYTES = 1024 * 1024

/**
 * A file full of zeros, given up when the disk is full, so that the ends of what is going on can still be written down.
 * A hole in a file would keep no space, so the zeros are written; the next start makes it again, where there is space.
 */
export class SpaceReserve {
  readonly #path: string

  constructor(path: string, bytes: number) {
    this.#path = path
    try {
      if (statSync(path, { throwIfNoEntry: false })?.size === bytes) return
      const file = openSync(path, 'w', 0o600)
      try {
        const zeros = new Uint8Array(CHUNK_BYTES)
        for (let left = bytes; left > 0; ) left -= writeSync(file, zeros, 0, Math.min(left, CHUNK_BYTES))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    } catch {
      // No space for a reserve now: the database may well have some, and a start is no time to refuse.
      rmSync(path, { force: true })
    }
  }

  /** Gives the space back; whether there was any. */
  release(): boolean {
    try {
      rmSync(this.#path)
      return true
    } catch {
      return false
    }
  }
}
