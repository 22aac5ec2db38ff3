/**
 * One channel's state, driven by Connection. Only `Channel` of it is public.
 *
 *   opening ──confirmation──▶ open ──our CLOSE──▶ closing ──peer's CLOSE──▶ closed
 *      │                        └───────peer's CLOSE (ours goes back at once)───▲
 *      └──failure──▶ closed
 */
import { SshError } from '../errors.ts'
import type { ChannelRequestBody } from '../messages/channel-requests.ts'
import type { ChannelType } from '../messages/channel-types.ts'
import { encodeMessage } from '../messages/codec.ts'
import {
  type ChannelOpenConfirmation,
  type ChannelRequest,
  channelClose,
  channelEof,
  channelFailure,
  channelRequest,
  channelSuccess,
  channelWindowAdjust,
  EXTENDED_DATA_STDERR,
} from '../messages/connection.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import type { Channel, ChannelHandler, ChannelLimits, ChannelPhase } from './channel.ts'
import { ReceiveWindow, SendWindow } from './channel-window.ts'
import { AwaitedReplies, OwedReplies } from './reply-queue.ts'

/** Requests on one channel that may wait for an answer, each way: PuTTY keeps some dozens of winadj in flight. */
const MAX_PENDING_CHANNEL_REQUESTS = 256
/** Below this a peer's maximum packet would turn each byte into a packet of its own (V-D02). */
export const MIN_PEER_PACKET_BYTES = 256
/** Never more than this in one message, whatever the peer says: with its overhead it stays within OpenSSH's 256 KiB packets. */
export const MAX_SENT_PACKET_BYTES = 128 * 1024

/** Message number, recipient channel, length. */
const DATA_HEADER_BYTES = 9
/** As above, with the data type before the length. */
const EXTENDED_HEADER_BYTES = 13

/** What a channel needs of its connection. */
export interface ChannelPort {
  send(payload: Uint8Array): void
  sendParts(header: Uint8Array, data: Uint8Array): void
  /** False while output is congested or keys are exchanged. */
  readonly canSendData: boolean
  /** `write` stopped short for lack of output room: call `writable` when there is some. */
  waitForRoom(channel: ChannelMachine): void
  /** The peer's CLOSE is in and ours out: the number is free. */
  freed(channel: ChannelMachine): void
  countUnsolicitedReply(): void
}

export class ChannelMachine implements Channel {
  readonly channelType: ChannelType
  readonly localId: number
  readonly limits: ChannelLimits
  readonly handler: ChannelHandler
  readonly #port: ChannelPort
  readonly #receiveWindow: ReceiveWindow
  readonly #owed: OwedReplies
  readonly #awaited = new AwaitedReplies<boolean>(MAX_PENDING_CHANNEL_REQUESTS)
  #phase: ChannelPhase = 'opening'
  #remoteId = 0
  #sendWindow = new SendWindow(0)
  #sentPacketBytes = 0
  #eofSent = false
  #eofReceived = false
  #bytesSent = 0
  #bytesReceived = 0
  /** `write` took less than offered, or `ready` said no, and `writable` has not been called since. */
  #starved = false
  // One header per channel, overwritten for each message: sendParts copies it before it returns.
  readonly #header = new Uint8Array(EXTENDED_HEADER_BYTES)
  readonly #headerView = new DataView(this.#header.buffer)
  readonly #dataHeader = this.#header.subarray(0, DATA_HEADER_BYTES)

