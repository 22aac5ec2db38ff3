import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** A process that has held it longer than this hangs, in milliseconds: it is not waited for. */
const HELD_MAX_MS = 60_000
const POLL_MS = 50

/**
 * Does something while no other process of this user does the same: fifty ssh that start at once need one certificate. The
 * file is there for as long; one that a killed process left counts for nothing.
 */
export async function alone<Value>(path: string, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  while (!take(path)) await wait(POLL_MS, undefined, { signal })
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (isLeftBehind(path)) rmSync(path, { force: true })
  return false
}

function isLeftBehind(path: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs > HELD_MAX_MS) return true
    const pid = Number(readFileSync(path, 'utf8'))
    // Empty for a moment, until its owner has written it.
    if (pid > 0) process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
