/** SSH servers: connections of clients, each from its first byte to its last. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '@sallyport/wire'
import { ServerAuth } from '../auth/index.ts'
import type { Connection, ConnectionHandler, ConnectionOptions } from '../connection/index.ts'
import { kexMethods } from '../crypto/kex-methods.ts'
import { DISCONNECT_REASON, type SshError } from '../errors.ts'
import type { Signer } from '../keys/index.ts'
import type { NegotiatedAlgorithms } from '../transport/negotiation.ts'
import type { TransportOptions } from '../transport/transport-options.ts'
import { announceHostKeys, MAX_PROOFS, proveHostKeys } from './host-keys.ts'
import { type ConnectionStage, type ConnectionTiming, LiveConnection } from './live-connection.ts'
import {
  type Authenticator,
  enabledMethods,
  type LoginOptions,
  type LoginSuccess,
  ServerLogin,
} from './server-login.ts'
import { listenOptions, SocketPump } from './socket-pump.ts'

/** As OpenSSH's LoginGraceTime. */
export const DEFAULT_LOGIN_GRACE_MS = 120_000

export interface SshServerOptions<T>
  extends Pick<TransportOptions, 'algorithms' | 'identification' | 'limits' | 'cipherOffer' | 'extensions'> {
  /** At least one; the client's preference chooses. */
  readonly hostKeys: readonly Signer[]
  /** Further host keys that clients are told of and that are proved to them, and under which nobody is served yet, or any more. */
  readonly otherHostKeys?: readonly Signer[]
  readonly authenticator: Authenticator<T>
  /**
   * A client has logged in: who takes its channels and global requests from here on. Called once per connection, before
   * any of them is there; `connection.login` is set.
   */
  readonly session: (connection: SshServerConnection<T>) => ConnectionHandler
  /** A connection has ended, logged in or not, and its socket is gone. */
  readonly ended?: (connection: SshServerConnection<T>, error: SshError) => void
  /** A listener could not accept a connection, for want of descriptors say; it goes on listening. */
  readonly listenerFailed?: (error: Error) => void
  readonly login?: LoginOptions
  readonly timing?: Partial<ConnectionTiming>
  readonly connection?: Omit<ConnectionOptions, 'role'>
  readonly clock?: Clock
}

export interface AcceptOptions<T> {
  /** Ends the connection when it fires. */
  readonly signal?: AbortSignal
  /** Decides for this connection alone, where the decision depends on where it comes from. */
  readonly authenticator?: Authenticator<T>
  /** The client's address, where the stream does not know it (behind a PROXY header, in a tunnel). */
  readonly remoteAddress?: string
  readonly remotePort?: number
}

/** One client. */
export class SshServerConnection<T> implements AsyncDisposable {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly #live: LiveConnection
  readonly #serverLogin: ServerLogin<T>
  #login: LoginSuccess<T> | undefined

