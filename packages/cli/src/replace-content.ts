import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { replaceFile } from './replace-file.ts'

/** Where only the file itself may be written: the folder is somebody else's, or the file is mounted. */
const NO_REPLACING = new Set(['EACCES', 'EPERM', 'EBUSY'])

/**
 * Gives a file that others read, such as a list for sshd, another content as a whole where its folder lets us; it stays whose
 * it is, and a link stays one. Pipes and devices are written to. Throws what the file system says.
 */
export function replaceContent(path: string, content: Uint8Array): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return replaceFile(path, content, { mode: 0o644 })
  if (!stat.isFile()) return writeFileSync(path, content)
  try {
    replaceFile(realpathSync(path), content, stat)
  } catch (error) {
    if (!NO_REPLACING.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    writeFileSync(path, content)
  }
}
