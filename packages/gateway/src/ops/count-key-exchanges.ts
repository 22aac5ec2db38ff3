import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { SshTraceEvents, SshTraceName } from '@sallyport/ssh'
import type { Metrics } from './metrics.ts'

const NEGOTIATED = 'sallyport:ssh:negotiated' satisfies SshTraceName

/** Counts the key exchanges of our server side by method, until disposed. What was negotiated is one of our own names. */
export function countKeyExchanges({ keyExchanges }: Pick<Metrics, 'keyExchanges'>): Disposable {
  const listener = (message: unknown) => {
    const { role, kex } = message as SshTraceEvents[typeof NEGOTIATED]
    if (role === 'server') keyExchanges.inc({ kex })
  }
  subscribe(NEGOTIATED, listener)
  return { [Symbol.dispose]: () => void unsubscribe(NEGOTIATED, listener) }
}
