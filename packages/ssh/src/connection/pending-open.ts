import type { SshError } from '../errors.ts'
import type { ChannelType } from '../messages/channel-types.ts'
import type { ChannelOpen } from '../messages/connection.ts'
import type { Channel, ChannelHandler, ChannelLimits, IncomingOpen } from './channel.ts'

/** How a decision reaches the connection. */
export interface OpenDecision {
  accept(handler: ChannelHandler, limits: Partial<ChannelLimits>): Channel
  reject(reason: number, description: string): void
}

/** An open of the peer that waits for its decision. It holds a channel number, so it counts against the limit (V-D03). */
export class PendingOpen implements IncomingOpen {
  readonly message: ChannelOpen
  readonly localId: number
  readonly #decision: OpenDecision
  readonly #abort = new AbortController()
  #decided = false

  constructor(message: ChannelOpen, localId: number, decision: OpenDecision) {
    this.message = message
    this.localId = localId
    this.#decision = decision
  }

  get channelType(): ChannelType {
    return this.message.channel
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  accept(handler: ChannelHandler, limits: Partial<ChannelLimits> = {}): Channel {
    if (this.#decided) throw new Error('this channel open is already decided')
    const channel = this.#decision.accept(handler, limits)
    this.#decided = true
    return channel
  }

  reject(reason: number, description: string): void {
    if (this.#abort.signal.aborted) return
    if (this.#decided) throw new Error('this channel open is already decided')
    this.#decided = true
    this.#decision.reject(reason, description)
  }

  /** The connection is over. */
  lost(cause: SshError): void {
    this.#abort.abort(cause)
  }
}
