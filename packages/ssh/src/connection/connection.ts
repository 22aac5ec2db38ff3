/**
 * The connection protocol, RFC 4254, both roles: channels and global requests over whole payloads.
 * Nothing here waits, reads a clock or knows a socket: payloads come in by `receive`, leave by the link, and decisions
 * are objects (IncomingOpen, IncomingRequest) that the owner answers when it can.
 */
import { SshError } from '../errors.ts'
import type { ChannelType } from '../messages/channel-types.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import {
  type ChannelOpen,
  channelClose,
  channelEof,
  channelFailure,
  channelOpen,
  channelOpenConfirmation,
  channelOpenFailure,
  channelRequest,
  channelSuccess,
  channelWindowAdjust,
  globalRequest,
  OPEN_FAILURE,
  requestFailure,
  requestSuccess,
} from '../messages/connection.ts'
import type { GlobalRequestBody } from '../messages/global-requests.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import type { Channel, ChannelHandler, ChannelLimits, IncomingOpen, IncomingRequest, ReplyCallback } from './channel.ts'
import { ChannelMachine, type ChannelPort, MIN_PEER_PACKET_BYTES } from './channel-machine.ts'
import { ChannelTable } from './channel-table.ts'
import { PendingOpen } from './pending-open.ts'
import { AwaitedReplies, OwedReplies } from './reply-queue.ts'

/** As OpenSSH's forwarding channels: enough for 2 MiB per round trip, and the most a stalled consumer makes us hold. */
export const DEFAULT_WINDOW_BYTES = 2 * 1024 * 1024
/** What we let peers put in one message; RFC 4253 §6.1 promises 32 KiB, peers that use more have less fixed cost per byte. */
export const DEFAULT_MAX_PACKET_BYTES = 128 * 1024
/** A browser behind `-D` opens some hundred at once; each may hold a window of memory, so there must be an end. */
export const DEFAULT_MAX_CHANNELS = 512
/** Global requests that may wait for an answer, each way. */
const MAX_PENDING_GLOBAL_REQUESTS = 1024

/** The way out: both calls in the order of the wire. Transport has this shape already. */
export interface ConnectionLink {
  /** A whole payload; never refused, so the owner bounds what may pile up. */
  send(payload: Uint8Array): void
  /** A payload in two parts; both are free again on return. */
  sendParts(header: Uint8Array, data: Uint8Array): void
  /** False while keys are exchanged or output is congested: channel data waits. Call `resume` when it turns true. */
  readonly canSendData: boolean
}

/** Where the connection's own facts go; synchronous, in the order of the wire. */
export interface ConnectionHandler {
  /** The peer wants a channel of a permitted type. To be answered now or later; until then it counts as open. */
  channelOpen(open: IncomingOpen): void
  /** An open that was refused without asking: its type is not permitted (V-D06), or a limit is reached. For the record. */
  openRefused?(channelType: ChannelType, reason: number): void
  /** keepalive and no-more-sessions are answered without asking. Without this method, all other requests fail. */
  globalRequest?(request: IncomingRequest<GlobalRequestBody>): void
  /** The last channel is gone, or the first one is there: for idle limits. */
  channelCount?(count: number): void
}

export interface ConnectionOptions {
  readonly role: 'client' | 'server'
  /** Most channels at once, undecided ones included. Default 512. */
  readonly maxChannels?: number
  /** Receive window of each channel in bytes. Default 2 MiB. */
  readonly windowBytes?: number
  /** Most data bytes per message that we take. Default 128 KiB. */
  readonly maxPacketBytes?: number
}

/** Things worth a number, from the start of the connection. */
export interface ConnectionCounters {
  /** REQUEST_SUCCESS/FAILURE and CHANNEL_SUCCESS/FAILURE that answered nothing; dropped (V-D05). */
  unsolicitedReplies: number
  /** Opens of the peer: all of them, and those refused without asking. */
  opensReceived: number
  opensRefused: number
}

/** What a client may open at a server. What a server may open at a client is nothing, until `permitOpens` says so. */
const CLIENT_OPENS: readonly ChannelType['kind'][] = [
  'session',
  'direct-tcpip',
  'direct-streamlocal@openssh.com',
  'tun@openssh.com',
]

