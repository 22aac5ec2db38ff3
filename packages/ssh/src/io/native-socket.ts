/**
 * What a net.Socket can do beyond its documented options, and where Node keeps it. Everything here has a plain way beside it
 * that SocketPump takes when the check at the top of a function says no; the tests run both.
 */
import net from 'node:net'
import type { Duplex } from 'node:stream'

/** One read at most: as much as a busy loopback or 10 Gbit/s socket holds ready. */
export const READ_BUFFER_BYTES = 1024 * 1024

let sharedBuffer: Uint8Array | undefined

/** How one socket reads: into the process's one buffer, at most `limit` bytes at a time. */
export class SharedReads {
  limit = READ_BUFFER_BYTES
  /** Gets each read; the bytes are valid during the call only. */
  receive: (bytes: Uint8Array) => void = () => undefined

  /** For the `onread` option of net.Socket. */
  options(): net.OnReadOpts {
    const whole = (sharedBuffer ??= new Uint8Array(READ_BUFFER_BYTES))
    let current: Uint8Array | undefined
    const options = {
      // Asked for the first buffer, and behind each read for another one if the next read should use it.
      buffer: (): Uint8Array | undefined => {
        if (current?.length === this.limit) return undefined
        current = whole.subarray(0, this.limit)
        return current
      },
      callback: (bytesRead: number, buffer: Uint8Array): boolean => {
        this.receive(buffer.subarray(0, bytesRead))
        return true
      },
    }
    return options as net.OnReadOpts
  }
}

interface NativeHandle {
  useUserBuffer?: unknown
  reading?: unknown
}

/**
 * A socket that reads by `reads`, over the native handle of an accepted one that has not read anything. Undefined when this
 * Node keeps the handle elsewhere, or it has been read from.
 */
export function takeOver(accepted: net.Socket, reads: SharedReads): net.Socket | undefined {
  const holder = accepted as unknown as { _handle?: NativeHandle | null }
  const handle = holder._handle
  if (handle === null || handle === undefined || typeof handle.useUserBuffer !== 'function') return undefined
  if (handle.reading === true || accepted.bytesRead > 0) return undefined
  holder._handle = null
  const options = { handle, allowHalfOpen: true, pauseOnCreate: true, onread: reads.options() }
  const socket = new net.Socket(options as unknown as net.SocketConstructorOpts)
  // The server counts its connections by the sockets it made: the old one goes when the new one does.
  socket.once('close', () => accepted.destroy())
  return socket
}

/** Sends all pieces in their order; `done` when the operating system has taken them, possibly before the call returns. */
export type WritePieces = (pieces: Uint8Array[], done: (error?: Error | null) => void) => void

interface VectorWriter {
  _write(chunk: Uint8Array, encoding: string, done: (error?: Error | null) => void): void
  _writev(chunks: object, done: (error?: Error | null) => void): void
}

/**
 * Writes past the buffering of stream.Writable, which costs more per piece than the system call: SocketPump has its own. Only
 * for sockets of which nobody else writes, one call at a time. `end` and `destroy` stay the stream's: libuv orders a
 * shutdown behind the writes before it.
 */
export function directWriter(socket: net.Socket): WritePieces {
  const writer = socket as unknown as VectorWriter
  if (typeof writer._writev !== 'function' || typeof writer._write !== 'function') return streamWriter(socket)
  return (pieces, done) => {
    const [first] = pieces
    if (first !== undefined && pieces.length === 1) return writer._write(first, 'buffer', done)
    const chunks = pieces.map((chunk) => ({ chunk, encoding: 'buffer' }))
    writer._writev(Object.assign(chunks, { allBuffers: true }), done)
  }
}

/** Bytes of the write under way that the operating system has not taken; undefined where that cannot be seen. */
export function unsentBytes(stream: Duplex): number | undefined {
  const size = (stream as { _handle?: { writeQueueSize?: unknown } | null })._handle?.writeQueueSize
  return typeof size === 'number' ? size : undefined
}

/** The documented way, for any stream. */
export function streamWriter(stream: Duplex): WritePieces {
  return (pieces, done) => {
    const last = pieces.length - 1
    stream.cork()
    for (let i = 0; i < last; i++) stream.write(pieces[i])
    stream.write(pieces[last], done)
    stream.uncork()
  }
}
