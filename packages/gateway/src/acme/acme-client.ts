import { z } from 'zod'
import type { AccountKey } from './account-key.ts'
import type { AcmeAnswer, AcmeRequest } from './acme-request.ts'

/** How long an authorization or an order may take, and how often it is looked at, in milliseconds. */
const PATIENCE_MS = 120_000
const LOOK_MS = 1000
const LOOK_MAX_MS = 10_000
/** Nonces refused in a row before we give up (RFC 8555 §6.5). Each refusal brings the next nonce; a server may refuse a good share of them. */
const NONCE_TRIES = 10

export type ChallengeType = 'http-01' | 'tls-alpn-01'

/** Shows an answer to a challenge for as long as it is not disposed. */
export type ShowAnswer = (challenge: {
  readonly name: string
  readonly token: string
  readonly keyAuthorization: string
}) => Promise<AsyncDisposable>

export interface AcmeClientParts {
  readonly directory: string
  readonly key: AccountKey
  readonly request: AcmeRequest
  /** Resolves after the milliseconds; rejects when we stop. */
  readonly wait: (ms: number) => Promise<void>
  readonly monotonic: () => number
}

const url = z.string().max(2048)
const directoryBody = z.object({ newNonce: url, newAccount: url, newOrder: url })
const orderBody = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  authorizations: z.array(url).max(128),
  finalize: url,
  certificate: url.optional(),
  error: z.unknown().optional(),
})
const challengeBody = z.object({
  type: z.string(),
  url,
  token: z.string().max(512).default(''),
  error: z.unknown().optional(),
})
const authorizationBody = z.object({
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  identifier: z.object({ type: z.string(), value: z.string().max(255) }),
  challenges: z.array(challengeBody).max(32),
})
const problemBody = z.object({ type: z.string().default(''), detail: z.string().default('') })

/** Challenge tokens go into paths: base64url alone (RFC 8555 §8). */
const TOKEN = /^[A-Za-z0-9_-]{1,512}$/

/** Gets certificates from an ACME server (RFC 8555). Every method rejects with an Error that quotes the server's reason. */
export class AcmeClient {
  readonly #parts: AcmeClientParts
  #directory: z.output<typeof directoryBody> | undefined
  #account: string | undefined
  #nonce: string | undefined

  constructor(parts: AcmeClientParts) {
    this.#parts = parts
  }

