/**
 * The client's side of user authentication (RFC 4252): what the server sends and what signers and people answer go in,
 * effects come out. Keys first, then keyboard-interactive, then password, each as far as the server's lists allow.
 *
 *   new ──start──▶ probing ──FAILURE──▶ next candidate, until one gives SUCCESS or none is left:
 *     querying ──PK_OK──▶ signing ──▶ proving          asking-password ──▶ password-sent
 *     interactive-sent ──INFO_REQUEST──▶ asking-prompts ──▶ interactive-sent
 *
 * INVARIANT: SUCCESS counts only while a request that could earn it is open; not for a query, not before a request (V-A03).
 */
import { equalBytes } from '@sallyport/wire'
import { asSshError, SshError } from '../errors.ts'
import type { Signer } from '../keys/index.ts'
import {
  type Credential,
  HOSTBOUND_METHOD,
  type Prompt,
  type PublickeyCredential,
  userauthBanner,
  userauthFailure,
  userauthInfoRequest,
  userauthInfoResponse,
  userauthPkOk,
  userauthRequest,
  userauthSuccess,
} from '../messages/auth.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import { messageName, SSH_MSG } from '../messages/numbers.ts'
import { EXTENSION, serverSignatureAlgorithms } from '../transport/extensions.ts'
import type { AuthMethod } from './claim.ts'
import { acceptsAlgorithm, publickeySignedData } from './methods/publickey.ts'
import { CONNECTION_SERVICE } from './server-auth.ts'
import { MAX_AUTH_MESSAGES } from './server-auth-options.ts'

/** Times a person is asked for the same thing before the method counts as used up, as OpenSSH's NumberOfPasswordPrompts. */
export const MAX_ASKS = 3
/** Rounds of prompts in one login: real conversations have one to five. */
export const MAX_ROUNDS = 64
/** Banners in one login; each is at most 32 KiB. */
export const MAX_BANNERS = 64

export interface ClientAuthOptions {
  readonly user: string
  /** Exchange hash of the first key exchange. */
  readonly sessionId: Uint8Array
  /** The server's host key of the first key exchange, in wire form: signatures are bound to it where the server can. */
  readonly hostKey: Uint8Array
  /** Tried in this order. */
  readonly signers: readonly Signer[]
  /** Whether `ask-password` and `ask-prompts` will be answered. */
  readonly password: boolean
  readonly keyboardInteractive: boolean
  /** Ask before signing whether the key would do, so that nobody is asked to touch or unlock a useless key. On unless switched off. */
  readonly queryFirst?: boolean
}

export type ClientAuthEffect =
  | { readonly type: 'send'; readonly payload: Uint8Array }
  /** Answer with `signed` or `notSigned`. */
  | {
      readonly type: 'sign'
      readonly requestId: number
      readonly signer: Signer
      readonly algorithm: string
      readonly data: Uint8Array
    }
  /** Answer with `password`. `attempt` counts from 1. */
  | { readonly type: 'ask-password'; readonly requestId: number; readonly attempt: number }
  /** Answer with `responses`. All texts are the server's: untrusted. No prompts: show the texts and answer with none. */
  | {
      readonly type: 'ask-prompts'
      readonly requestId: number
      readonly attempt: number
      readonly name: string
      readonly instruction: string
      readonly prompts: readonly Prompt[]
    }
  /** The question with this id no longer waits for an answer. */
  | { readonly type: 'cancel'; readonly requestId: number }
  /** The server's text for the user: untrusted. */
  | { readonly type: 'banner'; readonly message: string }
  | { readonly type: 'attempt-failed'; readonly method: AuthMethod; readonly signer?: Signer }
  | { readonly type: 'factor-passed'; readonly method: AuthMethod; readonly signer?: Signer }
  /** The login is over. `method` is the one that did it; `none` means that the server asked for nothing. */
  | { readonly type: 'success'; readonly method: AuthMethod; readonly signer?: Signer }
  | { readonly type: 'disconnect'; readonly error: SshError }

