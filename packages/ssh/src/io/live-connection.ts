/**
 * One SSH connection over one byte stream, either role: the pump's bytes into the transport, the transport's messages to
 * whoever logs in and then to the connection protocol, and every timer of the connection in one place.
 *
 *   pump ──bytes──▶ transport ──50…79──▶ login (until it succeeds) ──▶ connection (80 and above)
 *
 * INVARIANT: the connection protocol exists only once the login has said so (`open`).
 * INVARIANT: the end comes once: first the error, then the socket; `closed` resolves when both are through.
 */
import { type Clock, systemClock } from '@sallyport/wire'
import { Connection, type ConnectionHandler, type ConnectionOptions } from '../connection/index.ts'
import { DISCONNECT_REASON, endError, SshError } from '../errors.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { Transport } from '../transport/transport.ts'
import type { SignExchangeRequest, VerifyHostKeyRequest } from '../transport/transport-handler.ts'
import type { TransportOptions } from '../transport/transport-options.ts'
import type { SocketPump } from './socket-pump.ts'

/** Time for our last words to be taken by a peer that does not read them. */
const LINGER_MS = 2000
/**
 * Unread output beyond which nothing more is read. Channel data stops at the pump's high-water mark (2 MiB) by itself, so
 * what goes past it are answers to a peer that asks without reading them.
 */
const MAX_UNREAD_OUTPUT_BYTES = 3 * 1024 * 1024
/** Longest delay that setTimeout takes. */
const MAX_TIMER_MS = 0x7fff_ffff

/** Asks a silent peer for a sign of life: after `intervalMs` without a byte, and at most `countMax` times in a row. */
export interface Keepalive {
  readonly intervalMs: number
  /** Unanswered questions after which the connection ends. */
  readonly countMax: number
}

/** Limits in time; those left out do not apply. */
export interface ConnectionTiming {
  /** From the start until the login has succeeded. */
  readonly loginGraceMs: number
  readonly keepalive?: Keepalive
  /** Without channel data or channel messages in either direction, channels open or not. */
  readonly idleTimeoutMs?: number
  /** From the login on, whatever happens. */
  readonly maxSessionMs?: number
}

/** How far a connection came before it ended: what tells a probe from a failed login. */
export type ConnectionStage = 'identification' | 'key-exchange' | 'authentication' | 'open'

/** What a login may use of its connection. */
export interface LoginHost {
  readonly transport: Pick<Transport, 'send' | 'fail' | 'peerExtensions'>
  now(): number
  own(task: Promise<void>): void
  moved(): void
}

/** Either side's authentication, as the connection drives it. */
export interface Login {
  /** The first key exchange is over. */
  begin(now: number): void
  receive(payload: Uint8Array, now: number): void
  extensions?(info: ReadonlyMap<string, Uint8Array>): void
  tick(now: number): void
  nextDeadline(): number | undefined
  /** Monotonic milliseconds by which it has to be over, where that is later than the connection's own grace. */
  readonly deadline?: number | undefined
  /** The connection is over. */
  end(error: SshError): void
}

export interface LiveConnectionOptions {
  readonly transport: Omit<TransportOptions, 'now'>
  readonly timing: ConnectionTiming
  readonly connection: Omit<ConnectionOptions, 'role'>
  readonly clock?: Clock
  /** Client: the answer must be exactly `true`. */
  readonly verifyHostKey?: (
    request: VerifyHostKeyRequest,
    options: { readonly signal: AbortSignal },
  ) => boolean | Promise<boolean>
}

export class LiveConnection implements LoginHost {
  readonly transport: Transport
  readonly #pump: SocketPump
  readonly #options: LiveConnectionOptions
  readonly #clock: Clock
  readonly #abort = new AbortController()
  readonly #closed = Promise.withResolvers<SshError>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #startedAt: number
  #login: Login | undefined
  #connection: Connection | undefined
  #stage: ConnectionStage = 'identification'
  #error: SshError | undefined
  #openedAt = 0
  #lastActiveAt = 0
  #keepaliveAt = 0
  #keepalivesUnanswered = 0
  #bytesAtKeepalive = 0
  #timer: NodeJS.Timeout | undefined
  #timerAt = 0

