import { SshError } from '../errors.ts'
import { generatePrivateKey, type PrivateKey } from '../keys/index.ts'
import { Transport } from '../transport/transport.ts'
import type {
  KexEvent,
  SignExchangeRequest,
  TransportHandler,
  VerifyHostKeyRequest,
} from '../transport/transport-handler.ts'
import type { TransportOptions } from '../transport/transport-options.ts'

/** How the pump cuts the byte stream: as it was written, byte by byte, or in pieces of sizes that `size` gives (≥ 1). */
export type Splitting = 'chunks' | 'bytes' | { readonly size: () => number }

/** Ends a pump that does not come to rest: two sides that answer each other for ever. */
const MAX_PUMP_ROUNDS = 1_000_000

/** One side of a pair: its transport, what it has been told, and the bytes on their way to the other side. */
export class PairSide {
  readonly transport: Transport
  /** Payloads given to `packet`, unless `onPacket` takes them. */
  readonly packets: Uint8Array[] = []
  readonly kexEvents: KexEvent[] = []
  readonly unimplemented: number[] = []
  readonly pongs: Uint8Array[] = []
  /** Wire pieces that the other side has not received yet. */
  outbox: Uint8Array[] = []
  /** All that was ever put out, when `record` is on. */
  readonly wire: Uint8Array[] = []
  record = false
  error: SshError | undefined
  hostKeyRequest: VerifyHostKeyRequest | undefined
  signRequest: SignExchangeRequest | undefined
  /** Takes packets instead of `packets`. */
  onPacket: ((payload: Uint8Array) => void) | undefined
  onKex: ((event: KexEvent) => void) | undefined
  /** What happens when a host key is presented: default, it is accepted. */
  onHostKey: (side: PairSide, request: VerifyHostKeyRequest) => void = (side) => side.transport.hostKeyAccepted()

  constructor(options: TransportOptions, overrides: Partial<TransportHandler> = {}) {
    this.transport = new Transport(options, { ...this.#handler(), ...overrides })
  }

  #handler(): TransportHandler {
    return {
      output: (pieces) => {
        this.outbox.push(...pieces)
        if (this.record) this.wire.push(...pieces.map((piece) => piece.slice()))
      },
      packet: (payload) => {
        if (this.onPacket === undefined) this.packets.push(payload)
        else this.onPacket(payload)
      },
      unimplemented: (sequence) => this.unimplemented.push(sequence),
      kex: (event) => {
        this.kexEvents.push(event)
        this.onKex?.(event)
      },
      signExchange: (request) => {
        this.signRequest = request
      },
      verifyHostKey: (request) => {
        this.hostKeyRequest = request
        this.onHostKey(this, request)
      },
      pong: (data) => this.pongs.push(data),
      disconnected: (error) => {
        if (this.error !== undefined) throw new Error('disconnected was called twice')
        this.error = error
      },
    }
  }
}

export interface SessionPairOptions {
  readonly client?: Partial<TransportOptions>
  readonly server?: Partial<TransportOptions>
  readonly clientHandler?: Partial<TransportHandler>
  readonly serverHandler?: Partial<TransportHandler>
}

let testHostKey: PrivateKey | undefined

/** An Ed25519 host key, made once per process. */
export function pairHostKey(): PrivateKey {
  testHostKey ??= generatePrivateKey('ssh-ed25519')
  return testHostKey
}

/** A client and a server transport joined in memory. Nothing moves but in `pump`, so every order of events can be made. */
export class SessionPair {
  readonly client: PairSide
  readonly server: PairSide

  constructor(options: SessionPairOptions = {}) {
    this.client = new PairSide({ now: 0, ...options.client, role: 'client' }, options.clientHandler)
    this.server = new PairSide(
      { now: 0, signers: [pairHostKey()], ...options.server, role: 'server' },
      options.serverHandler,
    )
  }

  /** Both sides send their identifications. */
  start(): this {
    this.client.transport.start()
    this.server.transport.start()
    return this
  }

  /** Moves bytes both ways until nothing is on its way. */
  pump(splitting: Splitting = 'chunks'): this {
    for (let round = 0; round < MAX_PUMP_ROUNDS; round++) {
      const moved = [this.deliver('server', splitting), this.deliver('client', splitting)]
      if (!moved.includes(true)) return this
    }
    throw new Error('the two sides do not come to rest')
  }

  /** Moves what is on its way to one side now. Whether there was anything. */
  deliver(to: 'client' | 'server', splitting: Splitting = 'chunks'): boolean {
    const [from, into] = to === 'client' ? [this.server, this.client] : [this.client, this.server]
    if (from.outbox.length === 0) return false
    const pieces = from.outbox
    from.outbox = []
    for (const piece of split(pieces, splitting)) into.transport.receive(piece)
    return true
  }

  /** Handshake up to where both authentication protocols may speak. */
  handshake(splitting: Splitting = 'chunks'): this {
    return this.start().pump(splitting)
  }

  /** Handshake, and both upper layers say that authentication has succeeded. */
  authenticated(splitting: Splitting = 'chunks'): this {
    this.handshake(splitting)
    const failure = this.client.error ?? this.server.error
    if (failure !== undefined)
      throw new SshError(failure.code, `handshake failed: ${failure.message}`, { cause: failure })
    this.client.transport.authenticated()
    this.server.transport.authenticated()
    return this
  }
}

function* split(pieces: readonly Uint8Array[], splitting: Splitting): Generator<Uint8Array> {
  const size = typeof splitting === 'object' ? splitting.size : () => (splitting === 'bytes' ? 1 : Infinity)
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const end = Math.min(piece.length, at + Math.max(1, size()))
      yield piece.subarray(at, end)
      at = end
    }
  }
}
