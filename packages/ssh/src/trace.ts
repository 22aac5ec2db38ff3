import { channel } from 'node:diagnostics_channel'
import type { SshErrorCode } from './errors.ts'

/** What this package publishes on `node:diagnostics_channel`: name → event. Libraries do not log; whoever runs them subscribes. */
export interface SshTraceEvents {
  /** Both identification lines are known. `peer` is printable US-ASCII. */
  'sallyport:ssh:identified': { readonly connection: object; readonly role: string; readonly peer: string }
  /** The algorithms of a key exchange are agreed on. */
  'sallyport:ssh:negotiated': {
    readonly connection: object
    readonly role: string
    readonly kex: string
    readonly serverHostKey: string
    readonly cipherClientToServer: string
    readonly cipherServerToClient: string
    readonly strict: boolean
  }
  /** A key exchange after the first one begins. `reason`: who wanted it and why. */
  'sallyport:ssh:rekey': {
    readonly connection: object
    readonly role: string
    readonly reason: 'peer' | 'bytes' | 'packets' | 'time' | 'caller'
  }
  /** SSH_MSG_DEBUG of the peer; `message` is its raw text, so escape it before printing. */
  'sallyport:ssh:peer-debug': { readonly connection: object; readonly role: string; readonly message: string }
  /** A transport has ended. */
  'sallyport:ssh:disconnected': {
    readonly connection: object
    readonly role: string
    readonly code: SshErrorCode
    readonly message: string
  }
}

export type SshTraceName = keyof SshTraceEvents

const channels: { readonly [K in SshTraceName]: ReturnType<typeof channel> } = {
  'sallyport:ssh:identified': channel('sallyport:ssh:identified'),
  'sallyport:ssh:negotiated': channel('sallyport:ssh:negotiated'),
  'sallyport:ssh:rekey': channel('sallyport:ssh:rekey'),
  'sallyport:ssh:peer-debug': channel('sallyport:ssh:peer-debug'),
  'sallyport:ssh:disconnected': channel('sallyport:ssh:disconnected'),
}

/** All channel names, for subscribers. */
export const sshTraceNames = Object.keys(channels) as readonly SshTraceName[]

/** Publishes an event. Only for rare ones: building the event costs even without subscribers. */
export function trace<K extends SshTraceName>(name: K, event: SshTraceEvents[K]): void {
  const target = channels[name]
  if (target.hasSubscribers) target.publish(event)
}
