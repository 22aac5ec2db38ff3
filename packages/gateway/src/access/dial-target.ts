import { SocketPump } from '@sallyport/ssh'
import type { AccessGrant } from './authorize.ts'
import { type Dialled, type DialOptions, dialWith } from './happy-eyeballs.ts'

/** Connects to what was granted, and to nothing else. Rejects with the signal's reason alone. */
export function dialTarget(grant: AccessGrant, options: DialOptions): Promise<Dialled<SocketPump>> {
  return dialWith(
    grant,
    options,
    (to, { signal }) => SocketPump.dial(to, { signal }),
    (pump) => pump.abort(),
  )
}
