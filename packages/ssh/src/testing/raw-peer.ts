import { randomBytes } from 'node:crypto'
import { concatBytes, utf8Bytes } from '@sallyport/wire'
import { type AlgorithmLists, algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import type { PacketSealer } from '../crypto/packet-protection.ts'
import { plainSealer } from '../crypto/plain.ts'
import type { Signer } from '../keys/index.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import { type KexInit, kexInit } from '../messages/kex.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { type ExchangeEffect, type ExchangeResult, KeyExchange, type SentKexInit } from '../transport/key-exchange.ts'
import type { Role } from '../transport/legal-messages.ts'
import { composeKexInit, offersStrict } from '../transport/negotiation.ts'
import { PacketReader } from '../transport/packet-reader.ts'
import { PacketWriter } from '../transport/packet-writer.ts'
import { offeredAlgorithms } from '../transport/transport-options.ts'

export interface RawPeerOptions {
  /** The raw peer's own side. */
  readonly role: Role
  readonly identification?: string
  readonly algorithms?: AlgorithmLists
  /** Needed for the server's side. */
  readonly signers?: readonly Signer[]
  /** Whether its KEXINIT asks for strict key exchange and EXT_INFO: on unless told. */
  readonly markers?: boolean
}

/**
 * A peer that keeps no rules: it speaks packets and can finish key exchanges, but sends whatever a test wants, whenever. For
 * bringing a transport into any state and then misbehaving.
 */
export class RawPeer {
  readonly role: Role
  readonly identification: string
  readonly #algorithms: AlgorithmLists
  readonly #signers: readonly Signer[]
  readonly #markers: boolean
  readonly #reader = new PacketReader()
  readonly writer = new PacketWriter()
  /** Payloads from the transport under test, those of key exchanges included. */
  readonly received: Uint8Array[] = []
  peerIdentification: string | undefined
  #banner: Uint8Array = new Uint8Array(0)
  #own: SentKexInit | undefined
  #peer: SentKexInit | undefined
  #exchange: KeyExchange | undefined
  #result: ExchangeResult | undefined
  #strict = false
  #lastKexInit: Uint8Array = new Uint8Array(0)
  #sealer: PacketSealer = plainSealer
  /** Takes part in key exchanges by itself; off: a test sends each message. */
  automatic = true
  /** Bytes for the transport under test. */
  outbox: Uint8Array[] = []

  constructor(options: RawPeerOptions) {
    this.role = options.role
    this.identification = options.identification ?? 'SSH-2.0-RawPeer_1.0'
    this.#signers = options.signers ?? []
    this.#algorithms = offeredAlgorithms(options.algorithms ?? algorithmProfiles.modern, this.role, this.#signers)
    this.#markers = options.markers ?? true
  }

  get result(): ExchangeResult | undefined {
    return this.#result
  }

  identify(line = `${this.identification}\r\n`): void {
    this.outbox.push(utf8Bytes(line))
  }

  /** A packet of this payload under the present keys. */
  send(payload: Uint8Array): void {
    this.writer.write(this.outbox, payload)
  }

  /** A packet as it is: length, padding_length and all, right or wrong, under the present keys. */
  sendPacket(packet: Uint8Array): void {
    this.#sealer.seal(this.writer.sequence, packet, this.outbox)
  }

  /** Bytes as they are. */
  sendBytes(bytes: Uint8Array): void {
    this.outbox.push(bytes)
  }

  /** What a KEXINIT of this peer says now. */
  offer(): KexInit {
    const first = this.#result === undefined && this.#markers
    return composeKexInit(this.role, this.#algorithms, new Uint8Array(randomBytes(16)), first)
  }

  /** A KEXINIT, `change` applied to it. */
  sendKexInit(change: Partial<KexInit> = {}): void {
    const message = { ...this.offer(), ...change }
    const payload = encodeMessage(kexInit, message)
    this.#own = { message, payload }
    this.#lastKexInit = payload
    this.send(payload)
    this.#maybeBegin()
  }

  /** The payload of the last KEXINIT sent. */
  lastKexInit(): Uint8Array {
    return this.#lastKexInit
  }

  /** Bytes of the transport under test. */
  receive(bytes: Uint8Array): void {
    let offset = 0
    if (this.peerIdentification === undefined) {
      this.#banner = concatBytes(this.#banner, bytes)
      const end = this.#banner.indexOf(0x0a)
      if (end < 0) return
      this.peerIdentification = new TextDecoder().decode(this.#banner.subarray(0, end)).trimEnd()
      return this.receive(this.#banner.slice(end + 1))
    }
    while (offset < bytes.length) {
      const payload = this.#reader.next(bytes, offset)
      offset = this.#reader.offset
      if (payload !== undefined) this.#take(payload)
    }
  }

  /** The effects of an own step, applied: for tests that drive the exchange by hand. */
  apply(effects: readonly ExchangeEffect[]): void {
    for (const effect of effects) this.#apply(effect)
  }

  get exchange(): KeyExchange | undefined {
    return this.#exchange
  }

  #take(payload: Uint8Array): void {
    this.received.push(payload)
    const number = payload[0] ?? 0
    if (number === SSH_MSG.kexinit) {
      this.#peer = { message: decodeMessage(kexInit, payload), payload }
      if (this.automatic && this.#own === undefined) this.sendKexInit()
      else this.#maybeBegin()
    } else if (this.automatic && this.#exchange !== undefined && number >= SSH_MSG.newkeys && number < 50) {
      this.apply(this.#exchange.receive(payload))
    }
  }

  #maybeBegin(): void {
    if (this.#own === undefined || this.#peer === undefined) return
    const client = this.role === 'client'
    if (this.#result === undefined) {
      const other = client ? 'server' : 'client'
      this.#strict = offersStrict(this.role, this.#own.message) && offersStrict(other, this.#peer.message)
    }
    this.#exchange = new KeyExchange(
      {
        role: this.role,
        clientIdentification: client ? this.identification : (this.peerIdentification ?? ''),
        serverIdentification: client ? (this.peerIdentification ?? '') : this.identification,
        signers: this.#signers,
        sessionId: this.#result?.sessionId,
        knownHostKey: undefined,
      },
      this.#own,
      this.#peer,
    )
    this.#own = undefined
    this.#peer = undefined
    if (this.automatic) this.apply(this.#exchange.begin())
  }

  #apply(effect: ExchangeEffect): void {
    switch (effect.type) {
      case 'send':
        return this.send(effect.payload)
      case 'sign': {
        const signature = effect.signer.sign(effect.algorithm, effect.data)
        if (!(signature instanceof Uint8Array)) throw new Error('the raw peer signs with keys in memory only')
        return this.apply(this.#exchange?.signed(signature) ?? [])
      }
      case 'verify-host-key':
        return this.apply(this.#exchange?.hostKeyAccepted() ?? [])
      case 'protect-outgoing':
        return this.protectOutgoing(effect.sealer)
      case 'protect-incoming':
        return this.#reader.protect(effect.opener, this.#strict)
      case 'done':
        this.#result = effect.result
        this.#exchange = undefined
    }
  }

  /** Protection of what this peer sends now. */
  get sealer(): PacketSealer {
    return this.#sealer
  }

  protectOutgoing(sealer: PacketSealer): void {
    this.#sealer = sealer
    this.writer.protect(sealer, this.#strict)
  }
}
