import type { Channel, ChannelHandler, IncomingOpen, IncomingRequest } from '../connection/channel.ts'
import {
  Connection,
  type ConnectionHandler,
  type ConnectionLink,
  type ConnectionOptions,
} from '../connection/connection.ts'
import type { SshError } from '../errors.ts'
import type { ChannelRequestBody } from '../messages/channel-requests.ts'
import type { ChannelType } from '../messages/channel-types.ts'
import type { MessageCodec } from '../messages/codec.ts'
import { decodeMessage } from '../messages/codec.ts'
import type { GlobalRequestBody } from '../messages/global-requests.ts'
import { messageName } from '../messages/numbers.ts'

/** A channel handler that writes down everything. */
export class ChannelRecorder implements ChannelHandler {
  readonly chunks: Uint8Array[] = []
  readonly errorChunks: Uint8Array[] = []
  readonly events: string[] = []
  readonly requests: IncomingRequest<ChannelRequestBody>[] = []
  channel: Channel | undefined
  /** Returns credit as soon as data is there. */
  consumes = true
  onWritable: (() => void) | undefined
  onRequest: ((request: IncomingRequest<ChannelRequestBody>) => void) | undefined
  cause: SshError | undefined

  opened(): void {
    this.events.push('opened')
  }
  refused(reason: number, description: string): void {
    this.events.push(`refused ${reason} ${description}`)
  }
  data(bytes: Uint8Array, extendedType: number | undefined): void {
    ;(extendedType === undefined ? this.chunks : this.errorChunks).push(bytes.slice())
    if (this.consumes) this.channel?.consumed(bytes.length)
  }
  eof(): void {
    this.events.push('eof')
  }
  writable(): void {
    this.events.push('writable')
    this.onWritable?.()
  }
  request(request: IncomingRequest<ChannelRequestBody>): void {
    this.requests.push(request)
    this.events.push(`request ${request.request.kind}`)
    this.onRequest?.(request)
  }
  closed(cause: SshError | undefined): void {
    this.cause = cause
    this.events.push('closed')
  }

  get bytesReceived(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }
  get received(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.chunks))
  }
}

/** One end under test: what it sends stays in `outbox` until somebody delivers it. */
export class ConnectionSide implements ConnectionLink, ConnectionHandler {
  readonly connection: Connection
  readonly opens: IncomingOpen[] = []
  readonly refusedOpens: ChannelType[] = []
  readonly requests: IncomingRequest<GlobalRequestBody>[] = []
  outbox: Uint8Array[] = []
  canSendData = true
  onOpen: ((open: IncomingOpen) => void) | undefined
  onRequest: ((request: IncomingRequest<GlobalRequestBody>) => void) | undefined

  constructor(options: ConnectionOptions) {
    this.connection = new Connection(options, this, this)
  }

  send(payload: Uint8Array): void {
    this.outbox.push(payload.slice())
  }
  sendParts(header: Uint8Array, data: Uint8Array): void {
    this.outbox.push(new Uint8Array(Buffer.concat([header, data])))
  }
  channelOpen(open: IncomingOpen): void {
    this.opens.push(open)
    this.onOpen?.(open)
  }
  openRefused(channelType: ChannelType): void {
    this.refusedOpens.push(channelType)
  }
  globalRequest(request: IncomingRequest<GlobalRequestBody>): void {
    this.requests.push(request)
    this.onRequest?.(request)
  }

  /** Takes the oldest message out of the outbox, which must be of this kind. */
  take<T>(codec: MessageCodec<T>): T {
    const payload = this.outbox.shift()
    if (payload === undefined) throw new Error(`nothing was sent, expected ${messageName(codec.number)}`)
    return decodeMessage(codec, payload)
  }

  /** Names of what waits in the outbox. */
  get sent(): string[] {
    return this.outbox.map((payload) => messageName(payload[0] ?? 0).replace(/ .*/, ''))
  }
}

/** Two connections whose messages travel when `pump` says so. */
export class ConnectionPair {
  readonly client: ConnectionSide
  readonly server: ConnectionSide

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.client = new ConnectionSide({ ...options, role: 'client' })
    this.server = new ConnectionSide({ ...options, role: 'server' })
  }

  /** Delivers one waiting message from `from`; false when there is none. */
  deliver(from: 'client' | 'server'): boolean {
    const [source, sink] = from === 'client' ? [this.client, this.server] : [this.server, this.client]
    const payload = source.outbox.shift()
    if (payload === undefined) return false
    sink.connection.receive(payload)
    return true
  }

  /** Delivers both ways until nothing is on its way. */
  pump(): this {
    for (;;) {
      const moved = this.deliver('client')
      if (!this.deliver('server') && !moved) return this
    }
  }

  /** A channel opened by the client and accepted by the server, with the handlers of both ends. */
  open(channelType: ChannelType = { kind: 'session' }): OpenedChannel {
    const near = new ChannelRecorder()
    const far = new ChannelRecorder()
    this.server.onOpen = (open) => {
      far.channel = open.accept(far)
    }
    near.channel = this.client.connection.open(channelType, near)
    this.pump()
    this.server.onOpen = undefined
    if (far.channel === undefined) throw new Error('the server was not asked for the channel')
    return { near, far, nearChannel: near.channel, farChannel: far.channel }
  }
}

export interface OpenedChannel {
  /** The client's end. */
  readonly near: ChannelRecorder
  readonly nearChannel: Channel
  /** The server's end. */
  readonly far: ChannelRecorder
  readonly farChannel: Channel
}
