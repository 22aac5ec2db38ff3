/**
 * The server's side of user authentication (RFC 4252): what a client sends and what deciders answer go in, effects come out.
 * The service itself (SERVICE_REQUEST, RFC 4253 §10) is opened by the transport.
 *
 *   idle ──key query──▶ asking ──yes: PK_OK──▶ idle
 *    ▲ │                   └──no──▶ delaying
 *    │ └──proof, claim──▶ deciding ──success──▶ done
 *    │                     │ ▲  │ └──failure──▶ delaying ──time──▶ idle
 *    └──────partial────────┘ │  └──prompt──▶ conversing
 *                            └──INFO_RESPONSE──┘
 *   all but done ──limit, deadline, breach──▶ closed
 *
 * INVARIANT: the one edge into `done` starts in `deciding` and carries that state's own request id and claim.
 * INVARIANT: one request is worked on at a time; at most one more waits behind it.
 */
import { asSshError, DISCONNECT_REASON, SshError, unreachable } from '../errors.ts'
import { plainKeyOf, samePublicKey, verifySignature } from '../keys/index.ts'
import {
  HOSTBOUND_METHOD,
  type UserauthRequest,
  userauthBanner,
  userauthFailure,
  userauthInfoResponse,
  userauthRequest,
  userauthSuccess,
} from '../messages/auth.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import { messageName, SSH_MSG } from '../messages/numbers.ts'
import { SIGNATURE_ALGORITHMS } from '../transport/extensions.ts'
import { type AttemptFailure, AUTH_METHODS, type AuthClaim, type AuthFactor, type AuthMethod } from './claim.ts'
import { type AuthDecision, readDecision } from './decision.ts'
import {
  type Conversation,
  encodePromptRound,
  judgeInteractive,
  judgeResponses,
  type PromptRound,
} from './methods/keyboard-interactive.ts'
import { fail, type MethodContext, type MethodVerdict } from './methods/method.ts'
import { judgeNone } from './methods/none.ts'
import { judgePassword } from './methods/password.ts'
import { isProvedKey, judgePublickey } from './methods/publickey.ts'
import type { ServerAuthEffect } from './server-auth-effect.ts'
import {
  DEFAULT_FAILURE_STEP_MS,
  DEFAULT_MAX_TRIES,
  MAX_AUTH_MESSAGES,
  type ServerAuthOptions,
} from './server-auth-options.ts'
import { plainUserName } from './user-name.ts'

export const CONNECTION_SERVICE = 'ssh-connection'

/** Banners kept for a client that has not asked for anything yet. */
const MAX_WAITING_BANNERS = 8

/** The request under work. */
interface Pending {
  readonly user: string
  readonly service: string
  readonly method: string
  readonly receivedAt: number
  /** Failing it costs nothing: the `none` by which clients ask what is on offer. */
  readonly free: boolean
}

type State =
  | { readonly at: 'idle' }
  | { readonly at: 'asking'; readonly requestId: number; readonly pending: Pending; readonly reply: Uint8Array }
  | {
      readonly at: 'deciding'
      readonly requestId: number
      readonly pending: Pending
      readonly claim: AuthClaim
      readonly secrets: readonly Uint8Array[]
    }
  | { readonly at: 'conversing'; readonly pending: Pending; readonly conversation: Conversation }
  | { readonly at: 'delaying'; readonly until: number; readonly reply: Uint8Array | SshError }
  | { readonly at: 'done' }
  | { readonly at: 'closed' }

const REQUEST = SSH_MSG['userauth-request']
const RESPONSE = SSH_MSG['userauth-info-response']
/** What a client may send, by state; all else ends the connection (V-B01, V-B02). */
const LEGAL: Readonly<Record<State['at'], readonly number[]>> = {
  idle: [REQUEST],
  asking: [REQUEST],
  deciding: [REQUEST],
  conversing: [REQUEST, RESPONSE],
  delaying: [REQUEST],
  // RFC 4252 §5.1: requests sent before the client saw the success are ignored
  done: [REQUEST],
  closed: [],
}

const SUCCESS = encodeMessage(userauthSuccess, { type: 'userauth-success' })

