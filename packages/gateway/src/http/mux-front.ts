import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { listenOptions } from '@sallyport/ssh'
import { formatSocketAddress, type SocketAddress } from '../config/socket-address.ts'
import { canonicalAddress } from '../defence/network.ts'
import { GatewayError } from '../gateway-error.ts'

/** How long a client may say nothing: after this it waits for the server to begin, as some of SSH do. Milliseconds. */
const SILENCE_MS = 300
/** Connections that have not said anything yet, in all and of one source; each waits for SILENCE_MS at most. */
const WAITING_MAX = 4096
const WAITING_PER_SOURCE_MAX = 512
/** A request in plain text is answered with where to go, and no more, in milliseconds. */
const REQUEST_TIMEOUT_MS = 5000
const TIMEOUT_CHECK_MS = 1000
const HEADER_MAX_BYTES = 8192

/** First byte of a TLS record that holds a handshake (RFC 8446 §5.1), and of an SSH identification. */
const TLS_HANDSHAKE = 0x16
const LETTER_S = 0x53

export type Spoken = 'ssh' | 'tls' | 'http'

/**
 * Who begins with this byte? Methods of HTTP are capital letters, and none that a browser sends begins with S. Whatever
 * else it is, the SSH door knows how to turn it away.
 */
export function spokenBy(first: number): Spoken {
  if (first === TLS_HANDSHAKE) return 'tls'
  return first >= 0x41 && first <= 0x5a && first !== LETTER_S ? 'http' : 'ssh'
}

export interface MuxFrontParts {
  /** Whether an address may connect at all: it is not banned. */
  readonly admits: (address: string) => boolean
  /** What connections of an address are counted by. */
  readonly sourceOf: (address: string) => string
  /** Takes a connection for the SSH door, which asks its gate. */
  readonly ssh: (socket: Socket) => void
  /** Takes a connection for the HTTPS door. */
  readonly tls: (socket: Socket) => void
  /** Where plain HTTP is sent to: an origin. */
  readonly origin: () => string
  readonly failed: (what: string, error: unknown) => void
}

/** One port for SSH, HTTPS and plain HTTP: whoever connects is handed on by the first byte, or by having sent none. */
export class MuxFront implements AsyncDisposable {
  readonly #parts: MuxFrontParts
  readonly #listeners: { readonly server: Server; readonly address: SocketAddress }[] = []
  readonly #waiting = new Set<Socket>()
  readonly #bySource = new Map<string, number>()
  readonly #http: HttpServer

  constructor(parts: MuxFrontParts) {
    this.#parts = parts
    this.#http = redirecting(parts.origin)
  }

  /** Where it listens, with the ports it was given. */
  get addresses(): readonly SocketAddress[] {
    return this.#listeners.map(({ address }) => address)
  }

  /** Throws GatewayError `listen.failed`. A wildcard of a family that this machine lacks is left out. */
  async listen(addresses: readonly SocketAddress[]): Promise<void> {
    for (const address of addresses) {
      const server = createServer({ ...listenOptions, pauseOnConnect: true }, (socket) => this.#arrived(socket))
      try {
        server.listen({ host: address.address, port: address.port, ipv6Only: address.address === '::' })
        await once(server, 'listening')
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException
        if (address.address === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) continue
        throw new GatewayError('listen.failed', `cannot listen on ${formatSocketAddress(address)} for SSH and HTTPS`, {
          why: message,
          fix: 'free the port, or set listen.mux to another one or to "off"',
          cause,
        })
      }
      // Without a listener for it, a connection that cannot be accepted would end the process.
      server.on('error', (error) => this.#parts.failed('accept a connection', error))
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
      this.#listeners.push({ server, address: { address: address.address, port } })
    }
  }

  /** Takes no new connections; those that were handed on go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server } of this.#listeners.splice(0)) server.close()
    for (const socket of this.#waiting) socket.destroy()
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve())
      this.#http.closeAllConnections()
    })
  }

  #arrived(socket: Socket): void {
    const address = canonicalAddress(socket.remoteAddress ?? '')
    const source = address === undefined ? '' : this.#parts.sourceOf(address)
    const ofSource = this.#bySource.get(source) ?? 0
    const full = this.#waiting.size >= WAITING_MAX || ofSource >= WAITING_PER_SOURCE_MAX
    if (address === undefined || full || !this.#parts.admits(address)) return void socket.destroy()
    this.#waiting.add(socket)
    this.#bySource.set(source, ofSource + 1)
    const readable = () => {
      const chunk = socket.read() as Buffer | null
      const first = chunk?.[0]
      // Readable without a byte: the peer has ended.
      if (chunk === null || first === undefined) return settle(() => socket.destroy())
      settle(() => this.#handOn(socket, spokenBy(first), chunk))
    }
    const gone = () => settle(() => socket.destroy())
    const silence = setTimeout(() => settle(() => this.#handOn(socket, 'ssh', undefined)), SILENCE_MS)
    const settle = (then: () => void) => {
      if (!this.#waiting.delete(socket)) return
      clearTimeout(silence)
      const left = (this.#bySource.get(source) ?? 1) - 1
      if (left <= 0) this.#bySource.delete(source)
      else this.#bySource.set(source, left)
      for (const [event, listener] of [
        ['readable', readable],
        ['error', gone],
        ['close', gone],
      ] as const)
        socket.off(event, listener)
      then()
    }
    socket.on('readable', readable)
    socket.on('error', gone)
    socket.on('close', gone)
  }

  #handOn(socket: Socket, spoken: Spoken, chunk: Buffer | undefined): void {
    socket.pause()
    if (chunk !== undefined) socket.unshift(chunk)
    try {
      if (spoken === 'ssh') this.#parts.ssh(socket)
      else if (spoken === 'tls') this.#parts.tls(socket)
      else this.#http.emit('connection', socket)
    } catch (error) {
      socket.destroy()
      this.#parts.failed('hand a connection on', error)
    }
  }
}

/** Tells whoever asks in plain text where to ask; nothing is believed of what they say. */
function redirecting(origin: () => string): HttpServer {
  const server = createHttpServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: HEADER_MAX_BYTES,
    },
    ({ method, url = '/' }, response) => {
      response.setHeader('connection', 'close')
      response.setHeader('cache-control', 'no-store')
      const looks = (method === 'GET' || method === 'HEAD') && url.startsWith('/')
      if (looks) response.writeHead(308, { location: `${origin()}${url}` }).end()
      else response.writeHead(403, { 'content-type': 'text/plain' }).end('only HTTPS here\n')
    },
  )
  server.on('clientError', (_error, socket) => socket.destroy())
  // Node begins to look at the timeouts of connections when a server listens, which this one never does itself.
  server.emit('listening')
  return server
}
