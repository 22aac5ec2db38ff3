/**
 * The blind copy between a client's channel and the connection to its target. It neither understands nor keeps what it
 * carries, except for the target's first line when that is an SSH identification.
 *
 *     client ──channel.data──▶ pump.write ──written──▶ channel.consumed   (credit returns when the system took the bytes)
 *     client ◀──channel.write── pump.data                                 (reads pause while the channel takes less than offered)
 *
 * Memory: towards the target at most one receive window, towards the client at most the rest of one read.
 */
import type { Channel, ChannelHandler, IncomingOpen, SocketPump, SocketPumpHandler, SshError } from '@sallyport/ssh'
import { IdentificationSniffer } from './identification-sniffer.ts'

/** Who ended it, and how. */
export type RelayEnd =
  /** The client ended its side first, or closed the channel. */
  | 'client-closed'
  /** The target ended its side first. */
  | 'target-closed'
  /** The connection to the target broke; `error` says how. */
  | 'target-error'
  /** The client's whole connection ended; `error` says how. */
  | 'connection-lost'
  /** The signal fired; `error` is its reason. */
  | 'aborted'

/** What a relay was, once it is over. */
export interface RelaySummary {
  readonly end: RelayEnd
  readonly error: unknown
  readonly bytesToTarget: number
  readonly bytesToClient: number
  /** First line of the target if it is an SSH identification, at most 255 bytes, raw: escape it. */
  readonly targetIdentification: Uint8Array | undefined
}

export interface RelayOptions {
  /** Ends the relay at once, on both sides. */
  readonly signal?: AbortSignal
}

/**
 * Accepts the channel and copies until both sides have ended. Throws what `open.accept` throws; then the pump is closed.
 * Otherwise it owns the pump, and nobody else may write to the channel.
 */
export function startRelay(open: IncomingOpen, pump: SocketPump, options: RelayOptions = {}): Relay {
  try {
    return new Relay(open, pump, options)
  } catch (error) {
    pump.abort()
    throw error
  }
}

export class Relay {
  readonly #channel: Channel
  readonly #pump: SocketPump
  readonly #options: RelayOptions
  readonly #sniffer = new IdentificationSniffer()
  readonly #done = Promise.withResolvers<RelaySummary>()
  readonly #abort = (): void => this.#aborted()
  /** What the channel did not take of the last read; reading is paused while there is something. */
  #rest: Uint8Array | undefined
  /** The channel's window when it last opened: what to expect of the next time. */
  #lastGrant = 0
  #targetEnded = false
  #end: { readonly end: RelayEnd; readonly error: unknown } | undefined

  /** See `startRelay`. */
  constructor(open: IncomingOpen, pump: SocketPump, options: RelayOptions) {
    this.#pump = pump
    this.#options = options
    this.#channel = open.accept(this.#channelHandler())
    pump.start(this.#pumpHandler())
    options.signal?.addEventListener('abort', this.#abort, { once: true })
    if (options.signal?.aborted === true) this.#aborted()
  }

  /** Resolves when nothing is copied any more and the target's socket is gone. Never rejects. */
  get done(): Promise<RelaySummary> {
    return this.#done.promise
  }

  /** Bytes that the target's system has taken. */
  get bytesToTarget(): number {
    return this.#pump.bytesWritten
  }

  /** Bytes given to the client's connection. */
  get bytesToClient(): number {
    return this.#channel.bytesSent
  }

  get targetIdentification(): Uint8Array | undefined {
    return this.#sniffer.identification
  }

  /** Bytes held here for either side. */
  get bytesHeld(): number {
    return (this.#rest?.length ?? 0) + this.#pump.queuedBytes
  }

  #channelHandler(): ChannelHandler {
    return {
      data: (bytes, extendedType) => {
        if (extendedType === undefined && !this.#pump.closed) this.#pump.give(bytes)
        // A forwarded connection has no error stream, and a target that is gone takes nothing: dropped, not stalled.
        else this.#channel.consumed(bytes.length)
      },
      eof: () => {
        this.#note('client-closed', undefined)
        this.#pump.end()
      },
      writable: () => {
        this.#lastGrant = this.#channel.windowBytes
        this.#flushRest()
      },
      closed: (cause) => this.#channelClosed(cause),
    }
  }

  #pumpHandler(): SocketPumpHandler {
    return {
      data: (bytes) => {
        if (this.#sniffer.looking) this.#sniffer.push(bytes)
        const taken = this.#channel.write(bytes)
        if (this.#channel.phase !== 'open') return
        if (taken < bytes.length) this.#rest = bytes.slice(taken)
        if (taken < bytes.length || !this.#channel.ready()) this.#pump.pause()
        // What a read brings beyond the window would have to be copied and kept, so it is better left with the target.
        this.#pump.limitReads(this.#channel.windowBytes || this.#lastGrant)
      },
      end: () => {
        this.#note('target-closed', undefined)
        this.#targetEnded = true
        if (this.#rest === undefined) this.#channel.sendEof()
      },
      written: (bytes) => this.#channel.consumed(bytes),
      closed: (error) => {
        this.#note(error === undefined ? 'target-closed' : 'target-error', error)
        // Both directions are through, or the target broke: either way nothing more can come. What waits still goes out.
        if (this.#rest === undefined || error !== undefined) this.#channel.close()
        this.#settle()
      },
    }
  }

  /** The channel takes bytes again: first what is left of the last read, then more of the target. */
  #flushRest(): void {
    const rest = this.#rest
    if (rest !== undefined) {
      const taken = this.#channel.write(rest)
      if (taken < rest.length) {
        this.#rest = rest.subarray(taken)
        return
      }
      this.#rest = undefined
    }
    if (this.#targetEnded) this.#channel.sendEof()
    if (!this.#pump.closed) return this.#pump.resume()
    this.#channel.close()
    this.#settle()
  }

  #channelClosed(cause: SshError | undefined): void {
    this.#note(cause === undefined ? 'client-closed' : 'connection-lost', cause)
    this.#rest = undefined
    // What the client sent is still delivered; what the target sends has nowhere to go.
    this.#pump.close()
    this.#settle()
  }

  #aborted(): void {
    this.#note('aborted', this.#options.signal?.reason)
    this.#channel.close()
    this.#pump.reset()
  }

  /** What came first is the reason; only a target that breaks while the client still listens says more than an EOF before. */
  #note(end: RelayEnd, error: unknown): void {
    const orderly = this.#end?.end === 'client-closed' || this.#end?.end === 'target-closed'
    if (this.#end === undefined || (orderly && end === 'target-error' && this.#channel.phase === 'open'))
      this.#end = { end, error }
  }

  /** Over once nothing more is copied: a client that never answers our CLOSE must not keep the session in the books. */
  #settle(): void {
    if (this.#channel.phase === 'open' || !this.#pump.closed) return
    this.#options.signal?.removeEventListener('abort', this.#abort)
    const { end, error } = this.#end ?? { end: 'client-closed', error: undefined }
    this.#done.resolve({
      end,
      error,
      bytesToTarget: this.bytesToTarget,
      bytesToClient: this.bytesToClient,
      targetIdentification: this.targetIdentification,
    })
  }
}
