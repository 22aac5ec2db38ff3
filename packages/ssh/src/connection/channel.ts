import type { SshError } from '../errors.ts'
import type { ChannelRequestBody } from '../messages/channel-requests.ts'
import type { ChannelType } from '../messages/channel-types.ts'

/**
 * Where a channel's facts go. Calls are synchronous, in the order of the wire, and never after `closed`.
 * What a call throws ends the whole connection, so a handler throws only for bugs.
 */
export interface ChannelHandler {
  /** We asked to open it and the peer agreed; from now on `write` takes bytes. Not called for channels we accepted. */
  opened?(): void
  /** We asked to open it and the peer said no: final, `closed` does not follow. `description` is the peer's: escape it. */
  refused?(reason: number, description: string): void
  /**
   * Bytes from the peer. `extendedType` is 1 (EXTENDED_DATA_STDERR) for the error stream, else undefined; other types
   * never get here. The array is the handler's to keep. Call `channel.consumed` when done with them, now or later:
   * until then they count against the peer's window.
   */
  data(bytes: Uint8Array, extendedType: number | undefined): void
  /** The peer sends no more data. We still may (half-close). */
  eof(): void
  /** After a `write` that took less than offered, or a `ready` that said no: there is room again. */
  writable(): void
  /** The peer asks something. Without this method, every request fails. See IncomingRequest for answering. */
  request?(request: IncomingRequest<ChannelRequestBody>): void
  /** Final, exactly once. `cause` is undefined after the CLOSE of both sides, else what ended the connection. */
  closed(cause: SshError | undefined): void
}

/**
 * A channel or global request of the peer. Answered at most once with `succeed` or `fail`; one that is neither answered
 * nor deferred when the handler returns fails, so that every want-reply gets exactly one reply. Replies leave in the
 * order the requests came, whatever the order of the answers.
 */
export interface IncomingRequest<Body> {
  readonly request: Body
  /** Whether the peer waits for a reply; without it answers go nowhere. */
  readonly wantReply: boolean
  /** `data`: reply bytes of a global request (RFC 4254 §4); channel requests have none. */
  readonly succeed: (data?: Uint8Array) => void
  readonly fail: () => void
  /** The answer comes after the handler has returned. */
  readonly defer: () => void
}

/** A channel that the peer wants to open. Exactly one of `accept` and `reject`, once. */
export interface IncomingOpen {
  readonly channelType: ChannelType
  /** Fires when the connection ends before the decision. */
  readonly signal: AbortSignal
  /** Throws `connection-lost` when the connection ended meanwhile (see `signal`), and Error when already decided. */
  accept(handler: ChannelHandler, limits?: Partial<ChannelLimits>): Channel
  /** `reason`: see OPEN_FAILURE. `description`: text for people, sent as it is. Does nothing when the connection has ended. */
  reject(reason: number, description: string): void
}

/** Answer to a request of ours: the reply's data, or undefined for failure or a connection that ended. */
export type ReplyCallback = (data: Uint8Array | undefined) => void

/** One channel of a connection, RFC 4254 §5. No method waits; each returns what it could do at once. */
export interface Channel {
  /** What it was opened for, as whichever side opened it said. */
  readonly channelType: ChannelType
  /** Our number for it. */
  readonly localId: number
  readonly phase: ChannelPhase
  /** Data bytes sent and received, extended data included. */
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Bytes received that nobody has consumed yet. */
  readonly bytesHeld: number
  /** Bytes the peer's window would take now; 0 unless open. */
  readonly windowBytes: number
  /** Whether the peer has sent EOF, and whether we have. */
  readonly eofReceived: boolean
  readonly eofSent: boolean

  /**
   * Sends as much as window, output pressure and a running key exchange allow, and returns how many bytes were taken;
   * `data` is free again on return. After a short count, `handler.writable` is called once there is room.
   * Returns 0 when the channel is not open or EOF was sent.
   */
  write(data: Uint8Array, extendedType?: number): number
  /**
   * For writers that look before they take: true if `write` would take something. If not, `handler.writable` is called once
   * it would.
   */
  ready(): boolean
  /** The consumer is done with that many received bytes: the peer's credit returns in large steps. RangeError for more than were held. */
  consumed(bytes: number): void
  /** Sends a request; `reply` makes it want one. Throws `queue-full` with too many unanswered, `channel-protocol` when not open. */
  request(request: ChannelRequestBody, reply?: (succeeded: boolean) => void): void
  /** No more data from us; the other direction goes on. Does nothing the second time. */
  sendEof(): void
  /** Ends both directions; `handler.closed` follows when the peer has answered. Does nothing the second time. */
  close(): void
}

/**
 * `opening`: we asked, no answer yet. `open`: both numbers known. `closing`: our CLOSE is out, the peer's is not in:
 * what still arrives is dropped. `closed`: final; the number may be used again.
 */
export type ChannelPhase = 'opening' | 'open' | 'closing' | 'closed'

/** Sizes of what we let the peer send on a channel. */
export interface ChannelLimits {
  /** Receive window in bytes: most that may be in flight or unconsumed. */
  readonly windowBytes: number
  /** Most data bytes the peer may put in one message. */
  readonly maxPacketBytes: number
}
