import { ACTOR_STRANGER, type AuditEvent } from '@sallyport/audit'
import type { PasswordHasher } from '@sallyport/identity'
import type { User } from '@sallyport/model'
import type { Store } from '@sallyport/store'
import type { CodeAttempts } from '../approval/code-attempts.ts'
import type { OneTimeCodes } from '../approval/one-time-codes.ts'
import { type OpenedSession, type SignInFrom, SignInRefused, type SignInService } from './sign-in-service.ts'

export interface PasswordSignInParts {
  readonly store: Pick<Store, 'secondFactors'>
  readonly hasher: PasswordHasher
  readonly codes: OneTimeCodes
  readonly signIn: Pick<SignInService, 'openProved'>
  readonly userByName: (name: string) => User | undefined
  /** What addresses of one network are counted by. */
  readonly networkOf: (source: string) => string
  /** Of passwords alone. */
  readonly attempts: CodeAttempts
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly failed: (what: string, error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** - `code-needed`: the password is right, and a one-time code is set up. */
export type PasswordAnswer = OpenedSession | 'code-needed' | { readonly waitSeconds: number }

/** How long somebody waits where more passwords are hashed than there are turns. */
const BUSY_SECONDS = 5

/**
 * Signing in with a password, and a one-time code where one is set up. Wrong ones make the same name wait from the same
 * network; nothing else is ever locked, so nobody can lock somebody else out (V-F11).
 */
export class PasswordSignIn {
  readonly #parts: PasswordSignInParts

  constructor(parts: PasswordSignInParts) {
    this.#parts = parts
  }

  /** Throws SignInRefused: for an unknown name as for a wrong password, after the same work. */
  async signIn(name: string, password: string, code: string | undefined, from: SignInFrom): Promise<PasswordAnswer> {
    const { store, hasher, codes, userByName, networkOf, attempts, now, signIn } = this.#parts
    const network = networkOf(from.source)
    if (hasher.busy) return { waitSeconds: BUSY_SECONDS }
    // By the name that was typed, whether or not anybody has it: who waits learns nothing.
    const waitSeconds = attempts.take(name, network)
    if (waitSeconds > 0) return { waitSeconds }
    const user = userByName(name)
    const phc = user === undefined ? undefined : await store.secondFactors.password(user.id)
    const right = await hasher.verify(password, phc)
    if (!right || user === undefined) throw this.#refusal('password-wrong', user, from)
    if (user.disabled) throw this.#refusal('user-disabled', user, from)
    const factors = [{ factor: 'password', at: now() }]
    if (await codes.has(user)) {
      if (code === undefined) return 'code-needed'
      const answer = await codes.check(user, network, code)
      if (typeof answer === 'object') return answer
      if (answer !== 'right') throw this.#refusal('code-wrong', user, from)
      factors.push({ factor: 'totp', at: now() })
    }
    attempts.right(name, network)
    // While it was hashed, and waited for its turn, it may have been changed.
    return signIn.openProved(
      user.id,
      'password',
      factors,
      from,
      async (tx) => (await tx.secondFactors.password(user.id)) === phc,
    )
  }

  /** Nobody waits for what is written down of people we know: the time would say that there is such a person. */
  #refusal(reason: string, user: User | undefined, { source }: SignInFrom): SignInRefused {
    if (user !== undefined) {
      const facts = { source, method: 'password', reason: `${reason} ${user.name}` }
      this.#parts
        .record({ type: 'sign-in-refused', actor: ACTOR_STRANGER, ...facts })
        .catch((error: unknown) => this.#parts.failed('write a refused sign-in to the audit log', error))
    }
    return new SignInRefused(reason)
  }
}
