import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/**
 * Takes a lock of the kernel, over an empty SQLite file that is made where there is none and stays: the lock ends with its
 * process, however that ends, holds between containers that share the directory, and is never taken by two. Undefined where
 * somebody else holds it. Throws what the file system says.
 */
export function kernelLock(path: string): Disposable | undefined {
  let file: DatabaseSync | undefined
  try {
    // Opened for its mode alone, and only where it is missing: closing a file drops the locks this process has on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    file = new DatabaseSync(path, { timeout: 0 })
    file.exec('begin exclusive')
    const held = file
    return { [Symbol.dispose]: () => held.close() }
  } catch (cause) {
    if (file?.isOpen === true) file.close()
    if (isBusy(cause)) return undefined
    throw cause
  }
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
}
