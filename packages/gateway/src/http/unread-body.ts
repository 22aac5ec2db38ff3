import type { IncomingMessage, ServerResponse } from 'node:http'

/** What is still read of a request that has its answer already, in bytes: more than is on its way between two machines. */
const UNREAD_MAX_BYTES = 1024 * 1024
/** Time for that answer to arrive and to be read, in milliseconds. */
const UNREAD_MS = 5000

/**
 * Bounds what still comes of a request once it is answered. Node would throw it away without an end; to cut it off at once
 * would cost an honest client the answer (RFC 9112 §9.6). So some of it is read; then nothing, and the sender, who is stuck,
 * finds the answer and the end behind it; and after `ms` the connection is gone. One whose request has come by then lives on.
 */
export function boundUnread(
  request: IncomingMessage,
  response: ServerResponse,
  limits: { readonly bytes: number; readonly ms: number } = { bytes: UNREAD_MAX_BYTES, ms: UNREAD_MS },
): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (encoding === undefined && (length === undefined || length === '0')) return
  // What somebody has begun to read is not thrown away by Node; no more than one buffer of it is taken until they go on.
  request.read(0)
  response.once('finish', () => {
    if (!request.complete) linger(request, limits)
    request.resume()
  })
}

function linger(request: IncomingMessage, limits: { readonly bytes: number; readonly ms: number }): void {
  const { socket } = request
  let left = limits.bytes
  const late = setTimeout(() => socket.destroy(), limits.ms)
  request.on('data', (chunk: Uint8Array) => {
    left -= chunk.length
    if (left > 0) return
    request.pause()
    socket.end()
  })
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(late))
}
