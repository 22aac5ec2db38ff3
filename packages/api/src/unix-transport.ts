import { type IncomingMessage, request } from 'node:http'
import { ApiError } from './api-error.ts'
import type { ApiTransport } from './client.ts'

/** Name of the daemon's socket inside its state directory. */
export const CONTROL_SOCKET = 'control.sock'

/** What the Host header says over the socket; the daemon answers to no other name. */
export const CONTROL_HOST = 'sallyport.local'

const START = 'start it with: sallyport up    (or name its state directory: --state DIR)'

/** Speaks HTTP over the daemon's unix socket. `fix` is what to do where nothing listens there. */
export function unixTransport(socketPath: string, { fix = START }: { readonly fix?: string } = {}): ApiTransport {
  return async ({ method, path, body, signal }) => {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = request({
      socketPath,
      // A connection of its own: one kept from before may just be closing at the other end.
      agent: false,
      method,
      path,
      headers: {
        host: CONTROL_HOST,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
      ...(signal === undefined ? {} : { signal }),
    })
    outgoing.once('response', resolve)
    outgoing.once('error', (cause) =>
      reject(signal?.aborted === true ? signal.reason : unreachable(socketPath, fix, cause)),
    )
    outgoing.end(body)
    const response = await promise
    return { status: response.statusCode ?? 0, body: response }
  }
}

function unreachable(socketPath: string, fix: string, cause: NodeJS.ErrnoException): ApiError {
  if (cause.code === 'EACCES' || cause.code === 'EPERM')
    return new ApiError('daemon.unreachable', 'the daemon’s socket may not be opened by this user', {
      why: `${socketPath} belongs to whoever started the daemon`,
      fix: 'run the command as that user or as root',
      cause,
    })
  if (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED')
    return new ApiError('daemon.unreachable', 'the daemon is not running', {
      why: `nothing listens on ${socketPath}`,
      fix,
      cause,
    })
  return new ApiError('daemon.unreachable', 'the connection to the daemon broke', {
    why: `${cause.code ?? cause.message} on ${socketPath}`,
    cause,
  })
}
