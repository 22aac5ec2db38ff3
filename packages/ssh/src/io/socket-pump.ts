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

/** One read at most: as much as a busy loopback or 10 Gbit/s socket holds ready. */
export const READ_BUFFER_BYTES = 1024 * 1024
/** `limitReads` goes no lower: below this a read costs more than the bytes it brings. */
const MIN_READ_BYTES = 32 * 1024
/** Pieces up to this size are joined: a copy is cheaper than one more entry of the vector. */
const SMALL_PIECE_BYTES = 256
/** Room for small pieces, taken at once. */
const SLAB_BYTES = 8 * 1024
/**
 * Queued bytes from which `congested` is true. A window as OpenSSH grants it fits, so that one bulk transfer is held back by
 * its window alone; and it is the most that a peer which does not read makes a writer queue.
 */
const DEFAULT_HIGH_WATER_BYTES = 2 * 1024 * 1024
/** TCP keepalive probes start after this idle time: a dead peer without SSH keepalives is found in minutes, not never. */
const TCP_KEEPALIVE_MS = 60_000

/** After `close`: how long the peer may go without taking anything before what is left for it is given up. */
const CLOSE_LINGER_MS = 5_000

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

// Set by SocketPump below: the native read callback is made before the pump it feeds.
let readInto: (pump: SocketPump, bytes: Uint8Array) => void

export class SocketPump {
  readonly #stream: Duplex
  readonly #reader: Reader
  readonly #highWaterBytes: number
  #handler: SocketPumpHandler | undefined
  /** Written and not given to the stream yet. */
  #pieces: Uint8Array[] = []
  #pieceBytes = 0
  /** Those of the pieces whose memory comes back with `returnPacketBuffer`. */
  #given: Uint8Array[] = []
  /** Written and not reported as taken by the operating system. */
  #queuedBytes = 0
  #congested = false
  #dirty = false
  #ending = false
  #closed = false
  #discarding = false
  #linger: NodeJS.Timeout | undefined
  #error: Error | undefined
  #bytesRead = 0
  #bytesWritten = 0

