import type { ProvedKey } from './methods/publickey.ts'

/** Methods a server can offer; also the names on the wire. */
export const AUTH_METHODS = ['none', 'publickey', 'password', 'keyboard-interactive'] as const
export type AuthMethod = (typeof AUTH_METHODS)[number]

/** Nothing but a name (RFC 4252 §5.2). */
export interface NoneClaim {
  readonly method: 'none'
  readonly proved: false
}

/** RFC 4252 §8. `password` is valid until the decision is answered; then its bytes are zeroed. */
export interface PasswordClaim {
  readonly method: 'password'
  readonly proved: false
  /** 1 to 1024 bytes, UTF-8 by the specification; not checked. */
  readonly password: Uint8Array
}

/** RFC 4256: asked first with no responses, then once a round until the answer is something else than prompts. */
export interface InteractiveClaim {
  readonly method: 'keyboard-interactive'
  readonly proved: false
  /** The client's wish, comma-separated; may be ignored. */
  readonly submethods: string
  /** Rounds of prompts answered so far. */
  readonly round: number
  /** Answers to the prompts of this round, as many as there were prompts; zeroed once the decision is answered. */
  readonly responses: readonly Uint8Array[]
}

/**
 * What a decider judges. Only a {@link ProvedKey} is a proof in itself: its signature was verified over this very request.
 * The others carry what the decider has yet to check.
 */
export type AuthClaim = NoneClaim | ProvedKey | PasswordClaim | InteractiveClaim

/** A method that was passed on the way to the whole: what later decisions of the same login may build on. Holds no secret. */
export interface AuthFactor {
  readonly method: AuthMethod
  /** For publickey: what was proved. */
  readonly key?: ProvedKey
}

/** Why a request failed; for the operator's eyes, the peer sees the same answer for all. */
export type AttemptFailure =
  | 'method-not-allowed'
  | 'user-name-refused'
  | 'key-malformed'
  | 'algorithm-not-allowed'
  | 'host-key-mismatch'
  | 'key-not-acceptable'
  | 'key-already-used'
  | 'signature-invalid'
  | 'password-length'
  | 'password-change-unsupported'
  | 'responses-invalid'
  | 'conversation-abandoned'
  /** The decider said so. */
  | 'refused'
  /** The decider's answer was none of the allowed ones, or failed: never a success. */
  | 'decision-invalid'
