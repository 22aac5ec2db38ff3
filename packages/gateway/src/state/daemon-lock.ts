import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { GatewayError } from '../gateway-error.ts'

/**
 * Takes the state directory for this process. Throws GatewayError `state.locked` where another daemon holds it; the file of
 * a process that is gone is taken over. Two gateways on one database would each trust an invalid picture of the sessions.
 */
export function lockState(path: string): Disposable {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, `${process.pid} ${startOf(process.pid) ?? ''}\n`)
      closeSync(file)
      return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new GatewayError('state.unusable', `${path} cannot be written`, { why: (cause as Error).message, cause })
      const [pidText = '', start = ''] = readFileSync(path, 'utf8').trim().split(' ')
      const pid = Number(pidText)
      if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid, start)) {
        throw new GatewayError('state.locked', 'a gateway is running on this state directory already', {
          why: `process ${pid} holds ${path}`,
          fix: `use another directory (--state DIR), or stop it: kill ${pid}`,
        })
      }
      rmSync(path, { force: true })
    }
  }
  throw new GatewayError('state.locked', 'another gateway took this state directory just now')
}

/** Whether the process that wrote the lock still runs: a process id alone may belong to another one by now. */
function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const present = startOf(pid)
  return start === '' || present === undefined || present === start
}

/** When a process began, in the kernel's own ticks since boot; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    // The name in parentheses may hold anything; field 22 is the 20th behind it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
