import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { ACTOR_GATEWAY } from '@sallyport/audit'
import { ID_RANDOM_BYTES, makeId, type Principal } from '@sallyport/model'
import {
  algorithmProfiles,
  cipherOffer,
  listenOptions,
  type SshError,
  SshServer,
  type SshServerConnection,
  type SshServerOptions,
} from '@sallyport/ssh'
import type { Signer } from '@sallyport/ssh/keys'
import type { Config, Profile } from '../config/settings.ts'
import { formatSocketAddress, type SocketAddress } from '../config/socket-address.ts'
import type { Admission, Gatekeeper, GateRefusal } from '../defence/gatekeeper.ts'
import { canonicalAddress } from '../defence/network.ts'
import type { Offence } from '../defence/penalties.ts'
import { GatewayError } from '../gateway-error.ts'
import { Session } from '../sessions/session.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'
import {
  type Arrival,
  type AuthenticateParts,
  acceptUserName,
  arrival,
  authenticatorFor,
  loginFailure,
} from './authenticate.ts'
import { type SessionHandlerParts, sessionHandler } from './session-handler.ts'

export interface SshFrontParts extends SessionHandlerParts, AuthenticateParts {
  readonly config: () => Config
  /** What clients are shown, certified ones first; asked for at each connection. */
  readonly hostKeys: () => readonly Signer[]
  /** Host keys that clients learn or keep without being shown them. */
  readonly otherHostKeys: () => readonly Signer[]
  /** Whether AES is cheap on this machine: then it is what clients that know it are offered. */
  readonly hardwareAes: boolean
  readonly gatekeeper: Gatekeeper
  readonly sessions: SessionRegistry
  /** Ends a session, or ways of it, that would not be allowed now. */
  readonly recheck: (session: Session) => void
}

/** What a refused connection is told, as OpenSSH says it; the banned and those at a full gate are told nothing. */
const LAST_WORDS: Partial<Record<GateRefusal, string>> = {
  penalty: 'Not allowed at this time\r\n',
  'early-drop': 'Exceeded MaxStartups\r\n',
  'source-start-full': 'Exceeded MaxStartups\r\n',
}

/** Channel data that a stalled target makes us hold for one channel, in bytes. */
const WINDOW_BYTES = 2 * 1024 * 1024

/** The SSH door: listens, asks the gate, and hands connections to the SSH library. */
export class SshFront implements AsyncDisposable {
  readonly #parts: SshFrontParts
  readonly #servers: SshServer<Principal>[] = []
  readonly #listeners: Server[] = []
  readonly #addresses: SocketAddress[] = []
  readonly #arrivals = new WeakMap<
    SshServerConnection<Principal>,
    { arrived: Arrival; admission: Admission; at: number }
  >()

  constructor(parts: SshFrontParts) {
    this.#parts = parts
  }

  /** Where it listens, with the ports it was given. */
  get addresses(): readonly SocketAddress[] {
    return this.#addresses
  }

