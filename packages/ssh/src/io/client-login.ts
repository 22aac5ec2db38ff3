/** Drives ClientAuth: signers, passwords and people are asked, and their answers come back by request id. */
import type { ClientAuth, ClientAuthEffect } from '../auth/index.ts'
import { SshError } from '../errors.ts'
import type { Signer } from '../keys/index.ts'
import type { Prompt } from '../messages/auth.ts'
import type { Login, LoginHost } from './live-connection.ts'

interface AskOptions {
  /** Counts from 1: how often this login has asked. */
  readonly attempt: number
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

type Maybe<T> = T | Promise<T>

/** `undefined` gives the method up. */
export type PasswordSource = (options: AskOptions) => Maybe<string | undefined>

/** One round of questions. All texts are the server's: control characters go before they reach a terminal. */
export interface PromptsToAnswer {
  readonly name: string
  readonly instruction: string
  /** May be empty: then the texts are only to be shown. */
  readonly prompts: readonly Prompt[]
}

/** As many answers as prompts; `undefined` gives the method up. */
export type PromptSource = (round: PromptsToAnswer, options: AskOptions) => Maybe<readonly string[] | undefined>

export interface ClientCredentials {
  /** Tried in this order. */
  readonly signers?: readonly Signer[]
  /** A string is tried once. */
  readonly password?: string | PasswordSource
  readonly keyboardInteractive?: PromptSource
}

/** How the client got in. `none`: the server asked for nothing. */
export type ClientLoginSuccess = Omit<Extract<ClientAuthEffect, { readonly type: 'success' }>, 'type'>

export interface ClientLoginHooks {
  readonly succeeded: (success: ClientLoginSuccess) => void
  readonly banner: (message: string) => void
}

const utf8 = new TextEncoder()

export class ClientLogin implements Login {
  readonly #host: LoginHost
  readonly #credentials: ClientCredentials
  readonly #makeMachine: () => ClientAuth
  readonly #hooks: ClientLoginHooks
  #machine: ClientAuth | undefined
  #question: AbortController | undefined

  constructor(host: LoginHost, credentials: ClientCredentials, makeMachine: () => ClientAuth, hooks: ClientLoginHooks) {
    this.#host = host
    this.#credentials = credentials
    this.#makeMachine = makeMachine
    this.#hooks = hooks
  }

  begin(): void {
    this.#machine = this.#makeMachine()
    this.#machine.extensions(this.#host.transport.peerExtensions)
    this.#apply(this.#machine.start())
  }

  receive(payload: Uint8Array): void {
    this.#apply(this.#machine?.receive(payload))
  }

  extensions(info: ReadonlyMap<string, Uint8Array>): void {
    this.#machine?.extensions(info)
  }

  tick(): void {}

  nextDeadline(): undefined {
    return undefined
  }

  end(error: SshError): void {
    this.#machine?.end()
    this.#question?.abort(error)
  }

  #apply(effects: readonly ClientAuthEffect[] = []): void {
    for (const effect of effects) this.#follow(effect)
  }

  #follow(effect: ClientAuthEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#host.transport.send(effect.payload)
      case 'sign':
        return this.#host.own(this.#sign(effect))
      case 'ask-password':
        return this.#host.own(this.#askPassword(effect))
      case 'ask-prompts':
        return this.#host.own(this.#askPrompts(effect))
      case 'cancel':
        return this.#question?.abort()
      case 'banner':
        return this.#hooks.banner(effect.message)
      case 'attempt-failed':
      case 'factor-passed':
        return
      case 'success': {
        const { method, signer } = effect
        return this.#hooks.succeeded(signer === undefined ? { method } : { method, signer })
      }
      case 'disconnect':
        return this.#host.transport.fail(effect.error)
    }
  }

  async #sign({ requestId, signer, algorithm, data }: Extract<ClientAuthEffect, { type: 'sign' }>): Promise<void> {
    const signal = this.#asked()
    let signature: Uint8Array | undefined
    try {
      signature = await signer.sign(algorithm, data, { signal })
    } catch {
      // a locked agent or a declined touch: other keys may still do
    }
    this.#apply(
      signature === undefined ? this.#machine?.notSigned(requestId) : this.#machine?.signed(requestId, signature),
    )
  }

  async #askPassword({ requestId, attempt }: Extract<ClientAuthEffect, { type: 'ask-password' }>): Promise<void> {
    const { password } = this.#credentials
    const signal = this.#asked()
    const answer =
      typeof password === 'function' ? await password({ attempt, signal }) : attempt === 1 ? password : undefined
    this.#apply(this.#machine?.password(requestId, answer === undefined ? undefined : utf8.encode(answer)))
  }

  async #askPrompts(effect: Extract<ClientAuthEffect, { type: 'ask-prompts' }>): Promise<void> {
    const { requestId, attempt, name, instruction, prompts } = effect
    const signal = this.#asked()
    const answers = await this.#credentials.keyboardInteractive?.({ name, instruction, prompts }, { attempt, signal })
    if (signal.aborted) return
    if (answers !== undefined && answers.length !== prompts.length) {
      throw new SshError('aborted', 'another number of answers than of prompts')
    }
    this.#apply(
      this.#machine?.responses(
        requestId,
        answers?.map((answer) => utf8.encode(answer)),
      ),
    )
  }

  #asked(): AbortSignal {
    this.#question = new AbortController()
    return this.#question.signal
  }
}
