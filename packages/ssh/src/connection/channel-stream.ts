/**
 * The comfortable way to use a channel: read by `for await`, write by `await writeAll`, release by `await using`.
 * For code that copies much, Channel with a handler of its own costs no promise per chunk.
 */
import { SshError } from '../errors.ts'
import type { ChannelRequestBody } from '../messages/channel-requests.ts'
import type { ChannelType } from '../messages/channel-types.ts'
import type { Channel, ChannelHandler, ChannelLimits, IncomingOpen, IncomingRequest } from './channel.ts'
import { ChunkQueue } from './chunk-queue.ts'
import type { Connection } from './connection.ts'

/** How a command ended, RFC 4254 §6.10. */
export type ChannelExit =
  | { readonly kind: 'status'; readonly status: number }
  /** `name` without "SIG"; `message` is the peer's: escape it. */
  | { readonly kind: 'signal'; readonly name: string; readonly coreDumped: boolean; readonly message: string }

export interface ChannelStreamOptions {
  readonly limits?: Partial<ChannelLimits>
  /**
   * What becomes of the error stream. It shares the window with the other: one that is to be read but is not will stop
   * both. Default `discard`.
   */
  readonly stderr?: 'discard' | 'read'
  /** Requests of the peer other than exit-status and exit-signal; without it they fail. */
  readonly request?: (request: IncomingRequest<ChannelRequestBody>) => void
}

export interface Abortable {
  readonly signal?: AbortSignal
}

interface PendingWrite {
  readonly data: Uint8Array
  readonly extendedType: number | undefined
  taken: number
  readonly done: PromiseWithResolvers<void>
}

