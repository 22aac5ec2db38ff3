/**
 * Keyboard-interactive as a function that asks: between the rounds of decisions that the machine knows and code that says
 * `const [code] = await ask(…)`.
 */
import type { AuthDecision, InteractiveClaim, PromptRound } from '../auth/index.ts'
import { SshError } from '../errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Sends one round of prompts and resolves with as many answers. Rejects with `aborted` when the client goes another way. */
export type AskPrompts = (round: PromptRound) => Promise<readonly string[]>

/** Ends with anything but a prompt. */
export type ConversationEnd<T> = Exclude<AuthDecision<T>, { readonly outcome: 'prompt' }>

export type Converse<T> = (
  ask: AskPrompts,
  options: { readonly signal: AbortSignal },
) => ConversationEnd<T> | Promise<ConversationEnd<T>>

export class Conversation<T> {
  readonly #converse: Converse<T>
  readonly #abort = new AbortController()
  #finished: Promise<ConversationEnd<T>> | undefined
  /** Takes the next decision if it is a prompt. */
  #decide: ((decision: AuthDecision<T>) => void) | undefined
  /** Waits for answers. */
  #answers: PromiseWithResolvers<readonly string[]> | undefined

  constructor(converse: Converse<T>) {
    this.#converse = converse
  }

  /** The decision on a claim: the next prompts, or how the conversation ended. Rejects with what the conversation threw. */
  async next(claim: InteractiveClaim): Promise<AuthDecision<T>> {
    const decision = Promise.withResolvers<AuthDecision<T>>()
    this.#decide = decision.resolve
    if (this.#finished === undefined) {
      this.#finished = this.#run()
      // one that fails while nobody waits for its decision was abandoned
      this.#finished.catch(() => undefined)
    } else this.#answer(claim.responses)
    return await Promise.race([this.#finished, decision.promise])
  }

  /** The client has left the conversation, or the connection is over. */
  abandon(): void {
    const error = new SshError('aborted', 'the client left the conversation')
    this.#abort.abort(error)
    this.#answers?.promise.catch(() => undefined)
    this.#answers?.reject(error)
    this.#answers = undefined
  }

  async #run(): Promise<ConversationEnd<T>> {
    return await this.#converse((round) => this.#ask(round), { signal: this.#abort.signal })
  }

  #ask(round: PromptRound): Promise<readonly string[]> {
    this.#abort.signal.throwIfAborted()
    if (this.#answers !== undefined || this.#decide === undefined) throw new Error('one round of prompts at a time')
    const answers = Promise.withResolvers<readonly string[]>()
    this.#answers = answers
    this.#decide({ outcome: 'prompt', round })
    this.#decide = undefined
    return answers.promise
  }

  #answer(responses: readonly Uint8Array[]): void {
    const answers = this.#answers
    this.#answers = undefined
    try {
      answers?.resolve(responses.map((response) => utf8.decode(response)))
    } catch (cause) {
      answers?.reject(new SshError('auth-failed', 'an answer is not valid UTF-8', { cause }))
    }
  }
}
