import type { Writable } from 'node:stream'

/** Bytes that wait at most for whoever reads the log: some 30,000 lines. */
export const WAITING_MAX_BYTES = 8 * 1024 * 1024

/**
 * Writes lines to a stream whose reader may stand still, as a collector does that was stopped: what does not fit is dropped, so
 * that neither sessions nor memory pay for it. `lost` is told how many lines that were, once half of what waited is read.
 */
export function boundedWriter(stream: Writable, lost: (lines: number) => void): (line: string) => void {
  let dropped = 0
  return (line) => {
    if (dropped > 0 && stream.writableLength <= WAITING_MAX_BYTES / 2) {
      const count = dropped
      dropped = 0
      lost(count)
    }
    if (dropped > 0 || stream.writableLength + line.length > WAITING_MAX_BYTES) dropped++
    else stream.write(line)
  }
}
