import type { PublicKey } from '../../keys/index.ts'
import type { AttemptFailure, AuthClaim } from '../claim.ts'

/** What a method may know of the connection it serves. */
export interface MethodContext {
  readonly user: string
  readonly service: string
  /** Exchange hash of the first key exchange (RFC 4253 §7.2): what a signature is bound to. */
  readonly sessionId: Uint8Array
  /** Our host key as presented in the first key exchange, in wire form. */
  readonly hostKey: Uint8Array
  /** Accepted signature algorithms, plain names; certificates are accepted with the algorithms of their keys. */
  readonly signatureAlgorithms: readonly string[]
  readonly verify: SignatureVerifier
}

/**
 * Like `verifySignature` of `keys/`: `true`, and only `true`, is success. A throw, a promise, an Error or any other value
 * counts as a bad signature (V-B05).
 */
export type SignatureVerifier = (key: PublicKey, algorithm: string, data: Uint8Array, signature: Uint8Array) => boolean

/** What a method makes of a request; there is no verdict that lets anybody in. */
export type MethodVerdict =
  | { readonly next: 'fail'; readonly reason: AttemptFailure }
  /** A key was offered, nothing is proved: `reply` goes out if the key would do. */
  | { readonly next: 'ask-acceptable'; readonly key: PublicKey; readonly algorithm: string; readonly reply: Uint8Array }
  /** `secrets` are views into the payload, zeroed once decided. */
  | { readonly next: 'decide'; readonly claim: AuthClaim; readonly secrets: readonly Uint8Array[] }

export function fail(reason: AttemptFailure): MethodVerdict {
  return { next: 'fail', reason }
}
