import { randomBytes } from 'node:crypto'
import { concatBytes, utf8Bytes } from '@sallyport/wire'
import { asSshError, disconnectFor, endError, SshError } from '../errors.ts'
import type { PublicKey } from '../keys/index.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import { type KexInit, kexInit } from '../messages/kex.ts'
import { messageName, SSH_MSG } from '../messages/numbers.ts'
import {
  debug,
  disconnect,
  extInfo,
  ping,
  pong,
  serviceAccept,
  serviceRequest,
  unimplemented,
} from '../messages/transport.ts'
import { trace } from '../trace.ts'
import { EXTENSION } from './extensions.ts'
import { IdentificationReader } from './identification.ts'
import { type ExchangeEffect, type ExchangeResult, KeyExchange, type SentKexInit } from './key-exchange.ts'
import { DROPPED, HANDLED, legalMessages, type Phase, type Role } from './legal-messages.ts'
import {
  acceptsExtInfo,
  composeKexInit,
  type NegotiatedAlgorithms,
  offersStrict,
  refuseWithoutStrict,
  withoutStrict,
} from './negotiation.ts'
import { OutgoingQueue } from './outgoing-queue.ts'
import { PacketReader } from './packet-reader.ts'
import { PacketWriter } from './packet-writer.ts'
import { sendsKexInitFirst } from './peer-habits.ts'
import { ReplyBudget } from './reply-budget.ts'
import type { RekeyReason, TransportHandler } from './transport-handler.ts'
import { type TransportOptions, type TransportSettings, transportSettings } from './transport-options.ts'

const COOKIE_BYTES = 16
const USERAUTH_SERVICE = 'ssh-userauth'
/** First number of the authentication and connection protocols; 192 begins what is local to implementations. */
const FIRST_UPPER_MESSAGE = 50
const FIRST_LOCAL_MESSAGE = 192
/** What a peer may send ahead while a signature or a verdict on the host key is awaited: NEWKEYS, EXT_INFO, little else. */
const MAX_HELD_BYTES = 64 * 1024
/** RFC 8308 §2.4 has two places for EXT_INFO; OpenSSH uses the second in the middle of authentication. */
const MAX_EXT_INFO_MESSAGES = 2
/**
 * Clients send their KEXINIT one round trip after our identification. Whoever claims to be one that does, and waits for ours
 * (scanners do), gets it after this time.
 */
const HOLD_BACK_MS = 2000
/** A peer that has not logged in has no reason to renew keys; each exchange costs us a signature. */
const MAX_REKEYS_BEFORE_AUTH = 4
/**
 * Nor to send much else: a login has 128 messages at most. Small packets that are dropped (IGNORE, PING) cost us as much time
 * as others, and without an end one stranger's would hold up everybody.
 */
const MAX_PACKETS_BEFORE_AUTH = 1024

type Connection =
  | { readonly at: 'new' }
  | { readonly at: 'identifying'; readonly reader: IdentificationReader }
  | { readonly at: 'open' }
  | { readonly at: 'closed' }

type Exchange =
  | { readonly at: 'none' }
  /** Server, first exchange: our KEXINIT waits for the client's, so that it can answer to it. */
  | { readonly at: 'holding-back'; readonly until: number }
  /** Ours is out, the peer's has not come. */
  | { readonly at: 'awaiting-peer'; readonly own: SentKexInit }
  | { readonly at: 'running'; readonly machine: KeyExchange }

const noExchange: Exchange = { at: 'none' }

/**
 * The SSH transport protocol, RFC 4253, for one connection and either role, without I/O: bytes in by `receive`, bytes and events
 * out through the handler, time by `tick`. States and phases are drawn in the package's README.
 *
 * INVARIANT: between our KEXINIT and our NEWKEYS nothing but messages 1…49 goes out (`#silent`).
 * INVARIANT: nothing reaches `handler.packet` that `legalMessages` does not list for the present phase.
 */
