import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CommandError } from '../command-error.ts'
import { replaceFile } from '../replace-file.ts'

/** Largest of the files that are read here, in bytes: profiles and certificates have a few kB. */
const FILE_MAX_BYTES = 1024 * 1024

/** Puts a file in place as a whole, mode 0600 in a directory of mode 0700, so that nobody sees half of one. */
export function writePrivate(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    replaceFile(path, text, { mode: 0o600 })
  } catch (cause) {
    throw new CommandError('file.unwritable', `${path} cannot be written`, { why: (cause as Error).message, cause })
  }
}

/** The text of a file; undefined where there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > FILE_MAX_BYTES) throw new Error(`it is larger than ${FILE_MAX_BYTES} bytes`)
    return bytes.toString('utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CommandError('usage.file-unreadable', `${path} cannot be read`, { why: (cause as Error).message, cause })
  }
}