  /** Opens all listeners. Throws GatewayError `listen.failed`; a wildcard of a family that is missing here is left out. */
  async listen(): Promise<void> {
    const { listen, ssh } = this.#parts.config()
    for (const address of listen.ssh) {
      const profile = ssh.listener_algorithms[formatSocketAddress(address)] ?? ssh.algorithms
      await this.#listenOn(address, profile)
    }
    if (this.#listeners.length === 0)
      throw new GatewayError('listen.failed', 'no listener of the SSH door could be opened')
  }

  /** Takes connections that somebody else accepted; the gate is asked as for its own. */
  taking(profile: Profile): (socket: Socket) => void {
    const server = this.#server(profile)
    this.#servers.push(server)
    return (socket) => this.#admit(socket, server)
  }

  /** Takes no new connections; those that are there go on. */
  async stopListening(): Promise<void> {
    for (const listener of this.#listeners.splice(0)) listener.close()
    for (const server of this.#servers)
      for (const connection of server.connections)
        if (connection.login === undefined) connection.disconnect(7, 'the gateway is stopping')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopListening()
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()))
  }

  async #listenOn(address: SocketAddress, profile: Profile): Promise<void> {
    const server = this.#server(profile)
    const listener = createServer(listenOptions, (socket) => this.#admit(socket, server))
    try {
      // Both wildcards are bound by default: each has to keep to its own family.
      listener.listen({ host: address.address, port: address.port, ipv6Only: address.address === '::' })
      await once(listener, 'listening')
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      if (address.address === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) {
        this.#parts.log.warn('this machine has no IPv6: its listener is left out', { address: '::' })
        return
      }
      throw new GatewayError('listen.failed', `cannot listen on ${formatSocketAddress(address)}`, {
        why: code === 'EADDRINUSE' ? 'another program listens there' : message,
        fix:
          code === 'EACCES'
            ? 'ports below 1024 need the capability CAP_NET_BIND_SERVICE; or choose another: --listen 0.0.0.0:2222'
            : 'stop the other program, or choose another port: --listen 0.0.0.0:2223',
        cause,
      })
    }
    listener.on('error', (error) => {
      this.#parts.metrics.failures.inc()
      this.#parts.log.failure('a listener could not accept a connection', error, { address: address.address })
    })
    const bound = listener.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
    this.#listeners.push(listener)
    this.#servers.push(server)
    this.#addresses.push({ address: address.address, port })
  }

  /** Settings are read at each connection, so that a reload is in force for the next one. */
  #server(profile: Profile): SshServer<Principal> {
    const { config, hostKeys, otherHostKeys, hardwareAes } = this.#parts
    const options: SshServerOptions<Principal> = {
      get hostKeys() {
        return hostKeys()
      },
      get otherHostKeys() {
        return otherHostKeys()
      },
      algorithms: algorithmProfiles[profile],
      cipherOffer: (ours, client) => cipherOffer(ours, client, hardwareAes),
      // Every connection brings its own.
      authenticator: {},
      session: (connection) => this.#signedIn(connection),
      ended: (connection, error) => this.#ended(connection, error),
      get login() {
        const { banner, max_auth_tries: maxTries } = config().ssh
        const text = banner === '' || banner.endsWith('\n') ? banner : `${banner}\n`
        return { maxTries, acceptUserName, ...(text === '' ? {} : { banner: text.replaceAll(/\r?\n/g, '\r\n') }) }
      },
      get timing() {
        const { login_grace, keepalive_interval, keepalive_count, idle_timeout, session_limit } = config().ssh
        return {
          loginGraceMs: login_grace,
          ...(keepalive_interval > 0
            ? { keepalive: { intervalMs: keepalive_interval, countMax: keepalive_count } }
            : {}),
          ...(idle_timeout > 0 ? { idleTimeoutMs: idle_timeout } : {}),
          ...(session_limit > 0 ? { maxSessionMs: session_limit } : {}),
        }
      },
      get limits() {
        const { rekey_bytes: rekeyBytes, rekey_interval, login_grace } = config().ssh
        return {
          rekeyBytes,
          handshakeTimeoutMs: login_grace,
          rekeyIntervalMs: rekey_interval > 0 ? rekey_interval : Number.MAX_SAFE_INTEGER,
        }
      },
      get connection() {
        return { maxChannels: config().ssh.max_channels, windowBytes: WINDOW_BYTES }
      },
    }
    return new SshServer(options)
  }