export class Transport {
  readonly #settings: TransportSettings
  readonly #handler: TransportHandler
  readonly #reader = new PacketReader()
  readonly #writer = new PacketWriter()
  readonly #queue = new OutgoingQueue()
  #connection: Connection = { at: 'new' }
  #exchange: Exchange = noExchange
  /** How far the upper layers are; named as the phase is. */
  #service: 'service' | 'authentication' | 'authenticated' = 'service'
  #legal: Uint8Array
  #silent = true
  /** Both sides asked for strict key exchange in the first exchange. */
  #strict = false
  /** The peer asked for EXT_INFO in the first exchange. */
  #peerTakesExtInfo = false
  #peerIdentification: string | undefined
  #result: ExchangeResult | undefined
  #offer: TransportSettings['algorithms'] | undefined
  #peerExtensions: Map<string, Uint8Array> | undefined
  #extInfoMessages = 0
  #rekeysBeforeAuth = 0
  #packetsBeforeAuth = 0
  #replies: ReplyBudget | undefined
  #written = 0
  /** One array, however small the pieces that fill it. */
  #held: Uint8Array | undefined
  #heldBytes = 0
  #now: number
  /** When the handshake or rekey must be over, or keys be renewed. Undefined: counts from the next `tick`. */
  #deadline: number | undefined

  /** @throws RangeError for options that cannot work */
  constructor(options: TransportOptions, handler: TransportHandler) {
    this.#settings = transportSettings(options)
    this.#handler = handler
    this.#now = options.now
    this.#deadline = options.now + this.#settings.limits.handshakeTimeoutMs
    this.#legal = legalMessages('first-kexinit', this.#settings.role)
  }

  get role(): Role {
    return this.#settings.role
  }

  /** Hash of the first exchange, RFC 4253 §7.2; undefined until it is finished. */
  get sessionId(): Uint8Array | undefined {
    return this.#result?.sessionId
  }

  /** The server's host key, in both roles. */
  get hostKey(): PublicKey | undefined {
    return this.#result?.hostKey
  }

  /** Of the last finished exchange. */
  get algorithms(): NegotiatedAlgorithms | undefined {
    return this.#result?.algorithms
  }

  /** The peer's line of RFC 4253 §4.2, printable US-ASCII. */
  get peerIdentification(): string | undefined {
    return this.#peerIdentification
  }

  get identification(): string {
    return this.#settings.identification
  }

  /** What the peer announced by EXT_INFO so far. */
  get peerExtensions(): ReadonlyMap<string, Uint8Array> {
    return this.#peerExtensions ?? new Map()
  }

  /** Whether strict key exchange is in force. */
  get strict(): boolean {
    return this.#strict
  }

  /** Channel data may be sent now: authenticated, and no key exchange keeps us silent. */
  get canSendData(): boolean {
    return !this.#silent && this.#service === 'authenticated' && this.#connection.at === 'open'
  }

  get closed(): boolean {
    return this.#connection.at === 'closed'
  }