  /** A certificate with its chain in PEM, for a DER certificate request for exactly these names. */
  async certificate(
    names: readonly string[],
    csr: Uint8Array,
    how: { readonly email: string; readonly challenge: ChallengeType; readonly show: ShowAnswer },
  ): Promise<string> {
    await this.#signUp(how.email)
    const { newOrder } = await this.#directoryBody()
    const identifiers = names.map((value) => ({ type: 'dns', value }))
    const made = await this.#post(newOrder, JSON.stringify({ identifiers }))
    const place = String(made.headers['location'] ?? '')
    let order = parse(orderBody, made.body)
    for (const authorization of order.authorizations) await this.#authorize(authorization, how)
    order = await this.#until(place, orderBody, ({ status }) => status !== 'pending')
    if (order.status === 'ready') {
      await this.#post(order.finalize, JSON.stringify({ csr: Buffer.from(csr).toString('base64url') }))
      order = await this.#until(place, orderBody, ({ status }) => status === 'valid' || status === 'invalid')
    }
    if (order.status !== 'valid' || order.certificate === undefined)
      throw new Error(`the order ended as ${order.status}: ${reasonIn(order.error)}`)
    return (await this.#post(order.certificate, '')).body
  }

  async #authorize(
    place: string,
    { challenge: type, show }: { readonly challenge: ChallengeType; readonly show: ShowAnswer },
  ): Promise<void> {
    const { status, identifier, challenges } = parse(authorizationBody, (await this.#post(place, '')).body)
    if (status === 'valid') return
    const challenge = challenges.find((each) => each.type === type)
    if (challenge === undefined || !TOKEN.test(challenge.token))
      throw new Error(`the server offers no ${type} for ${identifier.value}`)
    const { token } = challenge
    const keyAuthorization = this.#parts.key.keyAuthorization(token)
    await using _shown = await show({ name: identifier.value, token, keyAuthorization })
    await this.#post(challenge.url, '{}')
    const end = await this.#until(place, authorizationBody, (each) => each.status !== 'pending')
    if (end.status === 'valid') return
    const failed = end.challenges.find(({ error }) => error !== undefined)
    throw new Error(`${identifier.value} was not validated by ${type}: ${reasonIn(failed?.error)}`)
  }

  async #signUp(email: string): Promise<void> {
    if (this.#account !== undefined) return
    const { newAccount } = await this.#directoryBody()
    const contact = email === '' ? {} : { contact: [`mailto:${email}`] }
    // With a key that is known the server gives the account there is.
    const { headers } = await this.#post(newAccount, JSON.stringify({ termsOfServiceAgreed: true, ...contact }))
    this.#account = String(headers['location'] ?? '')
    if (this.#account === '') throw new Error('the server names no account')
  }

  /** Looks at a resource until it is as wanted. */
  async #until<S extends z.ZodType>(
    place: string,
    schema: S,
    wanted: (body: z.output<S>) => boolean,
  ): Promise<z.output<S>> {
    const { wait, monotonic } = this.#parts
    const deadline = monotonic() + PATIENCE_MS
    for (;;) {
      const { body, headers } = await this.#post(place, '')
      const found = parse(schema, body)
      if (wanted(found)) return found
      if (monotonic() > deadline) throw new Error('the server took too long')
      const asked = Number(headers['retry-after'] ?? 0) * 1000
      await wait(Math.min(Math.max(Number.isFinite(asked) ? asked : 0, LOOK_MS), LOOK_MAX_MS))
    }
  }

  async #post(place: string, payload: string): Promise<AcmeAnswer> {
    const { key, request } = this.#parts
    for (let tries = 1; ; tries++) {
      const who = this.#account === undefined ? { jwk: key.jwk } : { kid: this.#account }
      const body = key.sign({ ...who, nonce: await this.#takeNonce(), url: place }, payload)
      const answer = await request(place, { method: 'POST', body })
      this.#keepNonce(answer)
      if (answer.status >= 200 && answer.status < 300) return answer
      const problem = problemIn(answer.body)
      const badNonce = problem.type === 'urn:ietf:params:acme:error:badNonce'
      if (!badNonce || tries === NONCE_TRIES)
        throw new Error(`the server answers ${answer.status}: ${quoted(problem.detail || problem.type)}`)
    }
  }

  async #takeNonce(): Promise<string> {
    const kept = this.#nonce
    this.#nonce = undefined
    if (kept !== undefined) return kept
    const { newNonce } = await this.#directoryBody()
    const nonce = (await this.#parts.request(newNonce, { method: 'HEAD' })).headers['replay-nonce']
    if (typeof nonce !== 'string') throw new Error('the server gives no nonce')
    return nonce
  }

  #keepNonce({ headers }: AcmeAnswer): void {
    const nonce = headers['replay-nonce']
    if (typeof nonce === 'string') this.#nonce = nonce
  }

  async #directoryBody(): Promise<z.output<typeof directoryBody>> {
    if (this.#directory === undefined) {
      const { status, body } = await this.#parts.request(this.#parts.directory, { method: 'GET' })
      if (status !== 200) throw new Error(`the directory answers ${status}`)
      this.#directory = parse(directoryBody, body)
    }
    return this.#directory
  }
}

function parse<S extends z.ZodType>(schema: S, body: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(body))
  } catch (cause) {
    throw new Error('the server’s answer has another form than RFC 8555 gives it', { cause })
  }
}

function problemIn(body: string): z.output<typeof problemBody> {
  try {
    return problemBody.parse(JSON.parse(body))
  } catch {
    return { type: '', detail: 'no reason given' }
  }
}

function reasonIn(error: unknown): string {
  const { detail, type } = problemBody.safeParse(error).data ?? { detail: '', type: '' }
  return quoted(detail || type || 'no reason given')
}

/** A server's text in our log: one line, and not a long one. */
function quoted(text: string): string {
  return `“${text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 300)}”`
}
