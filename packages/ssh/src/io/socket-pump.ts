/**
 * The one place where bytes go between a socket and synchronous consumers.
 *
 * Reading is where Node loses time: a stream allocates a fresh 64 KiB buffer for every read. Here all sockets of the
 * process read into ONE buffer, so a read can be large and costs no memory per connection; in return the consumer must be
 * done with the bytes when its `data` returns. `onread` is public for sockets one opens; for accepted ones the handle is
 * taken over by a new socket (`adopt`), and where that is not possible plain stream events serve. Numbers:
 * docs/decisions/0004-socket-reads.md.
 *
 * Writing: what a consumer writes while it handles one read leaves as one writev when the read is handled.
 */
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { MIN_POOLED_BYTES, returnPacketBuffer } from '../crypto/packet-buffers.ts'
import { batch, flushSoon } from './flush-batch.ts'
import {
  directWriter,
  READ_BUFFER_BYTES,
  SharedReads,
  streamWriter,
  takeOver,
  unsentBytes,
  type WritePieces,
} from './native-socket.ts'
import { appendPiece } from './piece-list.ts'

/** `limitReads` goes no lower: below this a read costs more than the bytes it brings. */
const MIN_READ_BYTES = 32 * 1024
/**
 * Queued bytes from which `congested` is true. A window as OpenSSH grants it fits, so that one bulk transfer is held back by
 * its window alone; and it is the most that a peer which does not read makes a writer queue.
 */
const DEFAULT_HIGH_WATER_BYTES = 2 * 1024 * 1024
/** TCP keepalive probes start after this idle time: a dead peer without SSH keepalives is found in minutes, not never. */
const TCP_KEEPALIVE_MS = 60_000

/** After `close`: how often is looked at what the peer has taken since. */
const CLOSE_LINGER_MS = 5_000
/** What it must take in that time, or all that is left: whoever takes less could make us keep a window of bytes for hours. */
const LEAST_PROGRESS_BYTES = 128 * 1024

/** Calls are synchronous and in order; `closed` is the last one. What a call throws ends this pump and becomes its error. */
export interface SocketPumpHandler {
  /** Bytes of the peer, valid only during the call: the next read overwrites them. */
  data(bytes: Uint8Array): void
  /** The peer sends no more. We still may. */
  end(): void
  /** `congested` has turned false again. */
  drain?(): void
  /** So many more bytes, in the order written, were taken by the operating system. */
  written?(bytes: number): void
  /** Final, exactly once: the socket is gone. */
  closed(error: Error | undefined): void
}

export interface SocketPumpOptions {
  /** Queued bytes from which `congested` is true. Default 2 MiB; `drain` comes at half of it. */
  readonly highWaterBytes?: number
}

export interface DialOptions extends SocketPumpOptions {
  /** Aborts the attempt; later it does nothing. */
  readonly signal?: AbortSignal
}

/** Where to connect to. */
export type DialTarget =
  | { readonly host: string; readonly port: number; readonly localAddress?: string }
  | { readonly path: string }

export class SocketPump {
  readonly #stream: Duplex
  readonly #reads: SharedReads
  readonly #writePieces: WritePieces
  readonly #highWaterBytes: number
  /** Only a socket's write is over when nobody looks at the bytes any more: other streams may have passed them on. */
  readonly #returnsMemory: boolean
  #handler: SocketPumpHandler | undefined
  /** Written and not given to the stream yet. */
  #pieces: Uint8Array[] = []
  #pieceBytes = 0
  /** Those of the pieces whose memory comes back with `returnPacketBuffer`. */
  #given: Uint8Array[] = []
  /** Written and not reported as taken by the operating system. */
  #queuedBytes = 0
  #congested = false
  /** `flush` has been asked for. */
  #dirty = false
  /** One write is with the operating system; the next waits for its end. */
  #writing = false
  #ending = false
  #closed = false
  #discarding = false
  #linger: NodeJS.Timeout | undefined
  #error: Error | undefined
  #bytesRead = 0
  #bytesWritten = 0

