/** SSH clients: from a socket to a logged-in connection with channels. */
import type { Duplex } from 'node:stream'
import type { Clock } from '@sallyport/wire'
import { ClientAuth } from '../auth/index.ts'
import { abortable } from '../connection/channel-stream.ts'
import {
  type Abortable,
  ChannelStream,
  type ChannelStreamOptions,
  type Connection,
  type ConnectionHandler,
  type ConnectionOptions,
  forwardFromPeer,
  type RemoteForward,
  sendGlobalRequest,
} from '../connection/index.ts'
import { DISCONNECT_REASON, SshError } from '../errors.ts'
import type { PublicKey } from '../keys/index.ts'
import type { HostAddress } from '../keys/known-hosts.ts'
import type { ChannelRequestBody, PtyRequest } from '../messages/channel-requests.ts'
import type { ChannelType } from '../messages/channel-types.ts'
import { OPEN_FAILURE } from '../messages/connection.ts'
import type { GlobalRequestBody } from '../messages/global-requests.ts'
import type { NegotiatedAlgorithms } from '../transport/negotiation.ts'
import type { TransportOptions } from '../transport/transport-options.ts'
import { type ClientCredentials, ClientLogin, type ClientLoginSuccess } from './client-login.ts'
import type { HostKeyVerifier } from './known-hosts-verifier.ts'
import { type ConnectionTiming, LiveConnection } from './live-connection.ts'
import { SocketPump } from './socket-pump.ts'

/** From the first byte to the login's success, people's answers included. */
export const DEFAULT_LOGIN_TIMEOUT_MS = 120_000

export interface ConnectOptions
  extends ClientCredentials,
    Pick<TransportOptions, 'algorithms' | 'identification' | 'limits'>,
    Pick<LoginHookOptions, 'onBanner'> {
  /** The host that is wanted; also what its key is checked under. */
  readonly host: string
  /** Default 22. */
  readonly port?: number
  /** Bytes to and from that host, where it is not dialled from here: a channel of a jump host, a proxy, a unix socket. */
  readonly stream?: Duplex
  readonly localAddress?: string
  readonly username: string
  readonly hostKeyVerifier: HostKeyVerifier
  /** Ask before signing whether a key would do. On unless switched off. */
  readonly queryKeysFirst?: boolean
  /** Default: 120 s for the login, no keepalive, no limits. */
  readonly timing?: Partial<ConnectionTiming>
  readonly connection?: Omit<ConnectionOptions, 'role'>
  /** Channels that the server opens after we permitted it; they are refused without it. */
  readonly channelOpen?: ConnectionHandler['channelOpen']
  /** Global requests of the server; they fail without it. */
  readonly globalRequest?: ConnectionHandler['globalRequest']
  readonly clock?: Clock
  /** Until connected: gives up. Later: ends the connection. */
  readonly signal?: AbortSignal
}

interface LoginHookOptions {
  /** Text of the server during login: control characters go before it reaches a terminal. */
  readonly onBanner?: (message: string) => void
}

/** What to run in a session and around it. */
export interface SessionOptions extends ChannelStreamOptions, Abortable {
  /** Asked for first; servers refuse what they do not accept, which is not an error here. */
  readonly env?: Readonly<Record<string, string>>
  /** A terminal; refusal is an error. */
  readonly pty?: Omit<PtyRequest, 'kind'>
}

/**
 * Connects, checks the host key and logs in. Rejects with SshError (`host-key-rejected`, `auth-failed`, `timeout`,
 * `connection-lost`, `disconnected`, …), the system's error where nothing answers, or the signal's reason.
 */
export async function connectSsh(options: ConnectOptions): Promise<SshClientConnection> {
  const { host, port = 22, stream, localAddress, signal } = options
  signal?.throwIfAborted()
  const pump =
    stream === undefined
      ? await SocketPump.dial(
          { host, port, ...(localAddress === undefined ? {} : { localAddress }) },
          signal === undefined ? {} : { signal },
        )
      : SocketPump.fromStream(stream)
  const connection = serve(pump, options)
  try {
    await abortable(connection.ready, signal)
  } catch (error) {
    connection.disconnect(DISCONNECT_REASON.byApplication, 'closed')
    await connection.closed
    throw error
  }
  return connection
}

