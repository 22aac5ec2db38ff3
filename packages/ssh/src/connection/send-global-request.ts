import { SshError } from '../errors.ts'
import { forwardedPort, type GlobalRequestBody } from '../messages/global-requests.ts'
import { type Abortable, abortable } from './channel-stream.ts'
import type { Connection } from './connection.ts'

/**
 * Sends a global request that wants a reply and resolves with the reply's data (RFC 4254 §4). Rejects with
 * `request-refused` for failure or when the connection ends first, or with the signal's reason.
 */
export async function sendGlobalRequest(
  connection: Connection,
  request: GlobalRequestBody,
  options: Abortable = {},
): Promise<Uint8Array> {
  options.signal?.throwIfAborted()
  return await agreed(ask(connection, request), options)
}

/** The reply's data; undefined for failure, or when the connection ends first. */
function ask(connection: Connection, request: GlobalRequestBody): Promise<Uint8Array | undefined> {
  const reply = Promise.withResolvers<Uint8Array | undefined>()
  connection.globalRequest(request, reply.resolve)
  return reply.promise
}

async function agreed(reply: Promise<Uint8Array | undefined>, { signal }: Abortable): Promise<Uint8Array> {
  const data = await abortable(reply, signal)
  if (data === undefined) throw new SshError('request-refused', 'the peer refused a global request')
  return data
}

/** Something that can be taken back. */
export interface RemoteForward {
  /** The port that is listened on at the peer. */
  readonly port: number
  /** Stops the peer listening and refuses what it still opens. */
  cancel(options?: Abortable): Promise<void>
}

/**
 * Asks the peer to listen on `address`:`port` (RFC 4254 §7.1; port 0: any), and permits the channels that come of it:
 * they arrive at the connection's `channelOpen`. Rejects as `sendGlobalRequest`, and with DecodeError for a bad reply. A peer
 * that agrees to what was aborted meanwhile is told to stop.
 */
export async function forwardFromPeer(
  connection: Connection,
  address: string,
  port: number,
  options: Abortable = {},
): Promise<RemoteForward> {
  options.signal?.throwIfAborted()
  const bound = { port }
  // Permitted before the reply is in: the first connection may be on the wire right behind it.
  const revoke = connection.permitOpens(
    'forwarded-tcpip',
    (channel) =>
      channel.kind === 'forwarded-tcpip' &&
      channel.host === address &&
      (bound.port === 0 || channel.port === bound.port),
  )
  let reply: Promise<Uint8Array | undefined> | undefined
  try {
    reply = ask(connection, { kind: 'tcpip-forward', address, port })
    const data = await agreed(reply, options)
    if (port === 0) bound.port = forwardedPort.decode(data)
  } catch (error) {
    revoke()
    if (options.signal?.aborted === true) void reply?.then((data) => takeBack(connection, address, port, data))
    throw error
  }
  return {
    port: bound.port,
    async cancel(cancelOptions = {}) {
      revoke()
      await sendGlobalRequest(connection, { kind: 'cancel-tcpip-forward', address, port: bound.port }, cancelOptions)
    },
  }
}

/** The peer has answered somebody who is gone. */
function takeBack(connection: Connection, address: string, port: number, data: Uint8Array | undefined): void {
  if (data === undefined) return
  try {
    const bound = port === 0 ? forwardedPort.decode(data) : port
    connection.globalRequest({ kind: 'cancel-tcpip-forward', address, port: bound })
  } catch {
    // A reply that cannot be read, or a connection that has ended: nobody is left to be told.
  }
}
