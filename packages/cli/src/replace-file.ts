import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes beside the file, to the disk, then moves: whatever fails, and whenever the power goes, there is the file from before
 * or the new one. `like` says whose it is; owner and group are kept where we may give files away. Throws what the file system says.
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  like: { readonly mode: number; readonly uid?: number; readonly gid?: number },
): void {
  const next = `${path}.${process.pid}.new`
  rmSync(next, { force: true })
  try {
    const file = openSync(next, 'wx', 0o600)
    try {
      if (like.uid !== undefined && like.gid !== undefined && process.getuid?.() === 0)
        fchownSync(file, like.uid, like.gid)
      fchmodSync(file, like.mode & 0o777)
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(next, path)
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}