export class ServerAuth<T> {
  readonly #options: ServerAuthOptions
  readonly #maxTries: number
  readonly #failureStepMs: number
  readonly #enabled: ReadonlySet<AuthMethod>
  #state: State = { at: 'idle' }
  #effects: ServerAuthEffect<T>[] = []
  #now = 0
  #messages = 0
  #failures = 0
  #nextRequestId = 1
  /** User and service of the first request; they do not change (V-B06). */
  #subject: { readonly user: string; readonly service: string } | undefined
  /** Narrowed by partial successes. */
  #allowed: readonly AuthMethod[]
  #factors: readonly AuthFactor[] = []
  /** Moved by partial successes. */
  #deadline: number
  /** One message that came while another was worked on. */
  #queued: Uint8Array | undefined
  #banners: string[]

  constructor(options: ServerAuthOptions) {
    this.#options = options
    this.#maxTries = options.maxTries ?? DEFAULT_MAX_TRIES
    this.#failureStepMs = options.failureStepMs ?? DEFAULT_FAILURE_STEP_MS
    this.#enabled = new Set(options.methods)
    const { firstMethods = options.methods } = options
    this.#allowed = AUTH_METHODS.filter((method) => this.#enabled.has(method) && firstMethods.includes(method))
    this.#deadline = options.deadline
    this.#banners = options.banner === undefined ? [] : [options.banner]
  }

  get state(): State['at'] {
    return this.#state.at
  }

  /** A message of the client, number byte included. The payload is the machine's from now on: secrets in it are zeroed. */
  receive(payload: Uint8Array, now: number): readonly ServerAuthEffect<T>[] {
    return this.#step(now, () => this.#receive(payload))
  }