  constructor(
    channelType: ChannelType,
    localId: number,
    limits: ChannelLimits,
    handler: ChannelHandler,
    port: ChannelPort,
  ) {
    this.channelType = channelType
    this.localId = localId
    this.limits = limits
    this.handler = handler
    this.#port = port
    this.#receiveWindow = new ReceiveWindow(limits.windowBytes)
    this.#owed = new OwedReplies(MAX_PENDING_CHANNEL_REQUESTS, (data) => {
      const recipientChannel = this.#remoteId
      this.#port.send(
        data === undefined
          ? encodeMessage(channelFailure, { type: 'channel-failure', recipientChannel })
          : encodeMessage(channelSuccess, { type: 'channel-success', recipientChannel }),
      )
    })
  }

  get phase(): ChannelPhase {
    return this.#phase
  }
  get bytesSent(): number {
    return this.#bytesSent
  }
  get bytesReceived(): number {
    return this.#bytesReceived
  }
  get bytesHeld(): number {
    return this.#receiveWindow.held
  }
  get windowBytes(): number {
    return this.#phase === 'open' ? this.#sendWindow.available : 0
  }
  get eofReceived(): boolean {
    return this.#eofReceived
  }
  get eofSent(): boolean {
    return this.#eofSent
  }

  write(data: Uint8Array, extendedType?: number): number {
    if (this.#phase !== 'open' || this.#eofSent) return 0
    const header = this.#fillHeader(extendedType)
    const lengthAt = header.length - 4
    const total = data.length
    let taken = 0
    while (taken < total) {
      const bytes = Math.min(total - taken, this.#sendWindow.available, this.#sentPacketBytes)
      if (bytes === 0) {
        this.#starved = true
        break
      }
      if (!this.#port.canSendData) {
        this.#starved = true
        this.#port.waitForRoom(this)
        break
      }
      this.#headerView.setUint32(lengthAt, bytes)
      this.#sendWindow.take(bytes)
      this.#port.sendParts(header, bytes === total ? data : data.subarray(taken, taken + bytes))
      taken += bytes
    }
    this.#bytesSent += taken
    return taken
  }

  ready(): boolean {
    if (this.#phase !== 'open' || this.#eofSent) return false
    const window = this.#sendWindow.available > 0
    if (window && this.#port.canSendData) return true
    this.#starved = true
    if (window) this.#port.waitForRoom(this)
    return false
  }

  consumed(bytes: number): void {
    if (this.#phase === 'closed') return
    const grant = this.#receiveWindow.consume(bytes)
    // After EOF or our own CLOSE credit would only be noise.
    if (grant === 0 || this.#eofReceived || this.#phase !== 'open') return
    this.#port.send(
      encodeMessage(channelWindowAdjust, {
        type: 'channel-window-adjust',
        recipientChannel: this.#remoteId,
        bytesToAdd: grant,
      }),
    )
  }

  request(request: ChannelRequestBody, reply?: (succeeded: boolean) => void): void {
    if (this.#phase !== 'open') throw new SshError('channel-protocol', `a request on a channel that is ${this.#phase}`)
    if (reply !== undefined) this.#awaited.push(reply)
    this.#port.send(
      encodeMessage(channelRequest, {
        type: 'channel-request',
        recipientChannel: this.#remoteId,
        wantReply: reply !== undefined,
        request,
      }),
    )
  }

  sendEof(): void {
    if (this.#phase !== 'open' || this.#eofSent) return
    this.#eofSent = true
    this.#port.send(encodeMessage(channelEof, { type: 'channel-eof', recipientChannel: this.#remoteId }))
  }

  close(): void {
    if (this.#phase === 'opening') {
      // The peer's answer is still to come; a confirmation is then closed at once.
      this.#phase = 'closing'
      return
    }
    if (this.#phase !== 'open') return
    this.#phase = 'closing'
    this.#owed.stop()
    this.#sendClose()
  }

  // What follows is for Connection: messages of the peer whose recipient is this channel.

  /** We accept an open of the peer. */
  accept(remoteId: number, windowBytes: number, maxPacketBytes: number): void {
    this.#open(remoteId, windowBytes, maxPacketBytes)
  }

  receiveConfirmation(message: ChannelOpenConfirmation): void {
    const abandoned = this.#phase === 'closing'
    if (!abandoned && this.#phase !== 'opening') throw outOfState('channel-open-confirmation', this.#phase)
    if (this.#sentPacketBytes !== 0) throw outOfState('channel-open-confirmation', this.#phase)
    if (message.maxPacketBytes < MIN_PEER_PACKET_BYTES)
      throw new SshError('channel-protocol', `the peer takes packets of ${message.maxPacketBytes} bytes only`)
    this.#open(message.senderChannel, message.initialWindowBytes, message.maxPacketBytes)
    if (abandoned) this.close()
    else this.handler.opened?.()
  }

  receiveFailure(reason: number, description: string): void {
    const abandoned = this.#phase === 'closing'
    if ((!abandoned && this.#phase !== 'opening') || this.#sentPacketBytes !== 0)
      throw outOfState('channel-open-failure', this.#phase)
    this.#phase = 'closed'
    this.#port.freed(this)
    if (abandoned) this.handler.closed(undefined)
    else this.handler.refused?.(reason, description)
  }

  receiveData(bytes: Uint8Array, extendedType: number | undefined): void {
    this.#mustBeConfirmed('channel data')
    if (this.#eofReceived) throw new SshError('channel-protocol', 'channel data after EOF')
    if (bytes.length > this.limits.maxPacketBytes)
      throw new SshError('window-exceeded', 'channel data beyond the maximum packet size')
    this.#receiveWindow.receive(bytes.length)
    this.#bytesReceived += bytes.length
    if (this.#phase !== 'open' || bytes.length === 0) return
    if (extendedType === undefined || extendedType === EXTENDED_DATA_STDERR) this.handler.data(bytes, extendedType)
    // Nobody can use another type, but its bytes must not eat the window (V-D07).
    else this.consumed(bytes.length)
  }

  receiveWindowAdjust(bytes: number): void {
    this.#mustBeConfirmed('channel-window-adjust')
    this.#sendWindow.grow(bytes)
    if (this.#starved && this.#phase === 'open' && this.#sendWindow.available > 0) this.writable()
  }

  /** There may be room again, in the window or in the output. */
  writable(): void {
    if (!this.#starved || this.#phase !== 'open') return
    this.#starved = false
    this.handler.writable()
  }

  /** A second EOF changes nothing and some peers send it. */
  receiveEof(): void {
    this.#mustBeConfirmed('channel-eof')
    if (this.#eofReceived) return
    this.#eofReceived = true
    if (this.#phase === 'open') this.handler.eof()
  }

  receiveClose(): void {
    this.#mustBeConfirmed('channel-close')
    if (this.#phase === 'open') this.#sendClose()
    this.#phase = 'closed'
    this.#port.freed(this)
    this.#finish(undefined)
  }

  receiveRequest(message: ChannelRequest): void {
    this.#mustBeConfirmed('channel-request')
    if (this.#phase !== 'open') return
    const handler = this.handler
    this.#owed.take(
      message.request,
      message.wantReply,
      handler.request === undefined ? undefined : (request) => handler.request?.(request),
    )
  }

  receiveReply(succeeded: boolean): void {
    this.#mustBeConfirmed('channel reply')
    if (!this.#awaited.settle(succeeded)) this.#port.countUnsolicitedReply()
  }

  /** The connection is over. */
  lost(cause: SshError): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#finish(cause)
  }

  #open(remoteId: number, windowBytes: number, maxPacketBytes: number): void {
    this.#remoteId = remoteId
    this.#sendWindow = new SendWindow(windowBytes)
    this.#sentPacketBytes = Math.min(maxPacketBytes, MAX_SENT_PACKET_BYTES)
    this.#headerView.setUint32(1, remoteId)
    this.#phase = 'open'
  }

  #finish(cause: SshError | undefined): void {
    this.#owed.stop()
    this.#awaited.settleAll(false)
    this.handler.closed(cause)
  }

  #sendClose(): void {
    this.#port.send(encodeMessage(channelClose, { type: 'channel-close', recipientChannel: this.#remoteId }))
  }

  #fillHeader(extendedType: number | undefined): Uint8Array {
    if (extendedType === undefined) {
      this.#header[0] = SSH_MSG['channel-data']
      return this.#dataHeader
    }
    this.#header[0] = SSH_MSG['channel-extended-data']
    this.#headerView.setUint32(5, extendedType)
    return this.#header
  }

  /** Before the confirmation the peer has no business with our number (V-D04). */
  #mustBeConfirmed(what: string): void {
    if (this.#sentPacketBytes === 0) throw outOfState(what, 'opening')
  }
}

function outOfState(what: string, phase: string): SshError {
  return new SshError('channel-protocol', `${what} for a channel that is ${phase}`)
}