  #admit(socket: Socket, server: SshServer<Principal>): void {
    const { gatekeeper, log, metrics, randomBytes, now } = this.#parts
    const source = canonicalAddress(socket.remoteAddress ?? '')
    // Gone between the accept and now.
    if (source === undefined) return void socket.destroy()
    const verdict = gatekeeper.admit(source)
    if (!verdict.admitted) {
      metrics.connections.inc({ verdict: verdict.refusal })
      log.debug('connection refused', { source, reason: verdict.refusal, detail: verdict.detail })
      const words = LAST_WORDS[verdict.refusal]
      socket.on('error', () => {})
      if (words === undefined) socket.destroy()
      else socket.end(words, () => socket.destroy())
      return
    }
    metrics.connections.inc({ verdict: 'admitted' })
    const { admission } = verdict
    // Whoever has proved a key is no stranger: waiting for their second factor takes no place of those who begin.
    const proved = () => admission.signedIn()
    const arrived = arrival(makeId('session', randomBytes(ID_RANDOM_BYTES)), source, proved)
    try {
      const connection = server.accept(socket, { authenticator: authenticatorFor(arrived, this.#parts) })
      arrived.connection = connection
      this.#arrivals.set(connection, { arrived, admission, at: now() })
      log.debug('connection opened', { session: arrived.sessionId, source })
    } catch (error) {
      admission.ended('crash')
      socket.destroy()
      metrics.failures.inc()
      log.failure('a connection could not be served', error, { source })
    }
  }

  #signedIn(connection: SshServerConnection<Principal>) {
    const { sessions, metrics, log, events, now, recheck } = this.#parts
    const entry = this.#arrivals.get(connection)
    const principal = connection.login?.identity
    if (entry === undefined || principal === undefined) throw new Error('a connection signed in that did not arrive')
    entry.admission.signedIn()
    const { userId, sourceAddress } = principal
    const session: Session = new Session({
      checks: (place) => [...session.checks(place), ...this.#parts.secondFactor.kept(userId, sourceAddress, place)],
      principal,
      sourcePort: connection.remotePort ?? 0,
      client: connection.peerIdentification ?? '',
      startedAt: now(),
      disconnect: (text) => connection.disconnect(11, text),
      postQuantum: () => connection.postQuantum,
    })
    sessions.add(session)
    connection.signal.addEventListener('abort', () => sessions.remove(session), { once: true })
    metrics.logins.inc({ result: 'signed-in' })
    events.publish({
      type: 'session-opened',
      session: session.id,
      user: principal.name,
      summary: `${principal.name} signed in from ${principal.sourceAddress}`,
    })
    log.info('signed in', {
      session: session.id,
      user: principal.name,
      source: principal.sourceAddress,
      key: principal.proof.fingerprint,
      client: session.facts.client,
    })
    this.#sessions.set(connection, session)
    // A revocation finds it from here on; a ban or a removal since the key was judged is found now, once the connection is open.
    queueMicrotask(() => recheck(session))
    return sessionHandler(session, this.#parts)
  }

  readonly #sessions = new WeakMap<SshServerConnection<Principal>, Session>()

  #ended(connection: SshServerConnection<Principal>, error: SshError): void {
    const { log, metrics, record } = this.#parts
    const entry = this.#arrivals.get(connection)
    if (entry === undefined) return
    const { arrived, admission, at } = entry
    const crashed = isOurFailure(error)
    if (crashed) {
      metrics.failures.inc()
      log.failure('a connection failed inside', error, { session: arrived.sessionId, source: arrived.sourceAddress })
    }
    const lost = (cause: unknown) => log.failure('an event is not in the audit log', cause)
    const session = this.#sessions.get(connection)
    if (session !== undefined) {
      admission.ended(crashed ? 'crash' : undefined)
      this.#sessionEnded(session, error).catch(lost)
      return
    }
    if (arrived.waiting !== undefined && !arrived.answered)
      this.#parts.secondFactor.refused(arrived.waiting.principal, 'left').catch(lost)
    const offence = crashed ? 'crash' : offenceOf(connection, arrived, error)
    admission.ended(offence)
    log.debug('connection closed', {
      session: arrived.sessionId,
      source: arrived.sourceAddress,
      code: error.code,
      detail: error.message,
      duration_ms: this.#parts.now() - at,
    })
    if (arrived.attempts.failed === 0) return
    metrics.logins.inc({ result: 'failed' })
    log.info('not signed in', {
      source: arrived.sourceAddress,
      user: arrived.attempts.requestedUser ?? '',
      method: arrived.attempts.method ?? '',
      reason: arrived.attempts.reason ?? '',
      ...(arrived.attempts.fingerprint === undefined ? {} : { key: arrived.attempts.fingerprint }),
      count: arrived.attempts.failed,
    })
    record(loginFailure(arrived)).catch(lost)
  }

  async #sessionEnded(session: Session, error: SshError): Promise<void> {
    const { record, log, events, now, sessions } = this.#parts
    sessions.remove(session)
    const { principal, ending } = session
    const context = { session: session.id, source: principal.sourceAddress }
    const durationMs = Math.max(0, now() - session.facts.startedAt)
    const reason = ending?.denied ?? reasonOf(error)
    const summary = `${principal.name} left: ${reason}`
    events.publish({ type: 'session-closed', session: session.id, user: principal.name, summary })
    log.info('session closed', { ...context, user: principal.name, reason, duration_ms: durationMs })
    const passages = session.passages.length
    const timedOut = reason === 'session.idle' || reason === 'session.expired'
    const closed = {
      type: 'connection-closed',
      actor: principal.name,
      ...context,
      reason,
      durationMs,
      clientVersion: session.facts.client,
    } as const
    if (ending === undefined && !timedOut) return void (await record(closed))
    const actor = ending?.actor ?? ACTOR_GATEWAY
    const note = ending === undefined || ending.note === '' ? {} : { note: ending.note }
    await Promise.all([
      record({ type: 'session-ended', actor, ...context, user: principal.name, reason, ...note, durationMs, passages }),
      record(closed),
    ])
  }
}

/** No KEXINIT that has anything in common with ours is shorter: whoever has sent less has cost us nothing yet. */
const KEXINIT_LEAST_BYTES = 128

/** What a connection that did not sign in has done. Port scans and health checks end before keys are exchanged. */
function offenceOf(
  connection: SshServerConnection<Principal>,
  { attempts }: Arrival,
  error: SshError,
): Offence | undefined {
  if (attempts.unrecorded) return undefined
  if (error.code === 'timeout') return 'grace-exceeded'
  if (connection.stage === 'key-exchange' && connection.bytesRead >= KEXINIT_LEAST_BYTES) return 'no-keys'
  if (connection.stage !== 'authentication') return undefined
  if (attempts.refused) return 'refuse-connection'
  return attempts.failed > 0 ? 'auth-fail' : 'no-auth'
}

/** An error of ours comes as `internal error` with what was thrown as its cause. */
function isOurFailure(error: SshError): boolean {
  return error.code === 'internal-error'
}

function reasonOf(error: SshError): string {
  if (error.code !== 'timeout') return error.code
  if (error.message.includes('idle')) return 'session.idle'
  return error.message.includes('longest') ? 'session.expired' : 'timeout'
}
