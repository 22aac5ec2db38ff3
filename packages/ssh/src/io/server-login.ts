/** Drives ServerAuth: its questions go to functions that may take their time, their answers come back by request id. */
import {
  type AuthDecision,
  type AuthFactor,
  type AuthMethod,
  type PasswordClaim,
  type ProvedKey,
  type ServerAuth,
  type ServerAuthEffect,
  type UserNamePolicy,
} from '../auth/index.ts'
import { type SshError, unreachable } from '../errors.ts'
import type { PublicKey } from '../keys/index.ts'
import { type AskPrompts, Conversation, type ConversationEnd } from './conversation.ts'
import type { Login, LoginHost } from './live-connection.ts'

export interface DecideOptions {
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** Who wants to be what. */
export interface Applicant {
  readonly user: string
  /** What was passed before in this login, oldest first. */
  readonly factors: readonly AuthFactor[]
}

type Maybe<T> = T | Promise<T>

/**
 * The functions that decide. Each is asked about one request; a throw or rejection is a failure of that request. A method
 * is on if its function is there (for `none`: `decideNone`). `T` is the caller's idea of an identity.
 */
export interface Authenticator<T> {
  /**
   * Whether an offered key would do. Nothing is proved, and `true` lets nobody in: it makes the client sign. Without this
   * function every key that can be read would do, which tells strangers nothing, but costs clients with many keys a try each.
   */
  acceptsKey?(applicant: Applicant & { readonly key: PublicKey }, options: DecideOptions): Maybe<boolean>
  /** `key` has signed this very request. */
  decideKey?(applicant: Applicant & { readonly key: ProvedKey }, options: DecideOptions): Maybe<ConversationEnd<T>>
  /** The password is 1 to 1024 bytes; its array is zeroed once the answer is there. */
  decidePassword?(
    applicant: Applicant & { readonly password: PasswordClaim['password'] },
    options: DecideOptions,
  ): Maybe<ConversationEnd<T>>
  /** `ask` sends prompts and resolves with the answers, as often as it takes. */
  converse?(
    applicant: Applicant & { readonly submethods: string; readonly ask: AskPrompts },
    options: DecideOptions,
  ): Maybe<ConversationEnd<T>>
  /** Methods that a login may begin with; all that are on unless given. The others follow a partial success that names them. */
  readonly firstMethods?: readonly AuthMethod[]
  decideNone?(applicant: Applicant, options: DecideOptions): Maybe<ConversationEnd<T>>
  /** Facts for the audit, as they happen. */
  observe?(fact: AuthFact): void
}

export type AuthFact =
  | Extract<ServerAuthEffect<never>, { readonly type: 'attempt-failed' | 'factor-passed' }>
  /** A function of the Authenticator threw or rejected; the request has failed. */
  | { readonly type: 'decider-failed'; readonly user: string; readonly error: unknown }

export interface LoginOptions {
  /** Failures until the connection ends. Default 6. */
  readonly maxTries?: number
  /** See `ServerAuthOptions.failureStepMs`. */
  readonly failureStepMs?: number
  readonly acceptUserName?: UserNamePolicy
  /** Text for the user before the first answer. */
  readonly banner?: string
}

/** What a login came to. */
export interface LoginSuccess<T> {
  readonly user: string
  readonly identity: T
  /** All that was passed, oldest first. */
  readonly factors: readonly AuthFactor[]
}

export function enabledMethods<T>(authenticator: Authenticator<T>): readonly AuthMethod[] {
  const methods: AuthMethod[] = []
  if (authenticator.decideNone !== undefined) methods.push('none')
  if (authenticator.decideKey !== undefined) methods.push('publickey')
  if (authenticator.converse !== undefined) methods.push('keyboard-interactive')
  if (authenticator.decidePassword !== undefined) methods.push('password')
  return methods
}

interface Question {
  readonly requestId: number
  readonly abort: AbortController
}

export class ServerLogin<T> implements Login {
  readonly #host: LoginHost
  readonly #authenticator: Authenticator<T>
  readonly #makeMachine: () => ServerAuth<T>
  readonly #succeeded: (success: LoginSuccess<T>) => void
  #machine: ServerAuth<T> | undefined
  #question: Question | undefined
  #conversation: Conversation<T> | undefined
  #attempts = 0

  constructor(
    host: LoginHost,
    authenticator: Authenticator<T>,
    makeMachine: () => ServerAuth<T>,
    succeeded: (success: LoginSuccess<T>) => void,
  ) {
    this.#host = host
    this.#authenticator = authenticator
    this.#makeMachine = makeMachine
    this.#succeeded = succeeded
  }

