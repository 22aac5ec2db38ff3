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
  const reply = Promise.withResolvers<Uint8Array | undefined>()
  connection.globalRequest(request, reply.resolve)
  const data = await abortable(reply.promise, options.signal)
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
 * they arrive at the connection's `channelOpen`. Rejects as `sendGlobalRequest`, and with DecodeError for a bad reply.
 */
export async function forwardFromPeer(
  connection: Connection,
  address: string,
  port: number,
  options: Abortable = {},
): Promise<RemoteForward> {
  const bound = { port }
  // Permitted before the reply is in: the first connection may be on the wire right behind it.
  const revoke = connection.permitOpens(
    'forwarded-tcpip',
    (channel) =>
      channel.kind === 'forwarded-tcpip' &&
      channel.host === address &&
      (bound.port === 0 || channel.port === bound.port),
  )
  try {
    const data = await sendGlobalRequest(connection, { kind: 'tcpip-forward', address, port }, options)
    if (port === 0) bound.port = forwardedPort.decode(data)
  } catch (error) {
    revoke()
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
