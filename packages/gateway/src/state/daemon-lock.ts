import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { GatewayError } from '../gateway-error.ts'

/**
 * Takes the state directory for this process. Throws GatewayError `state.locked` where another daemon holds it. Two gateways
 * on one database would each trust an invalid picture of the sessions.
 *
 * What decides is a lock of the kernel, over an empty SQLite file beside `path`: it ends with its process, however that
 * ends, holds between containers that share the directory, and is never taken by two. The file at `path` only says who.
 */
export function lockState(path: string): Disposable {
  const held = kernelLock(`${path}.db`)
  if (held === undefined) {
    const pid = holderOf(path)
    throw new GatewayError('state.locked', 'a gateway is running on this state directory already', {
      ...(pid === undefined ? {} : { why: `process ${pid} holds ${path}` }),
      fix: `use another directory (--state DIR), or stop it${pid === undefined ? '' : `: kill ${pid}`}`,
    })
  }
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o600 })
  } catch (cause) {
    held.close()
    throw unwritable(path, cause)
  }
  return {
    [Symbol.dispose]() {
      rmSync(path, { force: true })
      held.close()
    },
  }
}

/** The open file whose lock we hold; undefined where somebody else does. */
function kernelLock(path: string): DatabaseSync | undefined {
  let file: DatabaseSync | undefined
  try {
    // Opened for its mode alone, and only where it is missing: closing a file drops the locks this process has on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    file = new DatabaseSync(path, { timeout: 0 })
    file.exec('begin exclusive')
    return file
  } catch (cause) {
    if (file?.isOpen === true) file.close()
    if (isBusy(cause)) return undefined
    throw unwritable(path, cause)
  }
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
}

function unwritable(path: string, cause: unknown): GatewayError {
  const code = (cause as NodeJS.ErrnoException).code
  return new GatewayError('state.unusable', `${path} cannot be written`, {
    why: (cause as Error).message,
    ...(code === 'ENOSPC' ? { fix: 'free space on its disk' } : {}),
    cause,
  })
}

function holderOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim().split(' ')[0])
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}
