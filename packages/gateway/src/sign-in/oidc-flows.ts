import { Ceremonies, IdentityError, type OidcFlow, type OidcIdentity, type OidcProvider } from '@sallyport/identity'
import type { UserId, WebSessionId } from '@sallyport/model'
import { hashToken } from '../http/bearer-tokens.ts'
import type { OidcProviders } from './oidc-providers.ts'
import { SignInRefused } from './sign-in-service.ts'

/** Time for signing in at the provider, in milliseconds: a password manager, a second factor, a consent. */
export const OIDC_FLOW_MS = 10 * 60 * 1000
const BROWSER_BYTES = 32

/** What somebody was sent to a provider for. It stands in no address: only whoever began the flow could say it. */
export type FlowPurpose =
  /** `next`: the page of ours to go on with; `replaces`: what the browser was signed in with when it left. */
  | { readonly kind: 'sign-in'; readonly next: string; readonly replaces?: WebSessionId | undefined }
  /** For this person in this session alone. */
  | { readonly kind: 'link'; readonly userId: UserId; readonly webSession: WebSessionId }

/** Who came back from a provider. */
export interface CameBack<Purpose extends FlowPurpose = FlowPurpose> {
  readonly purpose: Purpose
  readonly provider: OidcProvider
  readonly identity: OidcIdentity
}

/** A way to a provider and back that came to nothing. */
export class OidcRefused extends SignInRefused {
  readonly purpose: FlowPurpose

  constructor(reason: string, purpose: FlowPurpose, options?: ErrorOptions) {
    super(reason, options)
    this.name = 'OidcRefused'
    this.purpose = purpose
  }
}

export interface OidcFlowsParts {
  readonly providers: OidcProviders
  /** For the operator: why it came to nothing. Never has what a provider or a browser sent. */
  readonly note: (provider: string, reason: string, error: unknown) => void
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Begun {
  readonly flow: OidcFlow
  readonly purpose: FlowPurpose
  /** SHA-256 in hex of the browser's cookie. */
  readonly browserHash: string
}

/** Ways to an identity provider and back, each in the browser that began it, for what it was begun for, once. */
export class OidcFlows {
  readonly #parts: OidcFlowsParts
  /** Each kind for itself: who is signed in may begin many, and none of them in the place of somebody's sign-in. */
  readonly #begun: Readonly<Record<FlowPurpose['kind'], Ceremonies<Begun>>>

  constructor(parts: OidcFlowsParts) {
    this.#parts = parts
    const { randomBytes, now } = parts
    const flows = () => new Ceremonies<Begun>({ randomBytes, now, lifeMs: OIDC_FLOW_MS })
    this.#begun = { 'sign-in': flows(), link: flows() }
  }

  /**
   * Where the browser goes, and the cookie's value that it is known by when it comes back: the one it has, if it has one.
   * `ask`: how the provider has to ask the person. Throws OidcRefused `provider-unknown` or why it cannot be asked.
   */
  async begin(
    name: string,
    purpose: FlowPurpose,
    browser: string | undefined,
    ask: { readonly maxAge?: number; readonly again?: boolean } = {},
  ): Promise<{ readonly location: string; readonly browser: string }> {
    const known = /^[A-Za-z0-9_-]{43}$/.test(browser ?? '') ? browser : undefined
    const value = known ?? this.#newBrowser()
    try {
      const keep = (flow: OidcFlow) => this.#begun[purpose.kind].begin({ flow, purpose, browserHash: hashToken(value) })
      const location = await this.#client(name).begin(keep, ask)
      return { location: location.href, browser: value }
    } catch (error) {
      throw this.refusal(name, error, purpose)
    }
  }

  /** Throws OidcRefused; the flow is used up whatever happens. */
  async finish(answer: URLSearchParams, browser: string | undefined): Promise<CameBack> {
    const [state = '', ...others] = answer.getAll('state')
    let name = ''
    let purpose: FlowPurpose = { kind: 'sign-in', next: '/' }
    try {
      const begun = this.#take(state)
      const { flow, browserHash } = begun
      name = flow.provider
      purpose = begun.purpose
      if (others.length > 0) throw new SignInRefused('state-repeated')
      if (browser === undefined || hashToken(browser) !== browserHash) throw new SignInRefused('other-browser')
      const client = this.#client(name)
      return { purpose, provider: client.provider, identity: await client.finish(answer, state, flow) }
    } catch (error) {
      throw this.refusal(name, error, purpose)
    }
  }

  /** What is thrown on for an error, after it was noted. */
  refusal(name: string, error: unknown, purpose: FlowPurpose): unknown {
    const reason =
      error instanceof SignInRefused ? error.reason : error instanceof IdentityError ? error.code : undefined
    if (reason === undefined) return error
    this.#parts.note(name, reason, error)
    return new OidcRefused(reason, purpose, { cause: error })
  }

  #take(state: string): Begun {
    try {
      return this.#begun['sign-in'].take(state)
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error
      return this.#begun.link.take(state)
    }
  }

  #client(name: string) {
    const client = this.#parts.providers.client(name)
    if (client === undefined) throw new SignInRefused('provider-unknown')
    return client
  }

  #newBrowser(): string {
    return this.#parts.randomBytes(BROWSER_BYTES).toBase64({ alphabet: 'base64url', omitPadding: true })
  }
}