  private constructor(stream: Duplex, options: SocketPumpOptions, reader: Reader) {
    this.#stream = stream
    this.#reader = reader
    reader.pump = this
    this.#highWaterBytes = options.highWaterBytes ?? DEFAULT_HIGH_WATER_BYTES
    stream.pause()
    stream.on('error', (error) => {
      this.#error ??= error
    })
    stream.on('end', () => {
      if (!this.#discarding) this.#guard(() => this.#handler?.end())
    })
    stream.on('close', () => this.#finish())
  }

  /**
   * Connects, and resolves once connected; reading begins with `start`. Rejects with the system's error (`code`
   * ECONNREFUSED and so on) or the signal's reason.
   */
  static dial(target: DialTarget, options: DialOptions = {}): Promise<SocketPump> {
    return new Promise((resolve, reject) => {
      options.signal?.throwIfAborted()
      const reader = new Reader()
      const socket = net.connect({ ...target, allowHalfOpen: true, noDelay: true, onread: onreadInto(reader) })
      const pump = new SocketPump(socket, options, reader)
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
    const handle = takeHandle(accepted)
    if (handle === undefined) return SocketPump.fromStream(accepted, options)
    const reader = new Reader()
    const socketOptions: Rewrap = { handle, allowHalfOpen: true, pauseOnCreate: true, onread: onreadInto(reader) }
    const socket = new net.Socket(socketOptions as net.SocketConstructorOpts)
    // The server counts its connections by the sockets it made: the old one goes when the new one does.
    socket.once('close', () => accepted.destroy())
    return new SocketPump(socket, options, reader)
  }

  /** Over any duplex stream, with its own buffers: for TLS, pipes, tests, and where `adopt` finds no handle. */
  static fromStream(stream: Duplex, options: SocketPumpOptions = {}): SocketPump {
    const pump = new SocketPump(stream, options, new Reader())
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
    this.#reader.limit = Math.min(Math.max(bytes, MIN_READ_BYTES), READ_BUFFER_BYTES)
  }

  /**
   * As `write`, for bytes that the caller hands over for good: once they are `written`, their memory may be used for other
   * packets. Right only for the whole of what came out of a packet (a payload, a channel's data, output pieces), only once.
   */
  give(bytes: Uint8Array): void {
    if (!this.#ending && !this.#closed && bytes.length >= MIN_POOLED_BYTES) this.#given.push(bytes)
    this.write(bytes)
  }

  /** Queues bytes, which belong to the pump until they are `written`. Ignored after `end` or when closed. */
  write(bytes: Uint8Array): void {
    if (this.#ending || this.#closed || bytes.length === 0) return
    if (bytes.length <= SMALL_PIECE_BYTES) this.#pushSmall(bytes)
    else this.#pieces.push(bytes)
    this.#pieceBytes += bytes.length
    this.#queuedBytes += bytes.length
    if (this.#queuedBytes >= this.#highWaterBytes) this.#congested = true
    if (!this.#dirty) {
      this.#dirty = true
      markDirty(this)
    }
  }

  /** Sends what is queued and then FIN; the peer may go on sending. */
  end(): void {
    if (this.#ending || this.#closed) return
    this.flush()
    this.#ending = true
    this.#stream.end()
  }

  /**
   * Nobody reads here any more: sends what is queued and FIN, throws away what still comes, and closes when the peer has
   * ended too, or makes no progress for 5 s.
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

  /** As `abort`, and the peer sees a reset rather than an end: for targets whose connection broke. */
  reset(error?: Error): void {
    // Only TCP knows resets. It marks the socket and would wait for queued writes, so the abort behind it is needed.
    if (this.remoteAddress !== undefined) (this.#stream as net.Socket).resetAndDestroy()
    this.abort(error)
  }

  /** Hands queued bytes to the operating system now rather than at the end of the present read. */
  flush(): void {
    this.#dirty = false
    const pieces = this.#pieces
    const bytes = this.#pieceBytes
    const last = pieces.length - 1
    if (last < 0 || this.#closed) return
    const given = this.#given
    this.#pieces = []
    this.#pieceBytes = 0
    if (given.length > 0) this.#given = []
    const taken = (error?: Error | null): void => {
      // After an error nobody knows what the system still looks at: that memory is left to the garbage collector.
      if (error !== undefined && error !== null) return
      for (const piece of given) returnPacketBuffer(piece)
      this.#taken(bytes)
    }
    if (last === 0) {
      this.#stream.write(pieces[0], taken)
      return
    }
    this.#stream.cork()
    for (let i = 0; i < last; i++) this.#stream.write(pieces[i])
    this.#stream.write(pieces[last], taken)
    this.#stream.uncork()
  }

  /** Joined to the piece before if that is small too. */
  #pushSmall(bytes: Uint8Array): void {
    if (slab.length - slabUsed < bytes.length) {
      slab = new Uint8Array(SLAB_BYTES)
      slabUsed = 0
    }
    const start = slabUsed
    slab.set(bytes, start)
    slabUsed += bytes.length
    const last = this.#pieces.length - 1
    const before = this.#pieces[last]
    if (before !== undefined && before.buffer === slab.buffer && before.byteOffset + before.length === start)
      this.#pieces[last] = slab.subarray(before.byteOffset, slabUsed)
    else this.#pieces.push(slab.subarray(start, slabUsed))
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
  }

  #lingerOn(queuedBefore: number): void {
    this.#linger = setTimeout(() => {
      const queued = this.#queuedBytes
      if (queued > 0 && queued < queuedBefore) this.#lingerOn(queued)
      else this.abort()
    }, CLOSE_LINGER_MS)
  }

  /** A consumer's bug must end its own connection, not the process. */
  #guard(call: () => void): void {
    batchDepth++
    try {
      call()
    } catch (error) {
      this.abort(asError(error))
    } finally {
      batchDepth--
      if (batchDepth === 0) flushDirty()
    }
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    this.#pieces = []
    this.#given = []
    clearTimeout(this.#linger)
    this.#handler?.closed(this.#error)
  }

  static {
    readInto = (pump, bytes) => pump.#read(bytes)
  }
}

/** Options a `net.Server` needs so that its sockets can be adopted. */
export const listenOptions = { pauseOnConnect: true, allowHalfOpen: true, noDelay: true } as const

// Pumps with queued bytes. Within a callback of any pump they wait for its end; elsewhere for the end of the tick.
const dirtyPumps: SocketPump[] = []
let batchDepth = 0

function markDirty(pump: SocketPump): void {
  dirtyPumps.push(pump)
  if (batchDepth === 0 && dirtyPumps.length === 1) process.nextTick(flushDirty)
}

function flushDirty(): void {
  // Flushing calls nobody back, so the list cannot grow meanwhile.
  for (const pump of dirtyPumps) pump.flush()
  dirtyPumps.length = 0
}

// Small pieces of all pumps, one behind the other; what was handed out is never written again.
let slab = new Uint8Array(0)
let slabUsed = 0

let sharedBuffer: Uint8Array | undefined

/** What the native read callback knows of its pump, which is made after it. */
class Reader {
  pump: SocketPump | undefined
  limit = READ_BUFFER_BYTES
}

function onreadInto(reader: Reader): net.OnReadOpts {
  const whole = (sharedBuffer ??= new Uint8Array(READ_BUFFER_BYTES))
  let current: Uint8Array | undefined
  const options = {
    // Asked for the first buffer, and behind each read for another one if the next read should use it.
    buffer(): Uint8Array | undefined {
      if (current?.length === reader.limit) return undefined
      current = whole.subarray(0, reader.limit)
      return current
    },
    callback(bytesRead: number, buffer: Uint8Array): boolean {
      if (reader.pump !== undefined) readInto(reader.pump, buffer.subarray(0, bytesRead))
      return true
    },
  }
  return options as net.OnReadOpts
}

/** What `new net.Socket` takes beyond its documented options: a native handle, left paused. */
interface Rewrap {
  handle: object
  allowHalfOpen: boolean
  pauseOnCreate: boolean
  onread: net.OnReadOpts
}

interface NativeHandle {
  useUserBuffer?: unknown
  reading?: unknown
}

/** The native handle of an accepted socket that has not read anything, detached from it; undefined when this Node keeps it elsewhere. */
function takeHandle(accepted: net.Socket): object | undefined {
  const holder = accepted as unknown as { _handle?: NativeHandle | null }
  const handle = holder._handle
  if (handle === null || handle === undefined || typeof handle.useUserBuffer !== 'function') return undefined
  if (handle.reading === true || accepted.bytesRead > 0) return undefined
  holder._handle = null
  return handle
}

function tune(socket: net.Socket): void {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, TCP_KEEPALIVE_MS)
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error('aborted', { cause: value })
}