/** Throws for options that cannot work; the bytes' way is not left open then. */
function serve(pump: SocketPump, options: ConnectOptions): SshClientConnection {
  try {
    return new SshClientConnection(pump, options)
  } catch (error) {
    pump.abort()
    throw error
  }
}

/** A connection to a server. */
export class SshClientConnection implements AsyncDisposable {
  readonly address: HostAddress
  readonly #live: LiveConnection
  readonly #ready = Promise.withResolvers<void>()
  #login: ClientLoginSuccess | undefined

  /** Begins the version exchange at once; `connectSsh` is the way to make one. */
  constructor(pump: SocketPump, options: ConnectOptions) {
    const { host, port = 22, hostKeyVerifier, algorithms, identification, limits, clock, signal } = options
    const address = { host, port }
    this.address = address
    const live = new LiveConnection(pump, {
      transport: {
        role: 'client',
        ...(algorithms === undefined ? {} : { algorithms }),
        ...(identification === undefined ? {} : { identification }),
        ...(limits === undefined ? {} : { limits }),
      },
      timing: { loginGraceMs: DEFAULT_LOGIN_TIMEOUT_MS, ...options.timing },
      connection: options.connection ?? {},
      ...(clock === undefined ? {} : { clock }),
      verifyHostKey: ({ key, algorithm }, verifyOptions) => hostKeyVerifier({ address, key, algorithm }, verifyOptions),
    })
    this.#live = live
    void live.closed.then((error) => this.#ready.reject(error))
    this.#ready.promise.catch(() => undefined)
    if (signal !== undefined) {
      const abort = (): void => this.disconnect(DISCONNECT_REASON.byApplication, 'closed')
      signal.addEventListener('abort', abort, { signal: live.signal })
    }
    const makeMachine = (): ClientAuth => {
      const { sessionId, hostKey } = live.transport
      if (sessionId === undefined || hostKey === undefined) throw new Error('no key exchange has finished')
      return new ClientAuth({
        user: options.username,
        sessionId,
        hostKey: hostKey.blob,
        signers: options.signers ?? [],
        password: options.password !== undefined,
        keyboardInteractive: options.keyboardInteractive !== undefined,
        ...(options.queryKeysFirst === undefined ? {} : { queryFirst: options.queryKeysFirst }),
      })
    }
    const login = new ClientLogin(live, options, makeMachine, {
      succeeded: (success) => {
        this.#login = success
        live.open({
          channelOpen: (open) => {
            if (options.channelOpen === undefined) open.reject(OPEN_FAILURE.administrativelyProhibited, 'not asked for')
            else options.channelOpen(open)
          },
          ...(options.globalRequest === undefined ? {} : { globalRequest: options.globalRequest }),
        })
        this.#ready.resolve()
      },
      banner: (message) => options.onBanner?.(message),
    })
    live.start(login)
  }

  /** Resolves when logged in; rejects with what ended the connection before. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** How it got in; undefined until then. */
  get login(): ClientLoginSuccess | undefined {
    return this.#login
  }

  /** Channels and global requests by hand. Throws `connection-lost` before the login. */
  get connection(): Connection {
    const { connection } = this.#live
    if (connection === undefined) throw new SshError('connection-lost', 'not logged in')
    return connection
  }

  get hostKey(): PublicKey | undefined {
    return this.#live.transport.hostKey
  }

  /** The server's identification line, printable US-ASCII. */
  get peerIdentification(): string | undefined {
    return this.#live.transport.peerIdentification
  }

  get algorithms(): NegotiatedAlgorithms | undefined {
    return this.#live.transport.algorithms
  }

  /** Bytes on the wire, protocol and padding included. */
  get bytesRead(): number {
    return this.#live.pump.bytesRead
  }

  get bytesWritten(): number {
    return this.#live.pump.bytesWritten
  }

  /** Fires when the connection ends; the reason is its SshError. */
  get signal(): AbortSignal {
    return this.#live.signal
  }

  /** Resolves with what ended the connection, once the socket is gone. Never rejects. */
  get closed(): Promise<SshError> {
    return this.#live.closed
  }

  /** Opens a channel of any type; rejects as `ChannelStream.open`. */
  async open(channelType: ChannelType, options: ChannelStreamOptions & Abortable = {}): Promise<ChannelStream> {
    return await ChannelStream.open(this.connection, channelType, options)
  }

  /** A session with its environment and terminal, and nothing running in it yet. Rejects as `open`, and as `ChannelStream.demand` for the terminal. */
  async openSession(options: SessionOptions = {}): Promise<ChannelStream> {
    const stream = await this.open({ kind: 'session' }, options)
    try {
      for (const [name, value] of Object.entries(options.env ?? {})) {
        if (stream.channel.phase !== 'open') break
        stream.channel.request({ kind: 'env', name, value: new TextEncoder().encode(value) })
      }
      if (options.pty !== undefined) await stream.demand({ kind: 'pty-req', ...options.pty }, options)
    } catch (error) {
      stream.channel.close()
      throw error
    }
    return stream
  }

  /** Runs a command; `stream.exit` says how it ended once `stream.closed` has resolved. Rejects as `open` and `ChannelStream.demand`. */
  async exec(command: string | Uint8Array, options: SessionOptions = {}): Promise<ChannelStream> {
    const bytes = typeof command === 'string' ? new TextEncoder().encode(command) : command
    return await this.#run({ kind: 'exec', command: bytes }, options)
  }

  async shell(options: SessionOptions = {}): Promise<ChannelStream> {
    return await this.#run({ kind: 'shell' }, options)
  }

  /** `sftp` and others. */
  async subsystem(name: string, options: SessionOptions = {}): Promise<ChannelStream> {
    return await this.#run({ kind: 'subsystem', name }, options)
  }

  /** A TCP connection made by the server (RFC 4254 §7.2). `origin`: where it comes from, as the server is told. */
  async openDirectTcpip(
    target: { readonly host: string; readonly port: number; readonly origin?: HostAddress },
    options: ChannelStreamOptions & Abortable = {},
  ): Promise<ChannelStream> {
    const { host, port, origin = { host: '127.0.0.1', port: 0 } } = target
    const channelType = { kind: 'direct-tcpip', host, port, originHost: origin.host, originPort: origin.port } as const
    return await this.open(channelType, options)
  }

  /** A connection to a unix socket of the server (OpenSSH PROTOCOL §2.4). */
  async openDirectStreamlocal(path: string, options: ChannelStreamOptions & Abortable = {}): Promise<ChannelStream> {
    return await this.open({ kind: 'direct-streamlocal@openssh.com', path }, options)
  }

  /** Lets the server listen; what comes in arrives at option `channelOpen`. */
  async forward(address: string, port: number, options: Abortable = {}): Promise<RemoteForward> {
    return await forwardFromPeer(this.connection, address, port, options)
  }

  /** Rejects with `request-refused`. */
  async globalRequest(request: GlobalRequestBody, options: Abortable = {}): Promise<Uint8Array> {
    return await sendGlobalRequest(this.connection, request, options)
  }

  /** Renews the keys now. */
  rekey(): void {
    this.#live.transport.rekey()
  }

  /** Ends it with SSH_MSG_DISCONNECT. */
  disconnect(reason: number = DISCONNECT_REASON.byApplication, description = 'closed'): void {
    this.#live.disconnect(reason, description)
  }

  /** Disconnects, and waits until the socket is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#live[Symbol.asyncDispose]()
  }

  async #run(request: ChannelRequestBody, options: SessionOptions): Promise<ChannelStream> {
    const stream = await this.openSession(options)
    try {
      await stream.demand(request, options)
    } catch (error) {
      stream.channel.close()
      throw error
    }
    return stream
  }
}
