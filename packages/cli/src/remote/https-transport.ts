import { type IncomingMessage, request } from 'node:http'
import { hostname } from 'node:os'
import { ApiError, type ApiTransport } from '@sallyport/api'
import { VERSION } from '../version.ts'
import { unreachable } from './open-tls.ts'
import { connectTrusted } from './tls-trust.ts'

export interface HttpsTransportOptions {
  /** `https://gw.example.com:8443`. */
  readonly server: string
  /** See `connectTrusted`. */
  readonly fingerprint: string | undefined
  /** The bearer token; nobody's without. */
  readonly token: string | undefined
  /** See `openTls`. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What this command calls itself: people see it in their list of sessions. */
export function commandAgent(host = hostname()): string {
  return `sallyport/${VERSION} on ${host.replaceAll(/[^\x21-\x7e]/g, '?')}`
}

/** Speaks HTTP to a gateway over TLS, a connection for each request: a command makes two or three. */
export function httpsTransport({ server, fingerprint, token, environment }: HttpsTransportOptions): ApiTransport {
  return async ({ method, path, body, signal }) => {
    const socket = await connectTrusted(server, fingerprint, { environment, signal })
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = request({
      createConnection: () => socket,
      method,
      path,
      headers: {
        host: new URL(server).host,
        'user-agent': commandAgent(),
        connection: 'close',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
      ...(signal === undefined ? {} : { signal }),
    })
    outgoing.once('response', resolve)
    outgoing.once('error', (cause) => reject(signal?.aborted === true ? signal.reason : unreachable(server, cause)))
    outgoing.end(body)
    const response = await promise
    if (!/^application\/(?:x-nd)?json\b/.test(response.headers['content-type'] ?? '')) {
      response.destroy()
      throw new ApiError('daemon.unreachable', `${server} is no Sallyport gateway`, {
        why: `it answers ${response.statusCode ?? 0} ${response.headers['content-type'] ?? 'without a type'}`,
        fix: 'check the address, and the port of its console: 8443 unless it was changed',
      })
    }
    return { status: response.statusCode ?? 0, body: response }
  }
}
