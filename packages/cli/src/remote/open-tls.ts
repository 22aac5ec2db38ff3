import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, getCACertificates, type TLSSocket } from 'node:tls'
import { ApiError } from '@sallyport/api'
import { httpsProxy } from './proxy.ts'

export interface OpenTlsOptions {
  /** Where HTTPS_PROXY and NO_PROXY are looked for. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

type Said = Readonly<Record<string, readonly [why: string, fix: string]>>

/**
 * TLS to a server, straight or through the proxy of the environment; whether to believe what it shows is for the caller.
 * Nothing is sent. Rejects with ApiError `daemon.unreachable`, CommandError `usage.invalid` for the proxy.
 */
export async function openTls(server: string, { environment, signal }: OpenTlsOptions): Promise<TLSSocket> {
  const url = new URL(server)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? 443 : Number(url.port)
  signal?.throwIfAborted()
  const options = {
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])],
    // Decided by the caller, by who was meant rather than by the first fault found.
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  }
  const proxy = httpsProxy(environment, host, port)
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  let carrier: Duplex | null | undefined
  if (proxy === undefined) {
    const socket = connect(options, () => resolve(socket))
    socket.once('error', (cause) => reject(unreachable(server, cause)))
    carrier = socket
  } else {
    carrier = proxy.agent.createConnection(options, (cause, stream) => {
      if (cause === null) resolve(stream as TLSSocket)
      else reject(proxyFailed(server, proxy.host, cause))
    })
  }
  // Errors that come later are told to whoever reads or writes next.
  carrier?.on('error', () => {})
  const onAbort = () => reject(signal?.reason as Error)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const opened = await promise
    opened.on('error', () => {})
    return opened
  } catch (error) {
    carrier?.destroy()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

const NO_TLS = 'give the port of the console: 8443 unless it was changed'

/** Why a server cannot be reached straight. */
export function unreachable(server: string, cause: NodeJS.ErrnoException): ApiError {
  const { host, hostname } = new URL(server)
  const said: Said = {
    ECONNREFUSED: [`nothing listens on ${host}`, 'look at whether the gateway runs, and at its listen.https'],
    ENOTFOUND: [`no DNS name is “${hostname}”`, 'check the name: --server https://NAME:8443'],
    EAI_AGAIN: [`“${hostname}” cannot be looked up now`, 'check this machine’s network'],
    EPROTO: [`what listens on ${host} does not speak TLS`, NO_TLS],
    ERR_SSL_WRONG_VERSION_NUMBER: [`what listens on ${host} does not speak TLS`, NO_TLS],
  }
  return failed(server, said[cause.code ?? ''], cause, host)
}

/** The same through a proxy, which is to blame first. */
function proxyFailed(server: string, proxy: string, cause: NodeJS.ErrnoException & { statusCode?: number }): ApiError {
  const { host } = new URL(server)
  const around = `correct HTTPS_PROXY, or name ${new URL(server).hostname} in NO_PROXY`
  const said: Said = {
    ECONNREFUSED: [`nothing listens on ${proxy}, the proxy that HTTPS_PROXY names`, around],
    ENOTFOUND: [`no DNS name is “${proxy}”, the proxy that HTTPS_PROXY names`, around],
    EAI_AGAIN: [
      `“${proxy}”, the proxy that HTTPS_PROXY names, cannot be looked up now`,
      'check this machine’s network',
    ],
    ERR_PROXY_TUNNEL: tunnelRefused(host, proxy, cause.statusCode, around),
    ERR_SSL_WRONG_VERSION_NUMBER: [`what listens on ${host} does not speak TLS`, NO_TLS],
  }
  return failed(server, said[cause.code ?? ''], cause, `the way through the proxy ${proxy}`)
}

function tunnelRefused(
  host: string,
  proxy: string,
  status: number | undefined,
  around: string,
): readonly [why: string, fix: string] {
  if (status === undefined) return [`the proxy ${proxy} hangs up when it is asked for ${host}`, around]
  if (status === 407)
    return [
      `the proxy ${proxy} wants a name and a password`,
      'put them into HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT',
    ]
  if (status >= 500)
    return [
      `the proxy ${proxy} cannot reach ${host}: it answers ${status}`,
      `check the name and the port, or ${around}`,
    ]
  return [
    `the proxy ${proxy} does not let ${host} through: it answers ${status}`,
    `have it allowed there, or ${around}`,
  ]
}

function failed(
  server: string,
  said: readonly [why: string, fix: string] | undefined,
  cause: NodeJS.ErrnoException,
  where: string,
): ApiError {
  const [why, fix] = said ?? [`${cause.code ?? cause.message} on ${where}`, 'check the name, the port and the network']
  return new ApiError('daemon.unreachable', `${server} cannot be reached`, { why, fix, cause })
}