  /** Sends our identification. */
  start(): void {
    if (this.#connection.at !== 'new') throw new Error('transport was started before')
    this.#connection = { at: 'identifying', reader: new IdentificationReader(this.role) }
    this.#output([utf8Bytes(`${this.#settings.identification}\r\n`)])
  }

  /** Bytes of the peer, in any pieces; read during the call only. Must not be called from within a handler method. */
  receive(bytes: Uint8Array): void {
    // A plain view even of a Buffer: its slice() would be a view into memory that the caller uses again.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#guard(() => this.#take(plain))
  }

  /** A message ≥ 50. Waits in a bounded queue while the service is not open or a key exchange runs; nothing happens after the end. */
  send(payload: Uint8Array): void {
    this.#guard(() => this.#sendUpper(payload))
  }

  /**
   * Hot path for channel data: a packet whose payload is `header` (≤ 16 bytes) and `data`, both read during the call only and
   * copied once. Meant for `canSendData`; otherwise the message is queued as by `send`.
   */
  sendParts(header: Uint8Array, data: Uint8Array): void {
    if (!this.canSendData) return this.send(concatBytes(header, data))
    try {
      this.#write(header, data)
    } catch (error) {
      this.fail(error)
    }
  }

  /** Server: tells the client more extensions before authentication ends. False (and nothing sent) if it does not take them. */
  sendExtensions(extensions: ReadonlyMap<string, Uint8Array>): boolean {
    const announced = this.#peerExtensions?.has(EXTENSION.extInfoInAuth) === true
    if (this.role !== 'server' || !announced || this.#service !== 'authentication') return false
    this.send(encodeMessage(extInfo, { type: 'ext-info', extensions }))
    return true
  }

  /** Asks for a pong with the same data. False (and nothing sent) if the peer did not announce it. */
  ping(data: Uint8Array): boolean {
    if (this.#peerExtensions?.has(EXTENSION.ping) !== true) return false
    this.send(encodeMessage(ping, { type: 'ping', data }))
    return true
  }

  /** Authentication has succeeded, as AUTH on either side knows: channels may be used, large packets come in. */
  authenticated(): void {
    if (this.#service !== 'authentication') throw new Error(`authentication cannot succeed in phase ${this.#service}`)
    this.#service = 'authenticated'
    this.#reader.allowLargePackets()
    this.#deadline = undefined
    this.#updateLegal()
  }

  /** Renews the keys now, unless that is under way already or the first exchange is not finished. */
  rekey(): void {
    this.#guard(() => this.#startRekey('caller'))
  }

  /** The answer to `signExchange`: the whole signature blob. */
  signed(signature: Uint8Array): void {
    this.#guard(() => {
      const machine = this.#machineAt('signing')
      if (machine === undefined) return
      this.#run(machine.signed(signature))
      this.#takeHeld()
    })
  }

  /** The other answer to `signExchange`. */
  signingFailed(cause: unknown): void {
    this.#guard(() => {
      throw new SshError('signing-failed', 'host key did not sign', { cause })
    })
  }