interface KeyTry {
  readonly signer: Signer
  readonly algorithm: string
}

type State =
  | { readonly at: 'new' }
  | { readonly at: 'probing' }
  | { readonly at: 'querying'; readonly key: KeyTry }
  | {
      readonly at: 'signing'
      readonly requestId: number
      readonly key: KeyTry
      readonly credential: PublickeyCredential
    }
  | { readonly at: 'proving'; readonly key: KeyTry }
  | { readonly at: 'asking-password'; readonly requestId: number }
  | { readonly at: 'password-sent' }
  | { readonly at: 'interactive-sent' }
  | { readonly at: 'asking-prompts'; readonly requestId: number; readonly promptCount: number }
  | { readonly at: 'done' }
  | { readonly at: 'closed' }

const FAILURE = SSH_MSG['userauth-failure']
const SUCCESS = SSH_MSG['userauth-success']
const BANNER = SSH_MSG['userauth-banner']
const SPECIFIC = SSH_MSG['userauth-pk-ok']

/** What a server may send, by state; all else ends the connection. */
const LEGAL: Readonly<Record<State['at'], readonly number[]>> = {
  new: [],
  probing: [FAILURE, SUCCESS, BANNER],
  querying: [FAILURE, SPECIFIC, BANNER],
  signing: [BANNER],
  proving: [FAILURE, SUCCESS, BANNER],
  'asking-password': [BANNER],
  'password-sent': [FAILURE, SUCCESS, SPECIFIC, BANNER],
  'interactive-sent': [FAILURE, SUCCESS, SPECIFIC, BANNER],
  'asking-prompts': [BANNER],
  done: [],
  closed: [],
}

export class ClientAuth {
  readonly #options: ClientAuthOptions
  #state: State = { at: 'new' }
  #effects: ClientAuthEffect[] = []
  #nextRequestId = 1
  #untried: Signer[]
  #passwordAsks = 0
  #interactiveAsks = 0
  #rounds = 0
  #banners = 0
  #messages = 0
  /** What the server said may go on. */
  #offered: readonly string[] = []
  #serverAlgorithms: readonly string[] | undefined
  #hostBound = false

  constructor(options: ClientAuthOptions) {
    this.#options = options
    this.#untried = [...options.signers]
  }

  get state(): State['at'] {
    return this.#state.at
  }

  /** What the server has announced by EXT_INFO (RFC 8308); it comes before the answer to the first request. */
  extensions(info: ReadonlyMap<string, Uint8Array>): void {
    this.#serverAlgorithms = serverSignatureAlgorithms(info)
    this.#hostBound = info.has(EXTENSION.publickeyHostbound)
  }