export class ChannelStream implements AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly #output = new ChunkQueue((bytes) => this.channel.consumed(bytes))
  readonly #errors = new ChunkQueue((bytes) => this.channel.consumed(bytes))
  readonly #writes: PendingWrite[] = []
  readonly #opened = Promise.withResolvers<void>()
  readonly #closed = Promise.withResolvers<SshError | undefined>()
  readonly #options: ChannelStreamOptions
  readonly #channel: Channel
  #exit: ChannelExit | undefined

  private constructor(options: ChannelStreamOptions, makeChannel: (handler: ChannelHandler) => Channel) {
    this.#options = options
    this.#channel = makeChannel({
      opened: () => this.#opened.resolve(),
      refused: (reason, description) => {
        const error = new SshError('channel-refused', 'the peer refused to open the channel', {
          facts: { reason, description },
        })
        this.#opened.reject(error)
        this.#finish(error)
      },
      data: (bytes, extendedType) => this.#receive(bytes, extendedType),
      eof: () => this.#endReading(),
      writable: () => this.#pump(),
      request: (request) => this.#receiveRequest(request),
      closed: (cause) => {
        this.#opened.reject(cause ?? closedError())
        this.#finish(cause)
      },
    })
  }

  /** Opens a channel. Rejects with `channel-refused` (`facts`: reason, description), what ended the connection, or the signal's reason. */
  static async open(
    connection: Connection,
    channelType: ChannelType,
    options: ChannelStreamOptions & Abortable = {},
  ): Promise<ChannelStream> {
    options.signal?.throwIfAborted()
    const stream = new ChannelStream(options, (handler) => connection.open(channelType, handler, options.limits))
    try {
      await abortable(stream.#opened.promise, options.signal)
    } catch (error) {
      stream.channel.close()
      throw error
    }
    return stream
  }

  /** Accepts a channel that the peer wants to open; throws as `IncomingOpen.accept` does. */
  static accept(open: IncomingOpen, options: ChannelStreamOptions = {}): ChannelStream {
    const stream = new ChannelStream(options, (handler) => open.accept(handler, options.limits))
    stream.#opened.resolve()
    return stream
  }

  get channel(): Channel {
    return this.#channel
  }

  /** How the command ended; undefined until the peer says so, and for good if it never does. Final once `closed` has resolved. */
  get exit(): ChannelExit | undefined {
    return this.#exit
  }

  /** Resolves when both sides have closed, or with what ended the connection. Never rejects. */
  get closed(): Promise<SshError | undefined> {
    return this.#closed.promise
  }

  /** Chunks of the peer until its EOF; rejects with what ended the connection. Credit returns as chunks are taken. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#output[Symbol.asyncIterator]()
  }

  /** The error stream, with option `stderr: 'read'`; otherwise it only ends. */
  get stderr(): AsyncIterable<Uint8Array> {
    return this.#errors
  }

  /**
   * Sends all of `data`, which must not change meanwhile; resolves when the last byte was given to the transport.
   * Rejects with `channel-closed`, what ended the connection, or the signal's reason: part of it may have left then.
   */
  async writeAll(data: Uint8Array, options: Abortable & { readonly extendedType?: number } = {}): Promise<void> {
    options.signal?.throwIfAborted()
    const write: PendingWrite = {
      data,
      extendedType: options.extendedType,
      taken: 0,
      done: Promise.withResolvers(),
    }
    this.#writes.push(write)
    this.#pump()
    try {
      await abortable(write.done.promise, options.signal)
    } finally {
      const at = this.#writes.indexOf(write)
      if (at >= 0) this.#writes.splice(at, 1)
    }
  }

  /** Sends a request and resolves with whether the peer agreed; false too when the channel ends first. */
  async request(request: ChannelRequestBody, options: Abortable = {}): Promise<boolean> {
    options.signal?.throwIfAborted()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.channel.request(request, resolve)
    return await abortable(promise, options.signal)
  }

  /**
   * As `request`, for what must be agreed to. Rejects with `request-refused`, and where the channel ends unanswered with
   * `channel-closed`, what ended the connection, or the signal's reason.
   */
  async demand(request: ChannelRequestBody, options: Abortable = {}): Promise<void> {
    options.signal?.throwIfAborted()
    const answer = Promise.withResolvers<void>()
    const ended = (cause: SshError | undefined): void => answer.reject(cause ?? closedError())
    if (this.channel.phase === 'open') {
      this.channel.request(request, (succeeded) => {
        if (succeeded) answer.resolve()
        // At the end every request that waits is told no; what ended it is known a moment later.
        else if (this.channel.phase === 'closed') void this.closed.then(ended)
        else answer.reject(refusedError(request.kind))
      })
    } else if (this.channel.phase === 'closed') void this.closed.then(ended)
    else ended(undefined)
    await abortable(answer.promise, options.signal)
  }

  /** No more data from us. */
  end(): void {
    this.channel.sendEof()
  }

  /** Sends CLOSE; await `closed` to know that the peer has answered. */
  [Symbol.asyncDispose](): Promise<void> {
    this.channel.close()
    return Promise.resolve()
  }

  #receive(bytes: Uint8Array, extendedType: number | undefined): void {
    if (extendedType === undefined) this.#output.push(bytes)
    else if (this.#options.stderr === 'read') this.#errors.push(bytes)
    else this.channel.consumed(bytes.length)
  }

  #receiveRequest(incoming: IncomingRequest<ChannelRequestBody>): void {
    const { request } = incoming
    if (request.kind === 'exit-status') {
      this.#exit = { kind: 'status', status: request.status }
      incoming.succeed()
    } else if (request.kind === 'exit-signal') {
      const message = new TextDecoder().decode(request.message)
      this.#exit = { kind: 'signal', name: request.name, coreDumped: request.coreDumped, message }
      incoming.succeed()
    } else this.#options.request?.(incoming)
  }

  #pump(): void {
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      if (this.channel.phase !== 'open' || this.channel.eofSent) {
        this.#failWrites(closedError())
        return
      }
      const rest = write.taken === 0 ? write.data : write.data.subarray(write.taken)
      write.taken += this.channel.write(rest, write.extendedType)
      if (write.taken < write.data.length) return
      this.#writes.shift()
      write.done.resolve()
    }
  }

  #endReading(error?: SshError): void {
    this.#output.end(error)
    this.#errors.end(error)
  }

  #finish(cause: SshError | undefined): void {
    this.#failWrites(cause ?? closedError())
    this.#endReading(cause)
    this.#closed.resolve(cause)
  }

  #failWrites(error: Error): void {
    for (const write of this.#writes.splice(0)) write.done.reject(error)
  }
}

function closedError(): SshError {
  return new SshError('channel-closed', 'the channel is closed for writing')
}

function refusedError(request: string): SshError {
  return new SshError('request-refused', `the peer refused ${request}`, { facts: { request } })
}

/** `promise`, or the signal's reason if that comes first. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
