import type { SshError } from '../errors.ts'
import type { PublicKey } from '../keys/index.ts'
import type { AttemptFailure, AuthClaim, AuthFactor } from './claim.ts'

/** What ServerAuth wants done; in order. */
export type ServerAuthEffect<T> =
  | { readonly type: 'send'; readonly payload: Uint8Array }
  /** Answer with `answer(requestId, …)`. Asked of a publickey claim only after its signature was verified. */
  | {
      readonly type: 'decide'
      readonly requestId: number
      readonly user: string
      readonly service: string
      readonly claim: AuthClaim
      /** What was passed before in this login, oldest first. */
      readonly factors: readonly AuthFactor[]
    }
  /** The client asks whether a key would do; nothing is proved. Answer with `answerAcceptable(requestId, …)`. */
  | {
      readonly type: 'is-acceptable'
      readonly requestId: number
      readonly user: string
      readonly service: string
      readonly key: PublicKey
      readonly algorithm: string
      readonly factors: readonly AuthFactor[]
    }
  /** The question with this id no longer waits for an answer. */
  | { readonly type: 'cancel'; readonly requestId: number }
  /** A fact for the audit: the request did not let the client in. `method` as the client named it. */
  | { readonly type: 'attempt-failed'; readonly user: string; readonly method: string; readonly reason: AttemptFailure }
  | { readonly type: 'factor-passed'; readonly user: string; readonly factor: AuthFactor }
  /** SUCCESS is among the effects before this one; the login is over. */
  | {
      readonly type: 'success'
      readonly user: string
      readonly service: string
      readonly identity: T
      /** All that was passed, the last one included. */
      readonly factors: readonly AuthFactor[]
    }
  /** The login is over; `disconnectFor(error)` says what the client learns. */
  | { readonly type: 'disconnect'; readonly error: SshError }