  /** The answer to `verifyHostKey`: this is the wanted host. */
  hostKeyAccepted(): void {
    this.#guard(() => {
      const machine = this.#machineAt('verifying')
      if (machine === undefined) return
      // The peer has waited as well: its time counts from here.
      this.#deadline = undefined
      this.#run(machine.hostKeyAccepted())
      this.#takeHeld()
    })
  }

  /** The other answer to `verifyHostKey`. */
  hostKeyRejected(cause?: unknown): void {
    this.#guard(() => {
      throw cause instanceof SshError
        ? cause
        : new SshError('host-key-rejected', 'host key was not accepted', { cause })
    })
  }

  /** Time has come this far, in milliseconds. Renews keys that are due; ends the connection whose peer let a deadline pass. */
  tick(now: number): void {
    this.#now = now
    if (this.#connection.at === 'closed') return
    if (this.#machineAt('verifying') !== undefined) return
    if (this.#exchange.at === 'holding-back' && now >= this.#exchange.until) this.#guard(() => this.#stopHoldingBack())
    const { limits } = this.#settings
    const waiting = this.#waitingFor()
    this.#deadline ??=
      now +
      { handshake: limits.handshakeTimeoutMs, rekey: limits.rekeyTimeoutMs, nothing: limits.rekeyIntervalMs }[waiting]
    if (now < this.#deadline) return
    this.#guard(() => {
      if (waiting !== 'nothing') throw new SshError('timeout', `${waiting} took too long`)
      this.#deadline = undefined
      if (this.#service === 'authenticated') this.#startRekey('time')
    })
  }

  /**
   * When `tick` must be called at the latest. A time that has passed means: soon. Undefined after the end, and while the
   * verdict on a host key is awaited: a person may give it, and how long that may take is for the owner to say.
   */
  nextDeadline(): number | undefined {
    if (this.#connection.at === 'closed' || this.#machineAt('verifying') !== undefined) return undefined
    const deadline = this.#deadline ?? this.#now
    return this.#exchange.at === 'holding-back' ? Math.min(deadline, this.#exchange.until) : deadline
  }

  /** Ends the connection with SSH_MSG_DISCONNECT, RFC 4253 §11.1. `description` goes to the peer: no user, target or policy in it. */
  disconnect(reason: number, description: string): void {
    if (this.#connection.at === 'closed') return
    this.#end(endError('disconnected-by-us', description, { disconnectReason: reason }), { reason, description })
  }

  /** Ends the connection for an error found elsewhere; the peer learns what `disconnectFor` says. */
  fail(error: unknown): void {
    if (this.#connection.at === 'closed') return
    const failure = asSshError(error)
    const silently = failure.code === 'disconnected' || failure.code === 'connection-lost'
    this.#end(failure, silently ? undefined : disconnectFor(failure))
  }

  /** The byte stream has ended or broken: nothing can be sent any more. */
  connectionLost(cause?: unknown): void {
    if (this.#connection.at === 'closed') return
    this.fail(endError('connection-lost', 'connection was closed by the other side', { cause }))
  }

  #guard(action: () => void): void {
    if (this.#connection.at === 'closed') return
    try {
      action()
    } catch (error) {
      this.fail(error)
    }
  }

  #take(bytes: Uint8Array): void {
    let offset = 0
    if (this.#connection.at === 'identifying') {
      const { consumed, identification } = this.#connection.reader.read(bytes)
      if (identification === undefined) return
      offset = consumed
      this.#identified(identification)
    }
    while (offset < bytes.length && this.#connection.at === 'open') {
      if (this.#waitsForAnswer()) return this.#hold(bytes.subarray(offset))
      const payload = this.#reader.next(bytes, offset)
      offset = this.#reader.offset
      if (payload !== undefined) this.#dispatch(payload)
    }
    this.#renewWhenDue()
  }

  /** An outside signer or the judge of host keys has the word: packets behind wait. */
  #waitsForAnswer(): boolean {
    if (this.#exchange.at !== 'running') return false
    const { at } = this.#exchange.machine
    return at === 'signing' || at === 'verifying'
  }

  #hold(bytes: Uint8Array): void {
    const heldBytes = this.#heldBytes + bytes.length
    if (heldBytes > MAX_HELD_BYTES) throw new SshError('queue-full', 'too much arrived during the key exchange')
    let held = this.#held
    if (held === undefined || held.length < heldBytes) {
      const larger = new Uint8Array(Math.min(2 * heldBytes, MAX_HELD_BYTES))
      if (held !== undefined) larger.set(held)
      held = larger
      this.#held = larger
    }
    held.set(bytes, this.#heldBytes)
    this.#heldBytes = heldBytes
  }

  #takeHeld(): void {
    const held = this.#held
    if (held === undefined || this.#waitsForAnswer()) return
    const bytes = held.subarray(0, this.#heldBytes)
    this.#held = undefined
    this.#heldBytes = 0
    this.#take(bytes)
  }

  #identified(identification: string): void {
    this.#peerIdentification = identification
    this.#connection = { at: 'open' }
    trace('sallyport:ssh:identified', { connection: this, role: this.role, peer: identification })
    if (this.role === 'server' && sendsKexInitFirst(identification)) {
      // The time may be that of an earlier tick: then ours goes out sooner, which is always right.
      this.#exchange = { at: 'holding-back', until: this.#now + HOLD_BACK_MS }
    } else {
      this.#exchange = { at: 'awaiting-peer', own: this.#sendKexInit(undefined) }
    }
    this.#handler.kex({ type: 'started', first: true })
  }

  #dispatch(payload: Uint8Array): void {
    if (this.#service !== 'authenticated' && ++this.#packetsBeforeAuth > MAX_PACKETS_BEFORE_AUTH)
      throw new SshError('protocol-error', 'too many packets before authentication')
    const number = payload[0] ?? 0
    const verdict = this.#legal[number]
    if (verdict !== HANDLED) {
      if (verdict === DROPPED) return
      throw new SshError('message-out-of-state', `${messageName(number)} is not allowed in phase ${this.#phase()}`)
    }
    if (number >= FIRST_UPPER_MESSAGE && number < FIRST_LOCAL_MESSAGE) this.#handler.packet(payload)
    else this.#dispatchOwn(number, payload)
  }

  #dispatchOwn(number: number, payload: Uint8Array): void {
    switch (number) {
      case SSH_MSG.disconnect: {
        const { reason, description } = decodeMessage(disconnect, payload)
        throw endError('disconnected', description, { disconnectReason: reason })
      }
      case SSH_MSG.ignore:
        // RFC 4253 §11.2: whatever it holds.
        return
      case SSH_MSG.unimplemented:
        return this.#handler.unimplemented?.(decodeMessage(unimplemented, payload).sequence)
      case SSH_MSG.debug: {
        const { message } = decodeMessage(debug, payload)
        return trace('sallyport:ssh:peer-debug', { connection: this, role: this.role, message })
      }
      case SSH_MSG['service-request']:
        return this.#openService(decodeMessage(serviceRequest, payload).service)
      case SSH_MSG['service-accept']:
        return this.#serviceAccepted(decodeMessage(serviceAccept, payload).service)
      case SSH_MSG['ext-info']:
        return this.#takeExtensions(decodeMessage(extInfo, payload).extensions)
      case SSH_MSG.kexinit:
        return this.#takeKexInit({ message: decodeMessage(kexInit, payload), payload })
      case SSH_MSG.ping:
        return this.#reply(encodeMessage(pong, { type: 'pong', data: decodeMessage(ping, payload).data }))
      case SSH_MSG.pong:
        return this.#handler.pong?.(decodeMessage(pong, payload).data)
      default:
        if (this.#exchange.at === 'running') this.#run(this.#exchange.machine.receive(payload))
    }
  }

  #openService(service: string): void {
    if (service !== USERAUTH_SERVICE) {
      throw new SshError('protocol-error', 'asked for an unknown service', { facts: { service } })
    }
    if (this.#service === 'service') this.#service = 'authentication'
    this.#updateLegal()
    this.#reply(encodeMessage(serviceAccept, { type: 'service-accept', service }))
    this.#drainQueue()
  }

  #serviceAccepted(service: string): void {
    if (service !== USERAUTH_SERVICE)
      throw new SshError('protocol-error', 'another service was accepted than asked for')
    this.#service = 'authentication'
    this.#updateLegal()
    this.#drainQueue()
  }

  #takeExtensions(extensions: ReadonlyMap<string, Uint8Array>): void {
    this.#extInfoMessages++
    if (this.#extInfoMessages > MAX_EXT_INFO_MESSAGES)
      throw new SshError('protocol-error', 'too many EXT_INFO messages')
    this.#peerExtensions ??= new Map()
    for (const [name, value] of extensions) this.#peerExtensions.set(name, value)
    this.#handler.extensions?.(this.#peerExtensions)
  }

  #takeKexInit(peer: SentKexInit): void {
    const first = this.#result === undefined
    if (first) {
      const sender = this.role === 'client' ? 'server' : 'client'
      this.#strict = offersStrict(sender, peer.message)
      this.#peerTakesExtInfo = acceptsExtInfo(sender, peer.message)
    } else if (this.#service !== 'authenticated' && ++this.#rekeysBeforeAuth > MAX_REKEYS_BEFORE_AUTH) {
      throw new SshError('protocol-error', 'too many key exchanges before authentication')
    }
    const starting = this.#exchange.at === 'none'
    const own =
      (this.#exchange.at === 'awaiting-peer' ? this.#exchange.own : undefined) ?? this.#sendKexInit(peer.message)
    const machine = new KeyExchange(
      {
        role: this.role,
        clientIdentification: this.role === 'client' ? this.identification : (this.#peerIdentification ?? ''),
        serverIdentification: this.role === 'server' ? this.identification : (this.#peerIdentification ?? ''),
        signers: this.#settings.signers,
        sessionId: this.#result?.sessionId,
        knownHostKey: this.#result?.hostKey,
      },
      own,
      peer,
    )
    if (!this.#strict) refuseWithoutStrict(machine.algorithms)
    this.#traceNegotiated(machine.algorithms)
    this.#exchange = { at: 'running', machine }
    if (starting) this.#rekeyStarted('peer')
    this.#run(machine.begin())
  }

  #stopHoldingBack(): void {
    this.#exchange = { at: 'awaiting-peer', own: this.#sendKexInit(undefined) }
  }

  /** Sends our KEXINIT; silence begins. `peer`: the other KEXINIT, if it is known already. */
  #sendKexInit(peer: KexInit | undefined): SentKexInit {
    const first = this.#result === undefined
    this.#offer ??= this.#composeOffer(peer)
    const message = composeKexInit(this.role, this.#offer, new Uint8Array(randomBytes(COOKIE_BYTES)), first)
    const payload = encodeMessage(kexInit, message)
    this.#silent = true
    this.#write(payload)
    return { message, payload }
  }

  #composeOffer(peer: KexInit | undefined): TransportSettings['algorithms'] {
    const { algorithms, cipherOffer } = this.#settings
    if (peer === undefined || this.role === 'client') return algorithms
    const offered = {
      ...algorithms,
      cipherClientToServer: cipherOffer(algorithms.cipherClientToServer, peer.cipherClientToServer),
      cipherServerToClient: cipherOffer(algorithms.cipherServerToClient, peer.cipherServerToClient),
    }
    return this.#strict ? offered : withoutStrict(offered)
  }

  #startRekey(reason: RekeyReason): void {
    if (this.#silent || this.#exchange.at !== 'none' || this.#result === undefined) return
    this.#exchange = { at: 'awaiting-peer', own: this.#sendKexInit(undefined) }
    this.#rekeyStarted(reason)
  }

  #rekeyStarted(reason: RekeyReason): void {
    this.#deadline = undefined
    trace('sallyport:ssh:rekey', { connection: this, role: this.role, reason })
    this.#handler.kex({ type: 'started', first: false })
  }

  #run(effects: readonly ExchangeEffect[]): void {
    for (const effect of effects) {
      if (this.#connection.at !== 'open') return
      this.#apply(effect)
    }
    this.#updateLegal()
  }

  #apply(effect: ExchangeEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#write(effect.payload)
      case 'sign':
        return this.#sign(effect)
      case 'verify-host-key':
        if (this.#handler.verifyHostKey === undefined) return this.hostKeyRejected()
        return this.#handler.verifyHostKey({ key: effect.key, algorithm: effect.algorithm })
      case 'protect-outgoing':
        this.#writer.protect(effect.sealer, this.#strict)
        return this.#endSilence()
      case 'protect-incoming':
        return this.#reader.protect(effect.opener, this.#strict)
      case 'done':
        return this.#finished(effect.result)
    }
  }

  #sign({ signer, algorithm, data }: Extract<ExchangeEffect, { type: 'sign' }>): void {
    const signature = signer.sign(algorithm, data)
    if (signature instanceof Uint8Array) return this.signed(signature)
    // Whoever answers may watch another promise of the signer's: this one must not go unhandled.
    signature.catch(() => undefined)
    if (this.#handler.signExchange === undefined) return this.signingFailed(new Error('nobody waits for the signer'))
    this.#handler.signExchange({ signer, algorithm, data, signature })
  }

  /** Our NEWKEYS is out. After the first: what must come next (RFC 8308 §2.4, RFC 4253 §10), then what has waited. */
  #endSilence(): void {
    this.#silent = false
    if (this.#result === undefined) {
      if (this.#peerTakesExtInfo) {
        this.#write(encodeMessage(extInfo, { type: 'ext-info', extensions: this.#settings.extensions }))
      }
      if (this.role === 'client') {
        this.#write(encodeMessage(serviceRequest, { type: 'service-request', service: USERAUTH_SERVICE }))
      }
    }
    this.#drainQueue()
  }

  #finished(result: ExchangeResult): void {
    const first = this.#result === undefined
    this.#result = result
    this.#exchange = noExchange
    this.#deadline = undefined
    this.#updateLegal()
    const { algorithms, sessionId, hostKey } = result
    this.#handler.kex({ type: 'finished', first, algorithms, sessionId, hostKey })
  }

  #machineAt(at: KeyExchange['at']): KeyExchange | undefined {
    const exchange = this.#exchange
    return exchange.at === 'running' && exchange.machine.at === at ? exchange.machine : undefined
  }

  #sendUpper(payload: Uint8Array): void {
    if (this.#mayLeave()) this.#write(payload)
    else this.#queue.push(payload)
  }

  #mayLeave(): boolean {
    return !this.#silent && this.#service !== 'service' && this.#connection.at === 'open'
  }

  #drainQueue(): void {
    this.#queue.drain(
      () => this.#mayLeave(),
      (payload) => this.#write(payload),
    )
  }

  /** An answer that the peer's message asks for, however many it sends. */
  #reply(payload: Uint8Array): void {
    this.#replies ??= new ReplyBudget()
    const backlog = (this.#handler.backlog?.() ?? 0) + this.#queue.bytes
    if (!this.#replies.spend(payload.length, this.#written + this.#queue.bytes, backlog)) {
      throw new SshError('queue-full', 'peer asks for answers without reading them')
    }
    if (this.#silent) this.#queue.push(payload)
    else this.#write(payload)
  }

  #write(header: Uint8Array, data?: Uint8Array): void {
    const pieces: Uint8Array[] = []
    this.#writer.write(pieces, header, data)
    this.#output(pieces)
    this.#renewWhenDue()
  }

  #output(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#written += piece.length
    this.#handler.output(pieces)
  }

  #renewWhenDue(): void {
    const { rekeyBytes, rekeyPackets } = this.#settings.limits
    const writer = this.#writer
    const reader = this.#reader
    if (writer.bytesSinceKeys < rekeyBytes && reader.bytesSinceKeys < rekeyBytes) {
      if (writer.packetsSinceKeys < rekeyPackets && reader.packetsSinceKeys < rekeyPackets) return
      if (this.#service === 'authenticated') this.#startRekey('packets')
      return
    }
    if (this.#service === 'authenticated') this.#startRekey('bytes')
  }

  #waitingFor(): 'handshake' | 'rekey' | 'nothing' {
    if (this.#result === undefined) return 'handshake'
    return this.#exchange.at === 'none' ? 'nothing' : 'rekey'
  }

  #phase(): Phase {
    const exchange = this.#exchange
    if (exchange.at !== 'running') return this.#result === undefined ? 'first-kexinit' : this.#service
    const strict = this.#strict && this.#result === undefined
    const { at } = exchange.machine
    if (at === 'wrong-guess') return at
    if (at === 'awaiting-init' || at === 'awaiting-reply') return strict ? 'strict-method' : 'lax-method'
    return strict ? 'strict-newkeys' : 'lax-newkeys'
  }

  #updateLegal(): void {
    this.#legal = legalMessages(this.#phase(), this.role)
  }

  #end(error: SshError, told: { reason: number; description: string } | undefined): void {
    if (told !== undefined) this.#sayGoodbye(told)
    this.#connection = { at: 'closed' }
    this.#exchange = noExchange
    this.#queue.clear()
    this.#reader.clear()
    this.#held = undefined
    const { code, message } = error
    trace('sallyport:ssh:disconnected', { connection: this, role: this.role, code, message })
    this.#handler.disconnected(error)
  }

  #sayGoodbye({ reason, description }: { reason: number; description: string }): void {
    const { at } = this.#connection
    try {
      if (at === 'open') {
        const pieces: Uint8Array[] = []
        this.#writer.write(pieces, encodeMessage(disconnect, { type: 'disconnect', reason, description }))
        this.#output(pieces)
      } else if (at === 'identifying' && this.role === 'server') {
        // Whoever is there does not speak SSH: a line of text is all it may understand, as OpenSSH sends.
        this.#output([utf8Bytes(`${description}\r\n`)])
      }
    } catch {
      // The end has a reason already; that it could not be told adds nothing.
    }
  }

  #traceNegotiated(algorithms: NegotiatedAlgorithms): void {
    trace('sallyport:ssh:negotiated', {
      connection: this,
      role: this.role,
      kex: algorithms.kex,
      serverHostKey: algorithms.serverHostKey,
      cipherClientToServer: algorithms.clientToServer.cipher,
      cipherServerToClient: algorithms.serverToClient.cipher,
      strict: this.#strict,
    })
  }
}
