/**
 * One key exchange, from the moment both KEXINITs are known to NEWKEYS in both directions: RFC 4253 §7 and §8, RFC 5656 §4.
 *
 *     client                                   server
 *       awaiting-reply   ── KEX_INIT ──────►     awaiting-init
 *                                                signing          (the signer may take its time)
 *       verifying        ◄── KEX_REPLY ────      awaiting-newkeys
 *       (host key        ◄── NEWKEYS ──────
 *        decided)        ── NEWKEYS ───────►     done
 *       awaiting-newkeys
 *       done
 *
 * Nothing waits here: the signature and the verdict on the host key are effects, and their answers inputs.
 */
import { equalBytes } from '@sallyport/wire'
import type { KexMethod, KexStart } from '../crypto/kex-method.ts'
import { kexMethods } from '../crypto/kex-methods.ts'
import type { PacketOpener, PacketSealer } from '../crypto/packet-protection.ts'
import { SshError } from '../errors.ts'
import { decodePublicKey, type PublicKey, type Signer, verifySignature } from '../keys/index.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import { type KexInit, kexExchange, newKeys } from '../messages/kex.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { exchangeHash } from './exchange-hash.ts'
import type { Role } from './legal-messages.ts'
import { guessIsRight, type NegotiatedAlgorithms, negotiate } from './negotiation.ts'
import { deriveSessionKeys, type SessionKeys } from './session-keys.ts'

/** A KEXINIT with the payload it has on the wire, which the exchange hash covers. */
export interface SentKexInit {
  readonly message: KexInit
  readonly payload: Uint8Array
}

/** What an exchange needs to know of its connection. */
export interface ExchangeContext {
  readonly role: Role
  readonly clientIdentification: string
  readonly serverIdentification: string
  /** Server: its host keys. */
  readonly signers: readonly Signer[]
  /** Undefined for the first exchange, whose hash becomes it. */
  readonly sessionId: Uint8Array | undefined
  /** Client, at a later exchange: the host key of the first one, which must come again. */
  readonly knownHostKey: PublicKey | undefined
}

export type ExchangeEffect =
  | { readonly type: 'send'; readonly payload: Uint8Array }
  /** Server: sign `data` and answer with `signed`. */
  | { readonly type: 'sign'; readonly signer: Signer; readonly algorithm: string; readonly data: Uint8Array }
  /** Client: the signature is right; answer with `hostKeyAccepted` if the key is the one wanted. */
  | { readonly type: 'verify-host-key'; readonly key: PublicKey; readonly algorithm: string }
  /** Behind this all our packets go out under `sealer`. */
  | { readonly type: 'protect-outgoing'; readonly sealer: PacketSealer }
  /** Behind this all packets of the peer come under `opener`. */
  | { readonly type: 'protect-incoming'; readonly opener: PacketOpener }
  | { readonly type: 'done'; readonly result: ExchangeResult }

export interface ExchangeResult {
  readonly algorithms: NegotiatedAlgorithms
  readonly sessionId: Uint8Array
  /** The server's. */
  readonly hostKey: PublicKey
}

/** What is agreed before the last step. */
interface Agreed {
  readonly hostKey: PublicKey
  readonly sessionId: Uint8Array
  readonly keys: SessionKeys
}

type ExchangeState =
  | { readonly at: 'awaiting-init' }
  | { readonly at: 'signing'; readonly serverPublic: Uint8Array; readonly agreed: Agreed }
  | { readonly at: 'awaiting-reply'; readonly started: KexStart }
  | { readonly at: 'verifying'; readonly agreed: Agreed }
  | { readonly at: 'awaiting-newkeys'; readonly agreed: Agreed }
  | { readonly at: 'done' }

export class KeyExchange {
  readonly algorithms: NegotiatedAlgorithms
  readonly #context: ExchangeContext
  readonly #own: SentKexInit
  readonly #peer: SentKexInit
  readonly #method: KexMethod
  #state: ExchangeState
  /** The peer's next packet is a guess that turned out wrong. */
  #wrongGuess: boolean

  /** @throws SshError 'no-common-algorithm' */
  constructor(context: ExchangeContext, own: SentKexInit, peer: SentKexInit) {
    this.#context = context
    this.#own = own
    this.#peer = peer
    this.algorithms =
      context.role === 'client' ? negotiate(own.message, peer.message) : negotiate(peer.message, own.message)
    const method = kexMethods.get(this.algorithms.kex)
    if (method === undefined) throw new Error(`unreachable: negotiated ${this.algorithms.kex} without having it`)
    this.#method = method
    this.#wrongGuess = peer.message.firstKexPacketFollows && !guessIsRight(own.message, peer.message)
    this.#state =
      context.role === 'client' ? { at: 'awaiting-reply', started: method.start() } : { at: 'awaiting-init' }
  }

  get at(): ExchangeState['at'] | 'wrong-guess' {
    return this.#wrongGuess ? 'wrong-guess' : this.#state.at
  }