  /** Begins the version exchange at once; `SshServer.accept` is the way to make one. */
  constructor(pump: SocketPump, server: SshServerOptions<T>, options: AcceptOptions<T>) {
    const { hostKeys, identification, algorithms, limits, cipherOffer, extensions } = server
    const { authenticator = server.authenticator } = options
    this.remoteAddress = options.remoteAddress ?? pump.remoteAddress
    this.remotePort = options.remotePort ?? pump.remotePort
    const live = new LiveConnection(pump, {
      transport: {
        role: 'server',
        signers: hostKeys,
        ...defined({ identification, algorithms, limits, cipherOffer, extensions }),
      },
      timing: { loginGraceMs: DEFAULT_LOGIN_GRACE_MS, ...server.timing },
      connection: server.connection ?? {},
      ...defined({ clock: server.clock }),
    })
    const makeMachine = (): ServerAuth<T> => {
      const { sessionId, hostKey } = live.transport
      if (sessionId === undefined || hostKey === undefined) throw new Error('no key exchange has finished')
      const methods = enabledMethods(authenticator)
      return new ServerAuth<T>({
        sessionId,
        hostKey: hostKey.blob,
        methods,
        deadline: live.loginDeadline,
        ...defined({ firstMethods: authenticator.firstMethods }),
        ...server.login,
      })
    }
    this.#live = live
    this.#serverLogin = new ServerLogin(live, authenticator, makeMachine, (success) => this.#opened(server, success))
    const { signal } = options
    if (signal !== undefined) {
      const abort = (): void => this.disconnect(DISCONNECT_REASON.byApplication, 'closed')
      signal.addEventListener('abort', abort, { signal: live.signal })
      if (signal.aborted) queueMicrotask(abort)
    }
    live.start(this.#serverLogin)
  }

  /** Who has logged in; undefined until then. */
  get login(): LoginSuccess<T> | undefined {
    return this.#login
  }

  /** Channels and global requests; undefined until the client has logged in. */
  get connection(): Connection | undefined {
    return this.#live.connection
  }

  /** How far it has come; stays after the end. */
  get stage(): ConnectionStage {
    return this.#live.stage
  }

  /** Authentication requests that failed. */
  get failedAttempts(): number {
    return this.#serverLogin.failedAttempts
  }

  /** The client's identification line, printable US-ASCII. */
  get peerIdentification(): string | undefined {
    return this.#live.transport.peerIdentification
  }

  get algorithms(): NegotiatedAlgorithms | undefined {
    return this.#live.transport.algorithms
  }

  /** Whether a recording of this connection stays closed to a quantum computer, from the last key exchange on. */
  get postQuantum(): boolean {
    return kexMethods.get(this.algorithms?.kex ?? '')?.postQuantum ?? false
  }

  get sessionId(): Uint8Array | undefined {
    return this.#live.transport.sessionId
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

  /** Text for the user while the login lasts; does nothing later. */
  banner(text: string): void {
    this.#serverLogin.banner(text)
  }

  /** Ends it with SSH_MSG_DISCONNECT. `description` goes to the client: no user, target or policy in it. */
  disconnect(reason: number, description: string): void {
    this.#live.disconnect(reason, description)
  }

  /** Renews the keys now. */
  rekey(): void {
    this.#live.transport.rekey()
  }

  /** Disconnects, and waits for the socket and all deciders. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#live[Symbol.asyncDispose]()
  }

  #opened(server: SshServerOptions<T>, success: LoginSuccess<T>): void {
    this.#login = success
    const handler = server.session(this)
    const { transport } = this.#live
    const sessionId = transport.sessionId ?? new Uint8Array()
    let proofs = 0
    const own = [...server.hostKeys, ...(server.otherHostKeys ?? [])]
    const connection = this.#live.open({
      ...bound(handler),
      globalRequest: (incoming) => {
        if (incoming.request.kind !== 'hostkeys-prove-00@openssh.com') return handler.globalRequest?.(incoming)
        if (++proofs > MAX_PROOFS) return incoming.fail()
        proveHostKeys(own, sessionId, incoming.request.keys, incoming, (task) => this.#live.own(task))
      },
    })
    announceHostKeys(connection, own, this.peerIdentification ?? '')
  }
}

export class SshServer<T> implements AsyncDisposable {
  readonly #options: SshServerOptions<T>
  readonly #connections = new Set<SshServerConnection<T>>()
  readonly #listeners = new Set<Server>()

  constructor(options: SshServerOptions<T>) {
    if (options.hostKeys.length === 0) throw new RangeError('a server needs a host key')
    this.#options = options
  }

  /** Those whose socket is not gone yet. */
  get connections(): ReadonlySet<SshServerConnection<T>> {
    return this.#connections
  }

  /**
   * Serves SSH on a byte stream, which is the server's from here on. A socket accepted with `listenOptions` is read fastest.
   */
  accept(stream: Duplex, options: AcceptOptions<T> = {}): SshServerConnection<T> {
    const pump = stream instanceof Socket ? SocketPump.adopt(stream) : SocketPump.fromStream(stream)
    const connection = this.#serve(pump, options)
    this.#connections.add(connection)
    void connection.closed.then((error) => {
      this.#connections.delete(connection)
      this.#options.ended?.(connection, error)
    })
    return connection
  }

  /** Throws for options that cannot work; the stream is not left open then. */
  #serve(pump: SocketPump, options: AcceptOptions<T>): SshServerConnection<T> {
    try {
      return new SshServerConnection(pump, this.#options, options)
    } catch (error) {
      pump.abort()
      throw error
    }
  }

  /** Listens on TCP and accepts all who come. Port 0: any. Rejects with the system's error. */
  async listen(port: number, host = '127.0.0.1'): Promise<AddressInfo> {
    const listener = createServer(listenOptions, (socket) => void this.accept(socket))
    listener.listen(port, host)
    await once(listener, 'listening')
    this.#listeners.add(listener)
    listener.on('error', (error) => this.#options.listenerFailed?.(error))
    const address = listener.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP address')
    return address
  }

  /** Stops listening, and ends every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    const stopped = listeners.map((listener) => new Promise((resolve) => listener.close(resolve)))
    await Promise.all([...this.#connections].map((connection) => connection[Symbol.asyncDispose]()))
    await Promise.all(stopped)
  }
}

/** Without the members that are undefined: what exactOptionalPropertyTypes wants. */
function defined<O extends object>(object: O): { [K in keyof O]?: Exclude<O[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof O]?: Exclude<O[K], undefined>
  }
}

/** A handler's methods, callable without it. */
function bound(handler: ConnectionHandler): ConnectionHandler {
  return {
    channelOpen: (open) => handler.channelOpen(open),
    openRefused: (channelType, reason) => handler.openRefused?.(channelType, reason),
    channelCount: (count) => handler.channelCount?.(count),
  }
}
