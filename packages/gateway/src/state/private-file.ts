import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file that only we may read, whole or not at all: beside its place, to the disk, then moved. `like`: the mode and
 * owner it gets instead; the owner only where we may give files away.
 */
export function writePrivateFile(
  path: string,
  text: string,
  like?: { readonly uid: number; readonly gid: number; readonly mode: number },
): void {
  const beside = `${path}.new`
  // One that a process left which died has whatever mode and whatever was to be secret.
  rmSync(beside, { force: true })
  const file = openSync(beside, 'wx', 0o600)
  try {
    if (like !== undefined) {
      if (process.getuid?.() === 0) fchownSync(file, like.uid, like.gid)
      fchmodSync(file, like.mode)
    }
    // Not one write: on a disk that is almost full that would take a part, and not say so.
    writeFileSync(file, text)
    fsyncSync(file)
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  const directory = openSync(dirname(path), 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
