import { SshError } from '../errors.ts'

/**
 * A key exchange method without its messages: two public values in, a shared secret out.
 * Values that a peer sent are checked completely; a bad one throws SshError 'key-exchange-failed'.
 */
export interface KexMethod {
  readonly name: string
  /** Of the exchange hash and of key derivation. */
  readonly hash: KexHash
  /** How the secret enters the exchange hash and key derivation. An mpint secret is an unsigned big-endian number. */
  readonly secretEncoding: KexValueEncoding
  /** How both public values travel and enter the exchange hash. */
  readonly publicEncoding: KexValueEncoding
  /** Whether a recording of this exchange stays closed to a quantum computer. */
  readonly postQuantum: boolean
  /** Client: makes the first public value; `finish` takes the server's and gives the secret. */
  start(): KexStart
  /** Server: answers the client's public value. */
  respond(init: Uint8Array): KexResponse
}

export type KexHash = 'sha256' | 'sha384' | 'sha512'
export type KexValueEncoding = 'mpint' | 'string'

export interface KexStart {
  readonly init: Uint8Array
  finish(reply: Uint8Array): Uint8Array
}

export interface KexResponse {
  readonly reply: Uint8Array
  readonly secret: Uint8Array
}

/** The peer's value is not one that the method allows; `what` names it. */
export function badKexValue(what: string, cause?: unknown): SshError {
  return new SshError('key-exchange-failed', what, cause === undefined ? {} : { cause })
}
