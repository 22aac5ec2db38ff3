import { lookup } from 'node:dns/promises'
import { canonicalAddress } from '../defence/network.ts'

/** Addresses of a DNS name, in the order of preference; an empty list where it has none. Rejects where the answer is unknown. */
export type NameLookup = (name: string, signal: AbortSignal) => Promise<readonly string[]>

/**
 * Look-ups at once. The system's resolver blocks a thread of a small pool that the disk also needs (four threads), so dead
 * name servers must never hold more than half of it.
 */
const RUNNING_MAX = 2
/** Look-ups that may wait for a place. */
const WAITING_MAX = 256
/** Addresses of one name that are looked at. */
export const ADDRESSES_MAX = 8

/** The system's resolver (`/etc/hosts`, search domains and all), bounded in number; each caller bounds its own time. */
export function systemLookup(): NameLookup {
  const running = new Map<string, Promise<readonly string[]>>()
  const waiting: (() => void)[] = []
  async function ask(name: string): Promise<readonly string[]> {
    try {
      const found = await lookup(name, { all: true, order: 'verbatim' })
      const addresses = found.map(({ address }) => canonicalAddress(address)).filter((address) => address !== undefined)
      return [...new Set(addresses)].slice(0, ADDRESSES_MAX)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOTFOUND' || code === 'ENODATA') return []
      throw error
    } finally {
      running.delete(name)
      waiting.shift()?.()
    }
  }
  return async (name, signal) => {
    signal.throwIfAborted()
    while (!running.has(name) && running.size >= RUNNING_MAX) {
      if (waiting.length >= WAITING_MAX) throw new Error('too many names wait to be looked up')
      await place(waiting, signal)
    }
    let answer = running.get(name)
    if (answer === undefined) {
      answer = ask(name)
      running.set(name, answer)
      // Whoever asked may be gone when it fails.
      answer.catch(() => {})
    }
    return unlessAborted(answer, signal)
  }
}

function place(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const go = () => {
    signal.removeEventListener('abort', stop)
    resolve()
  }
  const stop = () => {
    const index = waiting.indexOf(go)
    if (index !== -1) waiting.splice(index, 1)
    reject(signal.reason as Error)
  }
  waiting.push(go)
  signal.addEventListener('abort', stop, { once: true })
  return promise
}

/** The promise, or a rejection with the signal's reason as soon as that fires. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
