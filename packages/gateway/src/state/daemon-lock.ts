import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { GatewayError } from '../gateway-error.ts'
import { hintOf } from '../ops/hint-of.ts'
import { kernelLock } from './kernel-lock.ts'

/**
 * Takes the state directory for this process. Throws GatewayError `state.locked` where another daemon holds it. Two gateways
 * on one database would each trust an invalid picture of the sessions.
 *
 * What decides is a lock of the kernel, over a file beside `path`; the file at `path` only says who.
 */
export function lockState(path: string): Disposable {
  const held = lockedFile(`${path}.db`)
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
    held[Symbol.dispose]()
    throw unwritable(path, cause)
  }
  return {
    [Symbol.dispose]() {
      rmSync(path, { force: true })
      held[Symbol.dispose]()
    },
  }
}

function lockedFile(path: string): Disposable | undefined {
  try {
    return kernelLock(path)
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

function unwritable(path: string, cause: unknown): GatewayError {
  const fix = hintOf(cause)
  return new GatewayError('state.unusable', `${path} cannot be written`, {
    why: (cause as Error).message,
    ...(fix === undefined ? {} : { fix }),
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