  /** Requests that failed so far. */
  get failedAttempts(): number {
    return this.#attempts
  }

  begin(): void {
    this.#machine = this.#makeMachine()
  }

  receive(payload: Uint8Array, now: number): void {
    this.#apply(this.#machine?.receive(payload, now))
  }

  tick(now: number): void {
    this.#apply(this.#machine?.tick(now))
  }

  nextDeadline(): number | undefined {
    return this.#machine?.nextDeadline()
  }

  get deadline(): number | undefined {
    return this.#machine?.deadline
  }

  end(error: SshError): void {
    this.#apply(this.#machine?.end())
    this.#drop(error)
  }

  /** Text for the user while the login lasts; does nothing later. */
  banner(text: string): void {
    this.#apply(this.#machine?.banner(text, this.#host.now()))
  }

  #apply(effects: readonly ServerAuthEffect<T>[] = []): void {
    try {
      for (const effect of effects) this.#follow(effect)
    } catch (error) {
      // half of what was to happen has happened: nothing to go on with
      this.#host.transport.fail(error)
    }
  }

  #follow(effect: ServerAuthEffect<T>): void {
    switch (effect.type) {
      case 'send':
        return this.#host.transport.send(effect.payload)
      case 'decide':
        return this.#host.own(this.#decide(effect))
      case 'is-acceptable':
        return this.#host.own(this.#accepts(effect))
      case 'cancel':
        if (this.#question?.requestId === effect.requestId) this.#question.abort.abort()
        return
      case 'attempt-failed':
        this.#attempts++
        this.#leaveConversation()
        return this.#authenticator.observe?.(effect)
      case 'factor-passed':
        this.#leaveConversation()
        return this.#authenticator.observe?.(effect)
      case 'success': {
        const { user, identity, factors } = effect
        this.#leaveConversation()
        return this.#succeeded({ user, identity, factors })
      }
      case 'disconnect':
        return this.#host.transport.fail(effect.error)
    }
  }

  async #decide(effect: Extract<ServerAuthEffect<T>, { type: 'decide' }>): Promise<void> {
    const { requestId, user } = effect
    const signal = this.#asked(requestId)
    let decision: AuthDecision<T>
    try {
      decision = await this.#judge(effect, { signal })
    } catch (error) {
      decision = { outcome: 'failure' }
      if (!signal.aborted) this.#authenticator.observe?.({ type: 'decider-failed', user, error })
    }
    this.#apply(this.#machine?.answer(requestId, decision, this.#host.now()))
    this.#host.moved()
  }

  async #judge(
    { claim, user, factors }: Extract<ServerAuthEffect<T>, { type: 'decide' }>,
    options: DecideOptions,
  ): Promise<AuthDecision<T>> {
    const applicant = { user, factors }
    const authenticator = this.#authenticator
    const failure = { outcome: 'failure' } as const
    switch (claim.method) {
      case 'publickey':
        return (await authenticator.decideKey?.({ ...applicant, key: claim }, options)) ?? failure
      case 'password':
        return (await authenticator.decidePassword?.({ ...applicant, password: claim.password }, options)) ?? failure
      case 'none':
        return (await authenticator.decideNone?.(applicant, options)) ?? failure
      case 'keyboard-interactive': {
        const { submethods } = claim
        this.#conversation ??= new Conversation(
          async (ask, { signal }) =>
            (await authenticator.converse?.({ ...applicant, submethods, ask }, { signal })) ?? failure,
        )
        return await this.#conversation.next(claim)
      }
      default:
        return unreachable(claim)
    }
  }

  async #accepts(effect: Extract<ServerAuthEffect<T>, { type: 'is-acceptable' }>): Promise<void> {
    const { requestId, user, factors, key } = effect
    const signal = this.#asked(requestId)
    let acceptable: boolean
    try {
      const authenticator = this.#authenticator
      acceptable =
        authenticator.acceptsKey === undefined || (await authenticator.acceptsKey({ user, factors, key }, { signal }))
    } catch (error) {
      acceptable = false
      if (!signal.aborted) this.#authenticator.observe?.({ type: 'decider-failed', user, error })
    }
    this.#apply(this.#machine?.answerAcceptable(requestId, acceptable, this.#host.now()))
    this.#host.moved()
  }

  #asked(requestId: number): AbortSignal {
    const abort = new AbortController()
    this.#question = { requestId, abort }
    return abort.signal
  }

  #leaveConversation(): void {
    this.#conversation?.abandon()
    this.#conversation = undefined
  }

  #drop(error: SshError): void {
    this.#question?.abort.abort(error)
    this.#question = undefined
    this.#leaveConversation()
  }
}