  constructor(pump: SocketPump, options: LiveConnectionOptions) {
    this.#pump = pump
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#startedAt = this.#clock.monotonic()
    this.transport = new Transport(
      { ...options.transport, now: this.#startedAt },
      {
        output: (pieces) => {
          for (const piece of pieces) pump.give(piece)
        },
        packet: (payload) => this.#packet(payload),
        kex: (event) => {
          if (event.type === 'started') {
            if (event.first) this.#stage = 'key-exchange'
            // Renewing keys has a time limit of its own, and the peer may never say another word.
            else this.#arm()
            return
          }
          if (event.first) this.#beginLogin()
          else this.#connection?.resume()
        },
        signExchange: (request) => this.own(this.#sign(request)),
        verifyHostKey: (request) => this.own(this.#verifyHostKey(request)),
        extensions: (info) => this.#login?.extensions?.(info),
        backlog: () => pump.queuedBytes,
        disconnected: (error) => this.#ended(error),
      },
    )
  }

  /** Fires when the connection ends; the reason is the SshError it ended with. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Resolves with what ended the connection, once the socket is gone. Never rejects. */
  get closed(): Promise<SshError> {
    return this.#closed.promise
  }

  get stage(): ConnectionStage {
    return this.#stage
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  get pump(): SocketPump {
    return this.#pump
  }

  /** Monotonic milliseconds by which the login must have succeeded. */
  get loginDeadline(): number {
    return Math.max(this.#startedAt + this.#options.timing.loginGraceMs, this.#login?.deadline ?? 0)
  }

  now(): number {
    return this.#clock.monotonic()
  }

  start(login: Login): void {
    this.#login = login
    const pump = this.#pump
    pump.start({
      data: (bytes) => {
        this.transport.receive(bytes)
        this.#arm()
        if (pump.queuedBytes > MAX_UNREAD_OUTPUT_BYTES) pump.pause()
      },
      end: () => this.transport.connectionLost(),
      drain: () => {
        pump.resume()
        this.#connection?.resume()
      },
      closed: (error) => {
        this.transport.connectionLost(error)
        this.#disarm()
        this.#closed.resolve(this.#error ?? endError('connection-lost', 'connection was closed'))
      },
    })
    this.transport.start()
    this.#arm()
  }

  /** The login has succeeded, and its last message is sent: the connection protocol begins. */
  open(handler: ConnectionHandler): Connection {
    const now = this.now()
    this.transport.authenticated()
    this.#login = undefined
    this.#stage = 'open'
    this.#openedAt = now
    this.#lastActiveAt = now
    this.#keepaliveAt = now + (this.#options.timing.keepalive?.intervalMs ?? 0)
    const { transport } = this
    const pump = this.#pump
    const touch = (): void => {
      if (this.#options.timing.idleTimeoutMs !== undefined) this.#lastActiveAt = this.now()
    }
    this.#connection = new Connection(
      { ...this.#options.connection, role: transport.role },
      {
        send: (payload) => transport.send(payload),
        sendParts: (header, data) => {
          touch()
          transport.sendParts(header, data)
        },
        get canSendData() {
          return transport.canSendData && !pump.congested
        },
      },
      handler,
    )
    this.#arm()
    return this.#connection
  }

  /** Something has happened outside of a timer or the socket that may have moved a deadline. */
  moved(): void {
    this.#arm()
  }

  /** A task of this connection, whose failure is the connection's. The signal tells it to stop; disposing waits for it. */
  own(task: Promise<void>): void {
    this.#tasks.add(task)
    const done = (): void => void this.#tasks.delete(task)
    task.then(done, (error: unknown) => {
      done()
      this.transport.fail(error)
    })
  }

  disconnect(reason: number, description: string): void {
    this.transport.disconnect(reason, description)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect(DISCONNECT_REASON.byApplication, 'closed')
    await this.closed
    await Promise.allSettled(this.#tasks)
  }

  #beginLogin(): void {
    this.#stage = 'authentication'
    this.#login?.begin(this.now())
    this.#arm()
  }

  #packet(payload: Uint8Array): void {
    const connection = this.#connection
    if (connection === undefined) {
      this.#login?.receive(payload, this.now())
      this.#arm()
      return
    }
    if (this.#options.timing.idleTimeoutMs !== undefined && (payload[0] ?? 0) >= SSH_MSG['channel-open']) {
      this.#lastActiveAt = this.now()
    }
    connection.receive(payload)
  }

  async #sign({ signature }: SignExchangeRequest): Promise<void> {
    try {
      this.transport.signed(await signature)
    } catch (error) {
      this.transport.signingFailed(error)
    }
    this.#arm()
  }

  async #verifyHostKey(request: VerifyHostKeyRequest): Promise<void> {
    try {
      // an unset verifier, a throw, a late answer and anything but true all refuse (V-A21)
      const answer: unknown = await this.#options.verifyHostKey?.(request, { signal: this.signal })
      if (answer === true) this.transport.hostKeyAccepted()
      else this.transport.hostKeyRejected()
    } catch (error) {
      this.transport.hostKeyRejected(error)
    }
    this.#arm()
  }

  #ended(error: SshError): void {
    this.#error = error
    this.#disarm()
    const login = this.#login
    this.#login = undefined
    this.#abort.abort(error)
    try {
      login?.end(error)
      this.#connection?.lost(error)
    } catch {
      // A consumer that fails at the end: the reason stands already, and whoever called here may be a timer.
    }
    this.#pump.end()
    // what the peer does not take within a moment is not worth waiting for
    this.#timer = setTimeout(() => this.#pump.abort(), LINGER_MS)
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** One timer for all deadlines. One that fires too early looks again; so it is only ever moved forward. */
  #arm(): void {
    if (this.#error !== undefined) return
    const deadline = this.#nextDeadline()
    if (this.#timer !== undefined) {
      if (this.#timerAt <= deadline) return
      clearTimeout(this.#timer)
    }
    this.#timerAt = deadline
    const delay = Math.min(Math.max(Math.ceil(deadline - this.now()), 1), MAX_TIMER_MS)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      try {
        this.#tick()
      } catch (error) {
        // A timer has no caller: what gets past here ends the process.
        this.transport.fail(error)
      }
      this.#arm()
    }, delay)
  }

  #nextDeadline(): number {
    const { keepalive, idleTimeoutMs, maxSessionMs } = this.#options.timing
    let deadline = this.transport.nextDeadline() ?? Infinity
    if (this.#connection === undefined) {
      return Math.min(deadline, this.loginDeadline, this.#login?.nextDeadline() ?? Infinity)
    }
    if (keepalive !== undefined) deadline = Math.min(deadline, this.#keepaliveAt)
    if (idleTimeoutMs !== undefined) deadline = Math.min(deadline, this.#lastActiveAt + idleTimeoutMs)
    if (maxSessionMs !== undefined) deadline = Math.min(deadline, this.#openedAt + maxSessionMs)
    return deadline
  }

  #tick(): void {
    const now = this.now()
    this.transport.tick(now)
    if (this.#error !== undefined) return
    const connection = this.#connection
    if (connection === undefined) {
      this.#login?.tick(now)
      if (now >= this.loginDeadline) this.transport.fail(new SshError('timeout', 'login took too long'))
      return
    }
    const { keepalive, idleTimeoutMs, maxSessionMs } = this.#options.timing
    if (maxSessionMs !== undefined && now >= this.#openedAt + maxSessionMs) {
      return this.transport.fail(new SshError('timeout', 'session reached its longest time'))
    }
    if (idleTimeoutMs !== undefined && now >= this.#lastActiveAt + idleTimeoutMs) {
      return this.transport.fail(new SshError('timeout', 'session was idle for too long'))
    }
    if (keepalive !== undefined && now >= this.#keepaliveAt) this.#probe(connection, keepalive, now)
  }

  /** As OpenSSH's ClientAliveInterval: any byte of the peer since the last look counts as an answer. */
  #probe(connection: Connection, { intervalMs, countMax }: Keepalive, now: number): void {
    const { bytesRead } = this.#pump
    if (bytesRead !== this.#bytesAtKeepalive) this.#keepalivesUnanswered = 0
    else if (this.#keepalivesUnanswered >= countMax) {
      return this.transport.fail(new SshError('timeout', 'peer does not answer keepalives'))
    } else {
      this.#keepalivesUnanswered++
      connection.globalRequest({ kind: 'keepalive@openssh.com' }, () => undefined)
    }
    this.#bytesAtKeepalive = bytesRead
    this.#keepaliveAt = now + intervalMs
  }
}
