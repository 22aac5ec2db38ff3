import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { formatSocketAddress, type SocketAddress } from '../config/socket-address.ts'
import { canonicalAddress } from '../defence/network.ts'
import { GatewayError } from '../gateway-error.ts'
import type { TlsMaterial } from './self-signed.ts'
import { boundUnread } from './unread-body.ts'

/** Time for TLS, for the headers of a request, and for all of it to arrive, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** How often those are looked at; Node's own 30 s would double them. */
const TIMEOUT_CHECK_MS = 1000
/** Connections at once: every browser keeps a few. */
const CONNECTIONS_MAX = 4096
/** Connections of one source at once: an office behind one address has dozens of browsers. */
const CONNECTIONS_PER_SOURCE_MAX = 512
const HEADER_MAX_BYTES = 16 * 1024
/** RFC 8737 §6.2. */
const ACME_PROTOCOL = 'acme-tls/1'

export interface HttpsFrontParts {
  readonly app: Hono
  readonly tls: TlsMaterial
  /** Whether an address may connect at all: it is not banned. */
  readonly admits: (source: string) => boolean
  /** What connections of an address are counted by: its network. */
  readonly sourceOf: (address: string) => string
  readonly failed: (what: string, error: unknown) => void
}

/** The door for browsers and commands: HTTPS, one server for each address. */
export class HttpsFront implements AsyncDisposable {
  readonly #parts: HttpsFrontParts
  readonly #servers: { readonly server: Server; readonly address: SocketAddress }[] = []
  readonly #taking: Server[] = []
  readonly #bySource = new Map<string, number>()
  /** Certificates that answer challenges of ACME, by the name they are for. */
  readonly #challenges = new Map<string, SecureContext>()
  /** Those that are open, and where they come from. */
  readonly #open = new Map<Socket, string>()

  constructor(parts: HttpsFrontParts) {
    this.#parts = parts
  }

  /** Where it listens, with the ports it was given. */
  get addresses(): readonly SocketAddress[] {
    return this.#servers.map(({ address }) => address)
  }

  /** Connections open now. */
  get connections(): number {
    return this.#open.size
  }

  /** Throws GatewayError `listen.failed`. A wildcard of a family that this machine lacks is left out. */
  async listen(addresses: readonly SocketAddress[]): Promise<void> {
    for (const address of addresses) {
      const server = this.#server()
      try {
        await listening(server, address)
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException
        if (address.address === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) continue
        throw new GatewayError('listen.failed', `cannot listen on ${formatSocketAddress(address)} for HTTPS`, {
          why: message,
          fix: 'free the port, or set listen.https to another one or to "off"',
          cause,
        })
      }
      // Without a listener for it, a connection that cannot be accepted would end the process.
      server.on('error', (error) => this.#parts.failed('accept a connection for HTTPS', error))
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
      this.#servers.push({ server, address: { address: address.address, port } })
    }
  }

  /** Cuts off whoever may not connect any more. */
  recheck(): void {
    for (const [socket, address] of this.#open) if (!this.#parts.admits(address)) socket.destroy()
  }

  /** Takes connections that somebody else accepted. */
  taking(): (socket: Socket) => void {
    const server = this.#server()
    // Node begins to look at the timeouts of requests when a server listens, which this one never does itself.
    server.emit('listening')
    this.#taking.push(server)
    return (socket) => void server.emit('connection', socket)
  }

  /** A new certificate for the connections to come. */
  renew({ certificate, key }: TlsMaterial): void {
    const material = { cert: certificate, key }
    for (const server of [...this.#servers.map((each) => each.server), ...this.#taking])
      server.setSecureContext(material)
  }

  /**
   * Shows this certificate to whoever asks for the name, until it is disposed: an answer to tls-alpn-01 (RFC 8737). Node
   * chooses a certificate by the name alone, so for these seconds browsers see it too, and do not take it.
   */
  present(name: string, { certificate, key }: TlsMaterial): Disposable {
    this.#challenges.set(name, createSecureContext({ cert: certificate, key }))
    return { [Symbol.dispose]: () => void this.#challenges.delete(name) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#servers.splice(0).map((each) => each.server), ...this.#taking.splice(0)].map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve())
            server.closeAllConnections()
          }),
      ),
    )
  }

  #server(): Server {
    const { app, tls, failed } = this.#parts
    // The library would read on for 64 MiB after an answer, and the sender would think that nothing is wrong.
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false, autoCleanupIncoming: false })
    const server = createServer(
      {
        cert: tls.certificate,
        key: tls.key,
        minVersion: 'TLSv1.2',
        SNICallback: (name, done) => done(null, this.#challenges.get(name.toLowerCase())),
        ALPNCallback: ({ servername, protocols }) => {
          if (protocols.includes(ACME_PROTOCOL)) return this.#challenges.has(servername) ? ACME_PROTOCOL : undefined
          return protocols.find((each) => each === 'http/1.1')
        },
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: HEADERS_TIMEOUT_MS,
        connectionsCheckingInterval: TIMEOUT_CHECK_MS,
        maxHeaderSize: HEADER_MAX_BYTES,
      },
      (request, response) => {
        boundUnread(request, response)
        void listener(request, response).catch((error: unknown) => {
          failed('answer a request', error)
          response.destroy()
        })
      },
    )
    server.maxConnections = CONNECTIONS_MAX
    server.on('connection', (socket) => {
      const address = canonicalAddress(socket.remoteAddress ?? '') ?? ''
      const source = this.#parts.sourceOf(address)
      const open = (this.#bySource.get(source) ?? 0) + 1
      if (this.#open.size >= CONNECTIONS_MAX || open > CONNECTIONS_PER_SOURCE_MAX || !this.#parts.admits(address)) {
        socket.destroy()
        return
      }
      this.#bySource.set(source, open)
      this.#open.set(socket, address)
      socket.once('close', () => {
        this.#open.delete(socket)
        const left = (this.#bySource.get(source) ?? 1) - 1
        if (left <= 0) this.#bySource.delete(source)
        else this.#bySource.set(source, left)
      })
    })
    // Scanners and browsers that do not know our certificate end here; there is nothing to tell anybody.
    server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy())
    return server
  }
}

function listening(server: Server, { address, port }: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, ipv6Only: address.includes(':') }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
