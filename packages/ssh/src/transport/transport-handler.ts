import type { SshError } from '../errors.ts'
import type { PublicKey, Signer } from '../keys/index.ts'
import type { NegotiatedAlgorithms } from './negotiation.ts'

export type RekeyReason = 'peer' | 'bytes' | 'packets' | 'time' | 'caller'

export type KexEvent =
  /** From here until `finished`, `canSendData` is false for a while. */
  | { readonly type: 'started'; readonly first: boolean }
  | {
      readonly type: 'finished'
      readonly first: boolean
      readonly algorithms: NegotiatedAlgorithms
      readonly sessionId: Uint8Array
      /** The server's host key, in both roles. */
      readonly hostKey: PublicKey
    }

/** A signature that a signer promised. */
export interface SignExchangeRequest {
  readonly signer: Signer
  readonly algorithm: string
  readonly data: Uint8Array
  /** Already under way: answer with `signed` when it resolves, `signingFailed` when it rejects. */
  readonly signature: Promise<Uint8Array>
}

export interface VerifyHostKeyRequest {
  /** A plain key or a certificate. Its signature over this exchange is right; whether it is the wanted host's is the question. */
  readonly key: PublicKey
  /** The negotiated host key algorithm. */
  readonly algorithm: string
}

/**
 * How effects leave the transport: all calls are synchronous, most out of `receive`. An SshError or DecodeError thrown by
 * `packet` ends the connection as if the transport had found the mistake; any other throw does as an internal error.
 */
export interface TransportHandler {
  /** Bytes for the wire, in order; owned by the receiver. */
  output(pieces: readonly Uint8Array[]): void
  /** A message ≥ 50 of the authentication or connection protocol, legal in the present phase; owned by the receiver. */
  packet(payload: Uint8Array): void
  /** The peer did not know our packet of this sequence number. */
  unimplemented?(sequence: number): void
  kex(event: KexEvent): void
  /** Answer with `signed` or `signingFailed`. Only for signers that return a promise; without this method such a signer fails. */
  signExchange?(request: SignExchangeRequest): void
  /** Client: answer with `hostKeyAccepted` or `hostKeyRejected`, at once or later. Without this method no key is accepted. */
  verifyHostKey?(request: VerifyHostKeyRequest): void
  /** The peer's extensions, all it has announced so far. */
  extensions?(extensions: ReadonlyMap<string, Uint8Array>): void
  /** The answer to `ping`. */
  pong?(data: Uint8Array): void
  /** How many bytes of output have not been taken by the operating system yet. Bounds what a peer can make us answer. */
  backlog?(): number
  /** The end, exactly once; a DISCONNECT for the peer, if there is one, has already gone to `output`. */
  disconnected(error: SshError): void
}