  /** The decision on a claim. Ids that wait for none any more are ignored. */
  answer(requestId: number, decision: AuthDecision<T>, now: number): readonly ServerAuthEffect<T>[] {
    return this.#step(now, () => {
      const state = this.#state
      if (state.at !== 'deciding' || state.requestId !== requestId) return
      for (const secret of state.secrets) secret.fill(0)
      this.#decided(state.pending, state.claim, readDecision(decision, this.#enabled))
    })
  }

  /** Whether an offered key would do; only `true` says so, and even that lets nobody in. */
  answerAcceptable(requestId: number, acceptable: boolean, now: number): readonly ServerAuthEffect<T>[] {
    const given: unknown = acceptable
    return this.#step(now, () => {
      const state = this.#state
      if (state.at !== 'asking' || state.requestId !== requestId) return
      if (given !== true) return this.#fail(state.pending, 'key-not-acceptable')
      this.#state = { at: 'idle' }
      this.#send(state.reply)
    })
  }

  /** Text for the user, any time before success; kept until the client's first request. */
  banner(text: string, now: number): readonly ServerAuthEffect<T>[] {
    return this.#step(now, () => {
      if (this.#state.at === 'done' || this.#state.at === 'closed') return
      if (this.#subject !== undefined) return this.#sendBanner(text)
      if (this.#banners.length < MAX_WAITING_BANNERS) this.#banners.push(text)
    })
  }

  tick(now: number): readonly ServerAuthEffect<T>[] {
    return this.#step(now, () => {})
  }

  /** Monotonic milliseconds at which an unfinished login ends. */
  get deadline(): number {
    return this.#deadline
  }

  /** When `tick` wants to be called next, in monotonic milliseconds. */
  nextDeadline(): number | undefined {
    const state = this.#state
    if (state.at === 'done' || state.at === 'closed') return undefined
    return state.at === 'delaying' ? Math.min(state.until, this.#deadline) : this.#deadline
  }

  /** The connection is gone: whoever is being asked is told to stop. */
  end(): readonly ServerAuthEffect<T>[] {
    this.#effects = []
    this.#close()
    return this.#effects
  }

  #step(now: number, input: () => void): readonly ServerAuthEffect<T>[] {
    this.#effects = []
    this.#now = Math.max(now, this.#now)
    this.#passTime()
    input()
    this.#drain()
    return this.#effects
  }

  #passTime(): void {
    const state = this.#state
    if (state.at === 'done' || state.at === 'closed') return
    if (this.#now >= this.#deadline) {
      return this.#disconnect(new SshError('timeout', 'login took too long'))
    }
    if (state.at !== 'delaying' || this.#now < state.until) return
    if (state.reply instanceof SshError) return this.#disconnect(state.reply)
    this.#state = { at: 'idle' }
    this.#send(state.reply)
    this.#drain()
  }

  /** Works on the waiting message once nothing is before it. */
  #drain(): void {
    while (this.#queued !== undefined && (this.#state.at === 'idle' || this.#state.at === 'conversing')) {
      const queued = this.#queued
      this.#queued = undefined
      this.#handle(queued)
    }
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
    if (state.at === 'done') return
    if (++this.#messages > MAX_AUTH_MESSAGES) {
      return this.#disconnect(new SshError('auth-failed', 'too many authentication messages'))
    }
    if (state.at === 'asking' || state.at === 'deciding' || state.at === 'delaying') {
      if (this.#queued !== undefined) {
        return this.#disconnect(new SshError('queue-full', 'requests sent faster than they can be answered'))
      }
      this.#queued = payload
      return
    }
    this.#handle(payload)
  }

  #handle(payload: Uint8Array): void {
    try {
      if (payload[0] === REQUEST) this.#request(decodeMessage(userauthRequest, payload))
      else this.#responses(payload)
    } catch (error) {
      this.#disconnect(asSshError(error))
    } finally {
      // only a decider needs what is in it any longer; a password in a refused request is not kept either (V-B19)
      if (this.#state.at !== 'deciding') payload.fill(0)
    }
  }

  #request(message: UserauthRequest): void {
    const { user, service, credential } = message
    if (service !== CONNECTION_SERVICE) {
      const disconnectReason = DISCONNECT_REASON.serviceNotAvailable
      return this.#disconnect(new SshError('auth-failed', 'service not available', { disconnectReason }))
    }
    const first = this.#subject === undefined
    this.#subject ??= { user, service }
    if (this.#subject.user !== user || this.#subject.service !== service) {
      return this.#disconnect(new SshError('auth-failed', 'user name or service changed during authentication'))
    }
    // RFC 4252 §5.1: a request ends the exchange before it, which gets no answer; it has still been a try (V-B08)
    if (this.#state.at === 'conversing' && !this.#abandon(this.#state.pending)) return
    if (first) for (const banner of this.#banners.splice(0)) this.#sendBanner(banner)
    const method = credential.method === 'other' ? credential.name : credential.method
    const free = first && credential.method === 'none'
    this.#follow({ user, service, method, receivedAt: this.#now, free }, this.#judge(message))
  }

  #judge({ user, service, credential }: UserauthRequest): MethodVerdict {
    if (!(this.#options.acceptUserName ?? plainUserName)(user)) return fail('user-name-refused')
    if (credential.method === 'other') return fail('method-not-allowed')
    const method = credential.method === HOSTBOUND_METHOD ? 'publickey' : credential.method
    if (!this.#allowed.includes(method)) return fail('method-not-allowed')
    switch (credential.method) {
      case 'none':
        return judgeNone()
      case 'publickey':
      case HOSTBOUND_METHOD:
        return this.#unused(judgePublickey(this.#context(user, service), credential))
      case 'password':
        return judgePassword(credential)
      case 'keyboard-interactive':
        return judgeInteractive(credential)
      default:
        return unreachable(credential)
    }
  }

  #context(user: string, service: string): MethodContext {
    const { sessionId, hostKey, signatureAlgorithms = SIGNATURE_ALGORITHMS, verify = verifySignature } = this.#options
    return { user, service, sessionId, hostKey, signatureAlgorithms, verify }
  }

  /** One key is one factor: it cannot be shown twice. */
  #unused(verdict: MethodVerdict): MethodVerdict {
    if (verdict.next === 'fail') return verdict
    const key =
      verdict.next === 'ask-acceptable' ? verdict.key : isProvedKey(verdict.claim) ? verdict.claim.key : undefined
    if (key === undefined) return verdict
    const used = this.#factors.some(
      (factor) => factor.key !== undefined && samePublicKey(plainKeyOf(factor.key.key), plainKeyOf(key)),
    )
    return used ? fail('key-already-used') : verdict
  }

  #responses(payload: Uint8Array): void {
    const state = this.#state
    if (state.at !== 'conversing') throw new SshError('message-out-of-state', 'responses without questions')
    const message = decodeMessage(userauthInfoResponse, payload)
    this.#follow({ ...state.pending, receivedAt: this.#now }, judgeResponses(state.conversation, message))
  }

  #follow(pending: Pending, verdict: MethodVerdict): void {
    const requestId = this.#nextRequestId++
    const { user, service } = pending
    const factors = this.#factors
    switch (verdict.next) {
      case 'fail':
        return this.#fail(pending, verdict.reason)
      case 'ask-acceptable': {
        const { key, algorithm, reply } = verdict
        this.#state = { at: 'asking', requestId, pending, reply }
        this.#effects.push({ type: 'is-acceptable', requestId, user, service, key, algorithm, factors })
        return
      }
      case 'decide': {
        const { claim, secrets } = verdict
        this.#state = { at: 'deciding', requestId, pending, claim, secrets }
        this.#effects.push({ type: 'decide', requestId, user, service, claim, factors })
      }
    }
  }

  #decided(pending: Pending, claim: AuthClaim, decision: AuthDecision<T> | undefined): void {
    switch (decision?.outcome) {
      case 'success':
        return this.#succeed(pending, claim, decision.identity)
      case 'partial':
        return this.#pass(pending, claim, decision)
      case 'prompt':
        return this.#prompt(pending, claim, decision.round)
      case 'failure':
        return this.#fail(pending, 'refused')
      case undefined:
        return this.#fail(pending, 'decision-invalid')
    }
  }

  #succeed(pending: Pending, claim: AuthClaim, identity: T): void {
    if (claim.method === 'publickey' && !isProvedKey(claim)) return this.#fail(pending, 'decision-invalid')
    const { user, service } = pending
    this.#state = { at: 'done' }
    this.#dropQueued()
    this.#send(SUCCESS)
    this.#effects.push({ type: 'success', user, service, identity, factors: [...this.#factors, factorOf(claim)] })
  }

  #pass(
    pending: Pending,
    claim: AuthClaim,
    { continueWith, graceMs = 0 }: Extract<AuthDecision<T>, { outcome: 'partial' }>,
  ): void {
    this.#deadline = Math.max(this.#deadline, this.#now + graceMs)
    const factor = factorOf(claim)
    this.#factors = [...this.#factors, factor]
    this.#allowed = AUTH_METHODS.filter((method) => continueWith.includes(method))
    this.#state = { at: 'idle' }
    this.#effects.push({ type: 'factor-passed', user: pending.user, factor })
    this.#send(this.#failure(true))
  }

  #prompt(pending: Pending, claim: AuthClaim, round: PromptRound): void {
    const payload = claim.method === 'keyboard-interactive' ? encodePromptRound(round) : undefined
    if (claim.method !== 'keyboard-interactive' || payload === undefined) return this.#fail(pending, 'decision-invalid')
    const conversation = { submethods: claim.submethods, round: claim.round, promptCount: round.prompts.length }
    this.#state = { at: 'conversing', pending, conversation }
    this.#send(payload)
  }

  #fail(pending: Pending, reason: AttemptFailure): void {
    this.#attemptFailed(pending, reason)
    if (!pending.free) this.#failures++
    const reply = this.#failures >= this.#maxTries ? tooManyFailures() : this.#failure(false)
    const step = this.#failureStepMs
    if (pending.free || step === 0) {
      this.#state = { at: 'idle' }
      return reply instanceof SshError ? this.#disconnect(reply) : this.#send(reply)
    }
    const steps = Math.floor((this.#now - pending.receivedAt) / step) + 1
    this.#state = { at: 'delaying', until: pending.receivedAt + steps * step, reply }
  }

  /** Counts a conversation that the client walked away from; false when that was one try too many. */
  #abandon(pending: Pending): boolean {
    this.#attemptFailed(pending, 'conversation-abandoned')
    this.#state = { at: 'idle' }
    if (++this.#failures < this.#maxTries) return true
    this.#disconnect(tooManyFailures())
    return false
  }

  #attemptFailed(pending: Pending, reason: AttemptFailure): void {
    this.#effects.push({ type: 'attempt-failed', user: pending.user, method: pending.method, reason })
  }

  /** The answer to every failure alike: it depends on the methods that are on, and on nothing about the user (V-B09). */
  #failure(partialSuccess: boolean): Uint8Array {
    const methods = this.#allowed.filter((method) => method !== 'none')
    return encodeMessage(userauthFailure, { type: 'userauth-failure', methods, partialSuccess })
  }

  #sendBanner(text: string): void {
    this.#send(encodeMessage(userauthBanner, { type: 'userauth-banner', message: text, language: '' }))
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
    if (state.at === 'deciding') for (const secret of state.secrets) secret.fill(0)
    if (state.at === 'deciding' || state.at === 'asking') {
      this.#effects.push({ type: 'cancel', requestId: state.requestId })
    }
    this.#dropQueued()
    this.#state = { at: 'closed' }
  }

  /** It may hold a password. */
  #dropQueued(): void {
    this.#queued?.fill(0)
    this.#queued = undefined
  }
}

function tooManyFailures(): SshError {
  return new SshError('auth-failed', 'too many authentication failures')
}

function factorOf(claim: AuthClaim): AuthFactor {
  return isProvedKey(claim) ? { method: 'publickey', key: claim } : { method: claim.method }
}