  /** Asks with `none` what the server offers. */
  start(): readonly ClientAuthEffect[] {
    return this.#step(() => {
      if (this.#state.at !== 'new') return
      this.#state = { at: 'probing' }
      this.#request({ method: 'none' })
    })
  }

  /** A message of the server, number byte included. */
  receive(payload: Uint8Array): readonly ClientAuthEffect[] {
    return this.#step(() => this.#receive(payload))
  }

  signed(requestId: number, signature: Uint8Array): readonly ClientAuthEffect[] {
    return this.#step(() => {
      const state = this.#state
      if (state.at !== 'signing' || state.requestId !== requestId) return
      this.#state = { at: 'proving', key: state.key }
      this.#request({ ...state.credential, signature })
    })
  }

  /** The signer could not or would not: the next candidate is tried. */
  notSigned(requestId: number): readonly ClientAuthEffect[] {
    return this.#step(() => {
      if (this.#state.at === 'signing' && this.#state.requestId === requestId) this.#next()
    })
  }

  /** The password, or `undefined` to give the method up. */
  password(requestId: number, password: Uint8Array | undefined): readonly ClientAuthEffect[] {
    return this.#step(() => {
      if (this.#state.at !== 'asking-password' || this.#state.requestId !== requestId) return
      if (password === undefined) {
        this.#passwordAsks = MAX_ASKS
        return this.#next()
      }
      this.#state = { at: 'password-sent' }
      this.#request({ method: 'password', password, newPassword: undefined })
    })
  }

  /** As many responses as there were prompts, or `undefined` to give the method up. Throws RangeError for another number. */
  responses(requestId: number, responses: readonly Uint8Array[] | undefined): readonly ClientAuthEffect[] {
    return this.#step(() => {
      const state = this.#state
      if (state.at !== 'asking-prompts' || state.requestId !== requestId) return
      if (responses === undefined) {
        this.#interactiveAsks = MAX_ASKS
        return this.#next()
      }
      if (responses.length !== state.promptCount) {
        throw new RangeError(`${responses.length} responses to ${state.promptCount} prompts`)
      }
      this.#state = { at: 'interactive-sent' }
      this.#send(encodeMessage(userauthInfoResponse, { type: 'userauth-info-response', responses }))
    })
  }

  /** The connection is gone: whoever is being asked is told to stop. */
  end(): readonly ClientAuthEffect[] {
    return this.#step(() => this.#close())
  }

  #step(input: () => void): readonly ClientAuthEffect[] {
    this.#effects = []
    input()
    return this.#effects
  }

  #receive(payload: Uint8Array): void {
    const state = this.#state
    if (state.at === 'closed') return
    const number = payload[0] ?? 0
    if (!LEGAL[state.at].includes(number)) {
      return this.#disconnect(
        new SshError('message-out-of-state', `${messageName(number)} while authentication is ${state.at}`),
      )
    }
    try {
      switch (number) {
        case BANNER:
          return this.#banner(decodeMessage(userauthBanner, payload).message)
        case SUCCESS:
          decodeMessage(userauthSuccess, payload)
          return this.#succeed()
        case FAILURE: {
          const { methods, partialSuccess } = decodeMessage(userauthFailure, payload)
          return this.#failed(methods, partialSuccess)
        }
        default:
          return this.#specific(payload)
      }
    } catch (error) {
      this.#disconnect(asSshError(error))
    }
  }

  #banner(message: string): void {
    if (++this.#banners > MAX_BANNERS) throw new SshError('protocol-error', 'too many banners')
    this.#effects.push({ type: 'banner', message })
  }

  #succeed(): void {
    const done = this.#current()
    this.#state = { at: 'done' }
    this.#effects.push({ type: 'success', ...done })
  }

  #failed(methods: readonly string[], partialSuccess: boolean): void {
    const current = this.#current()
    if (partialSuccess && this.#state.at === 'querying') {
      throw new SshError('protocol-error', 'partial success for a key that proved nothing')
    }
    this.#offered = methods
    if (partialSuccess) {
      this.#passwordAsks = 0
      this.#interactiveAsks = 0
      this.#effects.push({ type: 'factor-passed', ...current })
    } else if (current.method !== 'none') {
      this.#effects.push({ type: 'attempt-failed', ...current })
    }
    this.#next()
  }

  /** Number 60, whose meaning is the running method's. */
  #specific(payload: Uint8Array): void {
    const state = this.#state
    if (state.at === 'querying') {
      // the algorithm is not compared: servers have answered with the key's type in its place
      const { publicKey } = decodeMessage(userauthPkOk, payload)
      if (!equalBytes(publicKey, state.key.signer.publicKey.blob)) {
        throw new SshError('protocol-error', 'server accepted another key than the one offered')
      }
      return this.#sign(state.key)
    }
    if (state.at === 'interactive-sent') return this.#prompts(payload)
    // a password must be changed elsewhere first
    this.#passwordAsks = MAX_ASKS
    this.#effects.push({ type: 'attempt-failed', method: 'password' })
    this.#next()
  }

  #prompts(payload: Uint8Array): void {
    const { name, instruction, prompts } = decodeMessage(userauthInfoRequest, payload)
    if (++this.#rounds > MAX_ROUNDS) throw new SshError('protocol-error', 'too many rounds of prompts')
    const requestId = this.#nextRequestId++
    this.#state = { at: 'asking-prompts', requestId, promptCount: prompts.length }
    const attempt = this.#interactiveAsks
    this.#effects.push({ type: 'ask-prompts', requestId, attempt, name, instruction, prompts })
  }

  /** The next candidate, or the end. */
  #next(): void {
    const key = this.#offers('publickey') ? this.#nextKey() : undefined
    if (key !== undefined) return this.#options.queryFirst === false ? this.#sign(key) : this.#query(key)
    const { keyboardInteractive, password } = this.#options
    if (keyboardInteractive && this.#offers('keyboard-interactive') && this.#interactiveAsks < MAX_ASKS) {
      this.#interactiveAsks++
      this.#state = { at: 'interactive-sent' }
      return this.#request({ method: 'keyboard-interactive', language: '', submethods: '' })
    }
    if (password && this.#offers('password') && this.#passwordAsks < MAX_ASKS) {
      const requestId = this.#nextRequestId++
      this.#state = { at: 'asking-password', requestId }
      this.#effects.push({ type: 'ask-password', requestId, attempt: ++this.#passwordAsks })
      return
    }
    const facts = { offered: this.#offered }
    this.#disconnect(new SshError('auth-failed', 'no authentication method left to try', { facts }))
  }

  #offers(method: AuthMethod): boolean {
    return this.#offered.includes(method)
  }

  #nextKey(): KeyTry | undefined {
    for (let signer = this.#untried.shift(); signer !== undefined; signer = this.#untried.shift()) {
      const algorithm = signer.algorithms.find((name) => this.#serverTakes(name))
      if (algorithm !== undefined) return { signer, algorithm }
    }
    return undefined
  }

  /** RFC 8308 §3.1: without the extension nothing is known, and the best algorithm is tried. */
  #serverTakes(algorithm: string): boolean {
    const listed = this.#serverAlgorithms
    return listed === undefined || listed.includes(algorithm) || acceptsAlgorithm(listed, algorithm)
  }

  #query(key: KeyTry): void {
    this.#state = { at: 'querying', key }
    this.#request(this.#credential(key))
  }

  #sign(key: KeyTry): void {
    const requestId = this.#nextRequestId++
    const credential = this.#credential(key)
    const data = publickeySignedData(this.#options.sessionId, this.#options.user, CONNECTION_SERVICE, credential)
    this.#state = { at: 'signing', requestId, key, credential }
    this.#effects.push({ type: 'sign', requestId, signer: key.signer, algorithm: key.algorithm, data })
  }

  #credential({ signer, algorithm }: KeyTry): PublickeyCredential {
    return {
      method: this.#hostBound ? HOSTBOUND_METHOD : 'publickey',
      algorithm,
      publicKey: signer.publicKey.blob,
      hostKey: this.#hostBound ? this.#options.hostKey : undefined,
      signature: undefined,
    }
  }

  #current(): { readonly method: AuthMethod; readonly signer?: Signer } {
    const state = this.#state
    if (state.at === 'querying' || state.at === 'proving') return { method: 'publickey', signer: state.key.signer }
    if (state.at === 'password-sent') return { method: 'password' }
    return { method: state.at === 'interactive-sent' ? 'keyboard-interactive' : 'none' }
  }

  #request(credential: Credential): void {
    if (++this.#messages > MAX_AUTH_MESSAGES) {
      return this.#disconnect(new SshError('auth-failed', 'too many authentication requests'))
    }
    const { user } = this.#options
    const message = { type: 'userauth-request', user, service: CONNECTION_SERVICE, credential } as const
    this.#send(encodeMessage(userauthRequest, message))
  }

  #send(payload: Uint8Array): void {
    this.#effects.push({ type: 'send', payload })
  }

  #disconnect(error: SshError): void {
    this.#close()
    this.#effects.push({ type: 'disconnect', error })
  }

  #close(): void {
    const state = this.#state
    if (state.at === 'signing' || state.at === 'asking-password' || state.at === 'asking-prompts') {
      this.#effects.push({ type: 'cancel', requestId: state.requestId })
    }
    this.#state = { at: 'closed' }
  }
}
