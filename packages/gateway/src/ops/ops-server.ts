import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { formatSocketAddress, type SocketAddress } from '../config/socket-address.ts'
import { GatewayError } from '../gateway-error.ts'

/** Time for a scraper to send its request, in milliseconds; it is one line. */
const REQUEST_TIMEOUT_MS = 10_000
/** Connections at once: a few scrapers and probes. */
const CONNECTIONS_MAX = 64

export interface OpsParts {
  /** The Prometheus text. */
  readonly metrics: () => Promise<string>
  readonly metricsType: string
  /** Why the gateway should get no new connections; undefined while it should. */
  readonly notReady: () => string | undefined
  /** Told of a connection that could not be accepted. */
  readonly failed: (what: string, error: unknown) => void
}

/**
 * `/metrics`, `/healthz` (the process answers) and `/readyz` (it takes connections), over plain HTTP.
 * Answers only to names of this machine, so that a web page cannot read it by rebinding its own name (V-E12).
 */
export async function listenOps(
  address: SocketAddress,
  parts: OpsParts,
): Promise<{ server: Server; address: SocketAddress }> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: 8192 },
    (request, response) => {
      void answer(request, response, parts, allowedHosts(address)).catch(() => response.destroy())
    },
  )
  server.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new GatewayError('listen.failed', `cannot listen on ${formatSocketAddress(address)} for metrics`, {
          why: cause.message,
          fix: 'free the port, or set listen.metrics to another one or to "off"',
          cause,
        }),
      ),
    )
    server.listen(address.port, address.address, resolve)
  })
  // Without a listener for it, a connection that cannot be accepted would end the process.
  server.on('error', (error) => parts.failed('accept a connection for metrics', error))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
  return { server, address: { address: address.address, port } }
}

/** Host headers that are answered, without the port. */
function allowedHosts({ address }: SocketAddress): ReadonlySet<string> {
  const own = address.includes(':') ? `[${address}]` : address
  return new Set(['localhost', '127.0.0.1', '[::1]', own, hostname().toLowerCase()])
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: OpsParts,
  hosts: ReadonlySet<string>,
): Promise<void> {
  const send = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
    response.writeHead(status, {
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    response.end(text)
  }
  const host = (request.headers.host ?? '').toLowerCase().replace(/:\d{1,5}$/, '')
  if (!hosts.has(host)) return send(421, 'this listener has no such name\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'only GET\n')
  switch (request.url ?? '') {
    case '/healthz':
      return send(200, 'ok\n')
    case '/readyz': {
      const why = parts.notReady()
      return why === undefined ? send(200, 'ok\n') : send(503, `${why}\n`)
    }
    case '/metrics':
      return send(200, await parts.metrics(), parts.metricsType)
    default:
      return send(404, 'there are /metrics, /healthz and /readyz\n')
  }
}