  private constructor(stream: Duplex, options: SocketPumpOptions, reads: SharedReads, writePieces: WritePieces) {
    this.#stream = stream
    this.#reads = reads
    this.#writePieces = writePieces
    this.#returnsMemory = stream instanceof net.Socket
    reads.receive = (bytes) => this.#read(bytes)
    this.#highWaterBytes = options.highWaterBytes ?? DEFAULT_HIGH_WATER_BYTES
    stream.pause()
    stream.on('error', (error) => {
      this.#error ??= error
    })
    stream.on('end', () => {
      if (!this.#discarding) this.#guard(() => this.#handler?.end())
    })
    stream.on('close', () => this.#finish())
    // One that is gone already says nothing more.
    if (stream.closed) process.nextTick(() => this.#finish())
  }

  /**
   * Connects, and resolves once connected; reading begins with `start`. Rejects with the system's error (`code`
   * ECONNREFUSED and so on) or the signal's reason.
   */
  static dial(target: DialTarget, options: DialOptions = {}): Promise<SocketPump> {
    return new Promise((resolve, reject) => {
      options.signal?.throwIfAborted()
      const reads = new SharedReads()
      const socket = net.connect({ ...target, allowHalfOpen: true, noDelay: true, onread: reads.options() })
      const pump = new SocketPump(socket, options, reads, directWriter(socket))
      const abort = (): void => void socket.destroy(asError(options.signal?.reason))
      options.signal?.addEventListener('abort', abort, { once: true })
      const fail = (): void => reject(pump.#error ?? new Error('socket closed before it was connected'))
      socket.once('close', fail)
      socket.once('connect', () => {
        options.signal?.removeEventListener('abort', abort)
        socket.off('close', fail)
        tune(socket)
        resolve(pump)
      })
      socket.once('close', () => options.signal?.removeEventListener('abort', abort))
    })
  }

  /**
   * Takes over a socket accepted by a server made with `pauseOnConnect` and `allowHalfOpen` (see `listenOptions`).
   * The given socket must not be used afterwards.
   */
  static adopt(accepted: net.Socket, options: SocketPumpOptions = {}): SocketPump {
    tune(accepted)
    const reads = new SharedReads()
    const socket = takeOver(accepted, reads)
    if (socket === undefined) return SocketPump.fromStream(accepted, options)
    return new SocketPump(socket, options, reads, directWriter(socket))
  }

  /** Over any duplex stream, with its own buffers: for TLS, pipes, tests, and where `adopt` finds no handle. */
  static fromStream(stream: Duplex, options: SocketPumpOptions = {}): SocketPump {
    const pump = new SocketPump(stream, options, new SharedReads(), streamWriter(stream))
    // A plain Uint8Array as on the other path: Buffer's `slice` does not copy.
    stream.on('data', (chunk: Uint8Array) =>
      pump.#read(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)),
    )
    stream.pause()
    return pump
  }

  /** Bytes given to `write` that the operating system has not taken yet. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }
  /** True from the high-water mark until the queue has fallen to half of it: stop writing until `drain`. Nothing is refused. */
  get congested(): boolean {
    return this.#congested
  }
  get bytesRead(): number {
    return this.#bytesRead
  }
  get bytesWritten(): number {
    return this.#bytesWritten
  }
  get closed(): boolean {
    return this.#closed
  }
  get remoteAddress(): string | undefined {
    return this.#stream instanceof net.Socket ? this.#stream.remoteAddress : undefined
  }
  get remotePort(): number | undefined {
    return this.#stream instanceof net.Socket ? this.#stream.remotePort : undefined
  }
  get localAddress(): string | undefined {
    return this.#stream instanceof net.Socket ? this.#stream.localAddress : undefined
  }
  get localPort(): number | undefined {
    return this.#stream instanceof net.Socket ? this.#stream.localPort : undefined
  }

  /** Gives the pump its handler, once, and begins to read. */
  start(handler: SocketPumpHandler): void {
    if (this.#handler !== undefined) throw new Error('this pump has been started already')
    this.#handler = handler
    if (this.#closed) process.nextTick(() => handler.closed(this.#error))
    else this.#stream.resume()
  }

  /** No `data` until `resume`; the peer is slowed by TCP. May be called within `data`. */
  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    if (!this.#closed) this.#stream.resume()
  }

  /**
   * How many bytes one read may bring, from the read after the next one at the latest; kept between 32 KiB and 1 MiB.
   * For consumers that know how much they can pass on: what is not read stays with the peer. Plain streams ignore it.
   */
  limitReads(bytes: number): void {
    this.#reads.limit = Math.min(Math.max(bytes, MIN_READ_BYTES), READ_BUFFER_BYTES)
  }

  /**
   * As `write`, for bytes that the caller hands over for good: once they are `written`, their memory may be used for other
   * packets. Right only for the whole of what came out of a packet (a payload, a channel's data, output pieces), only once.
   */
  give(bytes: Uint8Array): void {
    if (bytes.length >= MIN_POOLED_BYTES && this.#returnsMemory && !this.#ending && !this.#closed)
      this.#given.push(bytes)
    this.write(bytes)
  }

  /** Queues bytes, which belong to the pump until they are `written`. Ignored after `end` or when closed. */
  write(bytes: Uint8Array): void {
    if (this.#ending || this.#closed || bytes.length === 0) return
    appendPiece(this.#pieces, bytes)
    this.#pieceBytes += bytes.length
    this.#queuedBytes += bytes.length
    if (this.#queuedBytes >= this.#highWaterBytes) this.#congested = true
    if (!this.#dirty) {
      this.#dirty = true
      flushSoon(this)
    }
  }

  /** Sends what is queued and then FIN; the peer may go on sending. */
  end(): void {
    if (this.#ending || this.#closed) return
    this.#ending = true
    this.flush()
    if (!this.#writing && !this.#stream.writableEnded) this.#stream.end()
  }

  /**
   * Nobody reads here any more: sends what is queued and FIN, throws away what still comes, and closes when the peer has
   * ended too, or has had 5 s for it. One that takes what is queued more slowly than 128 KiB in 5 s sees a reset: an end
   * would tell it that it has everything.
   */
  close(): void {
    if (this.#closed || this.#discarding) return
    this.#discarding = true
    this.end()
    this.#stream.resume()
    this.#lingerOn(Infinity)
  }

  /** Drops what is queued and closes at once; `closed` follows with `error`. */
  abort(error?: Error): void {
    this.#error ??= error
    this.#pieces = []
    this.#pieceBytes = 0
    this.#given = []
    this.#stream.destroy()
  }

  /**
   * As `abort`, and the peer sees a reset rather than an end: for targets whose connection broke. Once its end is on the way
   * it has been given everything, and sees that.
   */
  reset(error?: Error): void {
    const { writableEnded, writableFinished } = this.#stream
    // Only TCP knows resets. libuv refuses one while a FIN is on its way, and Node would then never close the socket. It marks
    // the socket and would wait for queued writes, so the abort behind it is needed.
    if (this.remoteAddress !== undefined && (!writableEnded || writableFinished))
      (this.#stream as net.Socket).resetAndDestroy()
    this.abort(error)
  }

  /** Hands queued bytes to the operating system now rather than at the end of the present read. */
  flush(): void {
    this.#dirty = false
    if (this.#writing || this.#pieces.length === 0 || this.#stream.destroyed) return
    const pieces = this.#pieces
    const bytes = this.#pieceBytes
    const given = this.#given
    this.#pieces = []
    this.#pieceBytes = 0
    // Always a new list, also for an empty one: the callback below keeps this one until its write is over.
    this.#given = []
    this.#writing = true
    try {
      this.#writePieces(pieces, (error) => {
        this.#writing = false
        if (error !== undefined && error !== null) {
          // Nobody knows what the system still looks at: that memory is left to the garbage collector.
          if (!this.#stream.destroyed) this.abort(error)
          return
        }
        for (const piece of given) returnPacketBuffer(piece)
        this.#taken(bytes)
      })
    } catch (error) {
      // A stream that fails at once: whoever flushes has other pumps to flush as well.
      this.abort(asError(error))
    }
  }

  #read(bytes: Uint8Array): void {
    this.#bytesRead += bytes.length
    if (this.#discarding) return
    this.#guard(() => this.#handler?.data(bytes))
  }

  #taken(bytes: number): void {
    this.#queuedBytes -= bytes
    this.#bytesWritten += bytes
    const drained = this.#congested && this.#queuedBytes <= this.#highWaterBytes / 2
    if (drained) this.#congested = false
    if (this.#closed) return
    this.#guard(() => {
      this.#handler?.written?.(bytes)
      if (drained) this.#handler?.drain?.()
    })
    // What was written while this write was under way.
    if (this.#pieces.length > 0) this.flush()
    else if (this.#ending && !this.#stream.writableEnded) this.#stream.end()
  }

  #lingerOn(leftBefore: number): void {
    this.#linger = setTimeout(() => {
      const left = this.#leftBytes()
      if (left === 0) this.abort()
      else if (left <= leftBefore - LEAST_PROGRESS_BYTES) this.#lingerOn(left)
      else this.reset()
    }, CLOSE_LINGER_MS)
  }

  /** What the operating system has not taken: of a long write it takes a part at a time, and reports none of them. */
  #leftBytes(): number {
    const unsent = this.#writing ? unsentBytes(this.#stream) : undefined
    return unsent === undefined ? this.#queuedBytes : this.#pieceBytes + unsent
  }

  /** A consumer's bug must end its own connection, not the process. */
  #guard(call: () => void): void {
    batch(() => {
      try {
        call()
      } catch (error) {
        this.abort(asError(error))
      }
    })
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    this.#pieces = []
    this.#given = []
    clearTimeout(this.#linger)
    this.#handler?.closed(this.#error)
  }
}

/** Options a `net.Server` needs so that its sockets can be adopted. */
export const listenOptions = { pauseOnConnect: true, allowHalfOpen: true, noDelay: true } as const

function tune(socket: net.Socket): void {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, TCP_KEEPALIVE_MS)
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error('aborted', { cause: value })
}