  /** To be called once, first. */
  begin(): readonly ExchangeEffect[] {
    if (this.#state.at !== 'awaiting-reply') return []
    const { init } = kexExchange[this.#method.publicEncoding]
    return [send(encodeMessage(init, { type: 'kex-init', publicValue: this.#state.started.init }))]
  }

  /**
   * A packet of the peer, of a number that is legal in this state.
   * @throws SshError 'key-exchange-failed', 'host-key-rejected'; DecodeError
   */
  receive(payload: Uint8Array): readonly ExchangeEffect[] {
    if (this.#wrongGuess) {
      this.#wrongGuess = false
      return []
    }
    const state = this.#state
    const number = payload[0]
    if (state.at === 'awaiting-init' && number === SSH_MSG['kex-init']) return this.#respond(payload)
    if (state.at === 'awaiting-reply' && number === SSH_MSG['kex-reply']) return this.#finish(payload, state.started)
    if (state.at === 'awaiting-newkeys' && number === SSH_MSG.newkeys) return this.#switch(payload, state.agreed)
    throw new Error(`unreachable: message ${number} while ${state.at}`)
  }

  /** Server: the whole signature blob asked for by the effect `sign`. */
  signed(signature: Uint8Array): readonly ExchangeEffect[] {
    const state = this.#state
    if (state.at !== 'signing') throw new Error('no signature was asked for')
    const reply = encodeMessage(kexExchange[this.#method.publicEncoding].reply, {
      type: 'kex-reply',
      hostKey: state.agreed.hostKey.blob,
      publicValue: state.serverPublic,
      signature,
    })
    return [send(reply), ...this.#announceNewKeys(state.agreed)]
  }

  /** Client: the key of the effect `verify-host-key` is the one wanted. */
  hostKeyAccepted(): readonly ExchangeEffect[] {
    const state = this.#state
    if (state.at !== 'verifying') throw new Error('no host key waits for a verdict')
    return this.#announceNewKeys(state.agreed)
  }

  #respond(payload: Uint8Array): readonly ExchangeEffect[] {
    const algorithm = this.algorithms.serverHostKey
    const signer = this.#context.signers.find((candidate) => candidate.algorithms.includes(algorithm))
    if (signer === undefined) throw new Error(`unreachable: offered ${algorithm} without a key for it`)
    const { publicValue: clientPublic } = decodeMessage(kexExchange[this.#method.publicEncoding].init, payload)
    const { reply: serverPublic, secret } = this.#method.respond(clientPublic)
    const { agreed, hash } = this.#agree(signer.publicKey, clientPublic, serverPublic, secret)
    this.#state = { at: 'signing', serverPublic, agreed }
    return [{ type: 'sign', signer, algorithm, data: hash }]
  }

  #finish(payload: Uint8Array, started: KexStart): readonly ExchangeEffect[] {
    const reply = decodeMessage(kexExchange[this.#method.publicEncoding].reply, payload)
    const known = this.#context.knownHostKey
    if (known !== undefined && !equalBytes(known.blob, reply.hostKey)) {
      throw new SshError('host-key-rejected', 'host key changed within the connection')
    }
    const key = known ?? decodePublicKey(reply.hostKey)
    const secret = started.finish(reply.publicValue)
    const { agreed, hash } = this.#agree(key, started.init, reply.publicValue, secret)
    const algorithm = this.algorithms.serverHostKey
    // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- success is exactly true, whatever a verifier returns
    if (verifySignature(key, algorithm, hash, reply.signature) !== true) {
      throw new SshError('key-exchange-failed', 'host signature does not verify', { facts: { algorithm } })
    }
    this.#state = { at: 'verifying', agreed }
    return known === undefined ? [{ type: 'verify-host-key', key, algorithm }] : this.hostKeyAccepted()
  }

  #agree(hostKey: PublicKey, clientPublic: Uint8Array, serverPublic: Uint8Array, secret: Uint8Array) {
    const { role, clientIdentification, serverIdentification } = this.#context
    const [client, server] = role === 'client' ? [this.#own, this.#peer] : [this.#peer, this.#own]
    const hash = exchangeHash(this.#method, {
      clientIdentification,
      serverIdentification,
      clientKexInit: client.payload,
      serverKexInit: server.payload,
      hostKey: hostKey.blob,
      clientPublic,
      serverPublic,
      secret,
    })
    const sessionId = this.#context.sessionId ?? hash
    const keys = deriveSessionKeys(role, this.#method, this.algorithms, { secret, exchangeHash: hash, sessionId })
    secret.fill(0)
    const agreed: Agreed = { hostKey, sessionId, keys }
    return { agreed, hash }
  }

  #announceNewKeys(agreed: Agreed): readonly ExchangeEffect[] {
    this.#state = { at: 'awaiting-newkeys', agreed }
    return [send(encodeMessage(newKeys, { type: 'newkeys' })), { type: 'protect-outgoing', sealer: agreed.keys.sealer }]
  }

  #switch(payload: Uint8Array, agreed: Agreed): readonly ExchangeEffect[] {
    decodeMessage(newKeys, payload)
    this.#state = { at: 'done' }
    const { hostKey, sessionId } = agreed
    return [
      { type: 'protect-incoming', opener: agreed.keys.opener },
      { type: 'done', result: { algorithms: this.algorithms, sessionId, hostKey } },
    ]
  }
}

function send(payload: Uint8Array): ExchangeEffect {
  return { type: 'send', payload }
}
