import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CommandError } from './command-error.ts'

/** Nothing that is done alone takes so long, in milliseconds: whoever does it hangs, or was stopped. */
const HELD_MAX_MS = 60_000
const POLL_MS = 50

/**
 * Does something while no other process of this user does the same: fifty ssh that start at once need one certificate, and
 * of two that read a file, change it and write it, the second must see what the first wrote. The empty file at `path` stays;
 * a process that ends, however it does, holds it no longer. Throws CommandError `file.unwritable`.
 */
export async function alone<Value>(
  path: string,
  signal: AbortSignal,
  work: () => Value | Promise<Value>,
  patienceMs = HELD_MAX_MS,
): Promise<Value> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    using held = await taken(path)
    if (held !== undefined) return await work()
    if (performance.now() >= deadline) {
      throw new CommandError('file.unwritable', `another sallyport has been holding ${path} for too long`, {
        why: 'it hangs, or was stopped',
        fix: 'end it, and do this again',
      })
    }
    await wait(POLL_MS, undefined, { signal })
  }
}

async function taken(path: string): Promise<Disposable | undefined> {
  const { kernelLock } = await import('@sallyport/gateway/lock') // most commands need none
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return kernelLock(path)
  } catch (cause) {
    throw new CommandError('file.unwritable', `${path} cannot be written`, { why: (cause as Error).message, cause })
  }
}
