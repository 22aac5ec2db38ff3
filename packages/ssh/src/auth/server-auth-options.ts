import type { AuthMethod } from './claim.ts'
import type { SignatureVerifier } from './methods/method.ts'
import type { UserNamePolicy } from './user-name.ts'

/** Failures until the connection ends, as OpenSSH's MaxAuthTries. */
export const DEFAULT_MAX_TRIES = 6
/**
 * Messages of one login in all, whatever became of them: enough for an agent full of keys and a chain of factors, little
 * enough that queries, partial successes and prompt rounds cannot go on for ever (V-B08).
 */
export const MAX_AUTH_MESSAGES = 128
/** A failure goes out at a whole multiple of this after its request came, so that small differences do not show (V-B09). */
export const DEFAULT_FAILURE_STEP_MS = 5

export interface ServerAuthOptions {
  /** Exchange hash of the first key exchange. */
  readonly sessionId: Uint8Array
  /** Our host key of the first key exchange, in wire form; host-bound requests must name it. */
  readonly hostKey: Uint8Array
  /** Methods switched on. */
  readonly methods: readonly AuthMethod[]
  /** Those of them that a login may begin with; all unless given. The others wait for a partial success that names them. */
  readonly firstMethods?: readonly AuthMethod[]
  /** Monotonic milliseconds at which an unfinished login ends. */
  readonly deadline: number
  readonly maxTries?: number
  readonly failureStepMs?: number
  /** Plain names; all that `keys/` verifies unless given. */
  readonly signatureAlgorithms?: readonly string[]
  /** Names it refuses fail like any other, without the decider being asked. */
  readonly acceptUserName?: UserNamePolicy
  readonly verify?: SignatureVerifier
  /** Shown before the first answer. */
  readonly banner?: string
}
