/**
 * - `ceremony-over`: what was to be finished was finished before, took too long, or was begun for something else.
 * - `passkey-cloned`: its counter did not go up.
 * - `passkey-refused`: an answer whose challenge, origin, flags or signature are wrong.
 * - `passkey-unknown`: no such credential is registered.
 * - `code-refused`: a one-time code that is wrong, or was used before.
 * - `code-delayed`: too many wrong codes; the message says how long to wait.
 * - `provider-unreachable`: an identity provider gives no whole answer in time.
 * - `provider-denied`: the person, or a rule of the identity provider, said no there.
 * - `provider-refused`: an identity provider says no, or is not the one that was declared.
 * - `token-refused`: an ID token that is not as it has to be.
 */
export type IdentityErrorCode =
  | 'ceremony-over'
  | 'passkey-cloned'
  | 'passkey-refused'
  | 'passkey-unknown'
  | 'code-refused'
  | 'code-delayed'
  | 'provider-unreachable'
  | 'provider-denied'
  | 'provider-refused'
  | 'token-refused'

/** The only error class of this package. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode

  constructor(code: IdentityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IdentityError'
    this.code = code
  }
}