export class Connection {
  readonly role: 'client' | 'server'
  readonly counters: ConnectionCounters = { unsolicitedReplies: 0, opensReceived: 0, opensRefused: 0 }
  readonly #link: ConnectionLink
  readonly #handler: ConnectionHandler
  readonly #limits: ChannelLimits
  readonly #channels: ChannelTable<ChannelMachine | PendingOpen>
  readonly #owed: OwedReplies
  readonly #awaited = new AwaitedReplies<Uint8Array | undefined>(MAX_PENDING_GLOBAL_REQUESTS)
  readonly #permits = new Set<OpenPermit>()
  readonly #waitingForRoom = new Set<ChannelMachine>()
  readonly #port: ChannelPort
  #noMoreSessions = false
  #ended: SshError | undefined

  constructor(options: ConnectionOptions, link: ConnectionLink, handler: ConnectionHandler) {
    this.role = options.role
    this.#link = link
    this.#handler = handler
    this.#limits = {
      windowBytes: options.windowBytes ?? DEFAULT_WINDOW_BYTES,
      maxPacketBytes: options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES,
    }
    this.#channels = new ChannelTable(options.maxChannels ?? DEFAULT_MAX_CHANNELS)
    this.#owed = new OwedReplies(MAX_PENDING_GLOBAL_REQUESTS, (data) => {
      this.#link.send(
        data === undefined
          ? encodeMessage(requestFailure, { type: 'request-failure' })
          : encodeMessage(requestSuccess, { type: 'request-success', data }),
      )
    })
    this.#port = {
      send: (payload) => link.send(payload),
      sendParts: (header, data) => link.sendParts(header, data),
      get canSendData() {
        return link.canSendData
      },
      waitForRoom: (channel) => this.#waitingForRoom.add(channel),
      freed: (channel) => this.#free(channel),
      countUnsolicitedReply: () => {
        this.counters.unsolicitedReplies++
      },
    }
    if (this.role === 'server') for (const kind of CLIENT_OPENS) this.#permits.add({ kind, matches: undefined })
  }

  /** Channels open, being opened, being decided on or being closed. */
  get channelCount(): number {
    return this.#channels.size
  }

  /** The channels that exist now, without opens that are not decided. */
  *channels(): IterableIterator<Channel> {
    for (const entry of this.#channels) if (entry instanceof ChannelMachine) yield entry
  }

  /**
   * A payload of the peer with number 80 or above; the array is ours to keep. Returns false for a number that RFC 4254
   * does not define: the caller answers UNIMPLEMENTED. Throws SshError or DecodeError when the peer broke the protocol:
   * the caller disconnects and calls `lost`.
   */
  receive(payload: Uint8Array): boolean {
    if (this.#ended !== undefined) return true
    switch (payload[0] ?? 0) {
      case SSH_MSG['channel-data']:
        this.#receiveData(payload)
        return true
      case SSH_MSG['channel-window-adjust']: {
        const message = decodeMessage(channelWindowAdjust, payload)
        this.#channel(message.recipientChannel).receiveWindowAdjust(message.bytesToAdd)
        return true
      }
      case SSH_MSG['channel-extended-data']:
        this.#receiveExtendedData(payload)
        return true
      case SSH_MSG['channel-open']:
        this.#receiveOpen(decodeMessage(channelOpen, payload))
        return true
      case SSH_MSG['channel-open-confirmation']: {
        const message = decodeMessage(channelOpenConfirmation, payload)
        this.#channel(message.recipientChannel).receiveConfirmation(message)
        return true
      }
      case SSH_MSG['channel-open-failure']: {
        const message = decodeMessage(channelOpenFailure, payload)
        const description = new TextDecoder().decode(message.description)
        this.#channel(message.recipientChannel).receiveFailure(message.reason, description)
        return true
      }
      case SSH_MSG['channel-eof']:
        this.#channel(decodeMessage(channelEof, payload).recipientChannel).receiveEof()
        return true
      case SSH_MSG['channel-close']:
        this.#channel(decodeMessage(channelClose, payload).recipientChannel).receiveClose()
        return true
      case SSH_MSG['channel-request']: {
        const message = decodeMessage(channelRequest, payload)
        this.#channel(message.recipientChannel).receiveRequest(message)
        return true
      }
      case SSH_MSG['channel-success']:
        this.#channel(decodeMessage(channelSuccess, payload).recipientChannel).receiveReply(true)
        return true
      case SSH_MSG['channel-failure']:
        this.#channel(decodeMessage(channelFailure, payload).recipientChannel).receiveReply(false)
        return true
      case SSH_MSG['global-request']: {
        const message = decodeMessage(globalRequest, payload)
        this.#receiveGlobalRequest(message.request, message.wantReply)
        return true
      }
      case SSH_MSG['request-success']:
        this.#receiveReply(decodeMessage(requestSuccess, payload).data)
        return true
      case SSH_MSG['request-failure']:
        decodeMessage(requestFailure, payload)
        this.#receiveReply(undefined)
        return true
      default:
        return false
    }
  }

  /**
   * Asks the peer for a channel; the answer is `handler.opened` or `handler.refused`.
   * Throws `too-many-channels` at our own limit, and what ended the connection.
   */
  open(channelType: ChannelType, handler: ChannelHandler, limits: Partial<ChannelLimits> = {}): Channel {
    this.#mustLive()
    const channel = this.#channels.add(
      (id) => new ChannelMachine(channelType, id, { ...this.#limits, ...limits }, handler, this.#port),
    ) as ChannelMachine
    this.#link.send(
      encodeMessage(channelOpen, {
        type: 'channel-open',
        channel: channelType,
        senderChannel: channel.localId,
        initialWindowBytes: channel.limits.windowBytes,
        maxPacketBytes: channel.limits.maxPacketBytes,
      }),
    )
    this.#counted()
    return channel
  }

  /**
   * Sends a global request; `reply` makes it want one. Throws `queue-full` with 1,024 unanswered ones, and what ended
   * the connection.
   */
  globalRequest(request: GlobalRequestBody, reply?: ReplyCallback): void {
    this.#mustLive()
    if (reply !== undefined) this.#awaited.push(reply)
    this.#link.send(encodeMessage(globalRequest, { type: 'global-request', wantReply: reply !== undefined, request }))
  }

  /**
   * Lets the peer open channels of this kind, as far as `matches` agrees, until the returned function is called. For a
   * client: `forwarded-tcpip` after a tcpip-forward, `auth-agent@openssh.com` after an auth-agent-req, and so on.
   */
  permitOpens(kind: ChannelType['kind'], matches?: (channelType: ChannelType) => boolean): () => void {
    const permit: OpenPermit = { kind, matches }
    this.#permits.add(permit)
    return () => void this.#permits.delete(permit)
  }

  /** `link.canSendData` has turned true: channels that waited go on, oldest first, until it is false again. */
  resume(): void {
    for (const channel of this.#waitingForRoom) {
      // A channel that is short again has put itself at the end, so this is also what ends the loop.
      if (!this.#link.canSendData) return
      this.#waitingForRoom.delete(channel)
      channel.writable()
    }
  }

  /** Closes every channel; each `handler.closed` follows with the peer's answer. */
  closeChannels(): void {
    for (const channel of this.channels()) channel.close()
  }

  /** The transport has ended: everything that waits learns of it. Nothing is sent any more. Does nothing the second time. */
  lost(cause: SshError): void {
    if (this.#ended !== undefined) return
    this.#ended = cause
    this.#waitingForRoom.clear()
    this.#owed.stop()
    const failures: unknown[] = []
    for (const entry of this.#channels) {
      this.#channels.remove(entry.localId)
      try {
        entry.lost(cause)
      } catch (error) {
        failures.push(error)
      }
    }
    this.#awaited.settleAll(undefined)
    if (failures.length > 0) throw failures[0]
  }

  #receiveData(payload: Uint8Array): void {
    if (payload.length < 9 || uint32(payload, 5) !== payload.length - 9)
      throw new SshError('protocol-error', 'channel-data has a wrong length')
    this.#channel(uint32(payload, 1)).receiveData(payload.subarray(9), undefined)
  }

  #receiveExtendedData(payload: Uint8Array): void {
    if (payload.length < 13 || uint32(payload, 9) !== payload.length - 13)
      throw new SshError('protocol-error', 'channel-extended-data has a wrong length')
    this.#channel(uint32(payload, 1)).receiveData(payload.subarray(13), uint32(payload, 5))
  }

  #receiveOpen(message: ChannelOpen): void {
    this.counters.opensReceived++
    const refusal = this.#refusalOf(message)
    if (refusal !== undefined) {
      this.counters.opensRefused++
      this.#sendOpenFailure(message.senderChannel, refusal.reason, refusal.description)
      this.#handler.openRefused?.(message.channel, refusal.reason)
      return
    }
    const open = this.#channels.add(
      (id) =>
        new PendingOpen(message, id, {
          accept: (handler, limits) => this.#accept(open, handler, limits),
          reject: (reason, description) => {
            this.#channels.remove(id)
            this.#sendOpenFailure(message.senderChannel, reason, description)
            this.#counted()
          },
        }),
    ) as PendingOpen
    this.#counted()
    this.#handler.channelOpen(open)
  }

  /** Why an open is refused without asking anybody, if it is. */
  #refusalOf(message: ChannelOpen): { reason: number; description: string } | undefined {
    const { channel } = message
    if (!this.#permitted(channel)) {
      return channel.kind === 'unknown'
        ? { reason: OPEN_FAILURE.unknownChannelType, description: 'unknown channel type' }
        : { reason: OPEN_FAILURE.administrativelyProhibited, description: 'not asked for' }
    }
    if (channel.kind === 'session' && this.#noMoreSessions)
      return { reason: OPEN_FAILURE.administrativelyProhibited, description: 'no more sessions' }
    if (this.#channels.full) return { reason: OPEN_FAILURE.resourceShortage, description: 'too many channels' }
    if (message.maxPacketBytes < MIN_PEER_PACKET_BYTES)
      return { reason: OPEN_FAILURE.resourceShortage, description: 'maximum packet size too small' }
    return undefined
  }

  #permitted(channelType: ChannelType): boolean {
    for (const permit of this.#permits) {
      if (permit.kind === channelType.kind && (permit.matches?.(channelType) ?? true)) return true
    }
    return false
  }

  #accept(open: PendingOpen, handler: ChannelHandler, limits: Partial<ChannelLimits>): Channel {
    if (this.#ended !== undefined)
      throw new SshError('connection-lost', 'the connection ended before the channel was accepted', {
        cause: this.#ended,
      })
    const { message } = open
    const channel = new ChannelMachine(
      message.channel,
      open.localId,
      { ...this.#limits, ...limits },
      handler,
      this.#port,
    )
    channel.accept(message.senderChannel, message.initialWindowBytes, message.maxPacketBytes)
    this.#channels.replace(open.localId, channel)
    this.#link.send(
      encodeMessage(channelOpenConfirmation, {
        type: 'channel-open-confirmation',
        recipientChannel: message.senderChannel,
        senderChannel: channel.localId,
        initialWindowBytes: channel.limits.windowBytes,
        maxPacketBytes: channel.limits.maxPacketBytes,
      }),
    )
    return channel
  }

  #receiveGlobalRequest(request: GlobalRequestBody, wantReply: boolean): void {
    const handler = this.#handler
    if (request.kind === 'keepalive@openssh.com') {
      this.#owed.take(request, wantReply, undefined)
    } else if (request.kind === 'no-more-sessions@openssh.com' && this.role === 'server') {
      this.#noMoreSessions = true
      this.#owed.take(request, wantReply, (incoming) => incoming.succeed())
    } else {
      this.#owed.take(
        request,
        wantReply,
        handler.globalRequest === undefined ? undefined : (incoming) => handler.globalRequest?.(incoming),
      )
    }
  }

  #receiveReply(data: Uint8Array | undefined): void {
    if (!this.#awaited.settle(data)) this.counters.unsolicitedReplies++
  }

  /** The channel a message is meant for; anything but one that we told the peer about breaks the protocol (V-D04). */
  #channel(id: number): ChannelMachine {
    const entry = this.#channels.get(id)
    if (entry instanceof ChannelMachine) return entry
    throw new SshError('channel-protocol', `a message for channel ${id}, which is not open`)
  }

  #sendOpenFailure(recipientChannel: number, reason: number, description: string): void {
    this.#link.send(
      encodeMessage(channelOpenFailure, {
        type: 'channel-open-failure',
        recipientChannel,
        reason,
        description: new TextEncoder().encode(description),
        languageTag: '',
      }),
    )
  }

  #free(channel: ChannelMachine): void {
    this.#waitingForRoom.delete(channel)
    this.#channels.remove(channel.localId)
    this.#counted()
  }

  #counted(): void {
    this.#handler.channelCount?.(this.#channels.size)
  }

  #mustLive(): void {
    if (this.#ended !== undefined)
      throw new SshError('connection-lost', 'the connection has ended', { cause: this.#ended })
  }
}

interface OpenPermit {
  readonly kind: ChannelType['kind']
  readonly matches: ((channelType: ChannelType) => boolean) | undefined
}

/** A big-endian uint32 without a DataView per message. */
function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
