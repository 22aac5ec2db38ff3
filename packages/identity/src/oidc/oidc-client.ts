import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
} from 'openid-client'
import { IdentityError } from '../errors.ts'
import { type Claims, identityOf, lacksClaims } from './claims.ts'
import { ANSWER_TIMEOUT_MS, type FetchRequest, guardedFetch, mayAsk } from './guarded-fetch.ts'
import { requireIdTokenForm } from './id-token-form.ts'
import { isLoopbackHost, issuerProblem, type OidcIdentity, type OidcProvider } from './provider.ts'

/** How long a provider's metadata counts, in milliseconds: endpoints change rarely, and sign-ins are few. */
const METADATA_LIFE_MS = 60 * 60 * 1000
/** However long a provider remembers somebody, in seconds: a year. */
const REMEMBERED_MAX_SECONDS = 366 * 86_400
/** Randomness of state, nonce and code verifier, in bytes: RFC 7636 §7.1 asks for 32. */
const SECRET_BYTES = 32
/** What an answer to a browser may say (RFC 6749 §4.1.2, RFC 9207 §2, and of answers of other kinds). */
const SPOKEN = ['code', 'state', 'iss', 'error', 'response', 'id_token', 'token']

export interface OidcClientParts {
  readonly provider: OidcProvider
  readonly redirectUri: () => string
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What the one who began a sign-in has to keep until its end, and shows nobody. */
export interface OidcFlow {
  readonly provider: string
  readonly redirectUri: string
  readonly nonce: string
  readonly codeVerifier: string
  /** Seconds ago that the provider must have seen the person at most; none: it need not ask them again. */
  readonly maxAge: number | undefined
}

/** One identity provider as its relying party: authorization code flow with PKCE, nonce and state (RFC 9700). */
export class OidcClient {
  readonly provider: OidcProvider
  readonly #parts: OidcClientParts
  #known: { readonly configuration: Promise<Configuration>; readonly until: number } | undefined

  constructor(parts: OidcClientParts) {
    this.#parts = parts
    this.provider = parts.provider
  }

  /**
   * A new flow, and where the browser has to go. `state` comes back and finds the flow. `again` asks the person even where
   * the provider remembers them; `maxAge`, in seconds, is also checked. Throws as `discover`.
   */
  async begin(
    state: (flow: OidcFlow) => string,
    options: { readonly maxAge?: number; readonly again?: boolean } = {},
  ): Promise<URL> {
    const configuration = await this.discover()
    const { redirectUri } = this.#parts
    const { maxAge, again } = options
    const flow: OidcFlow = {
      provider: this.provider.name,
      redirectUri: redirectUri(),
      nonce: this.#secret(),
      codeVerifier: this.#secret(),
      maxAge,
    }
    return buildAuthorizationUrl(configuration, {
      redirect_uri: flow.redirectUri,
      scope: this.provider.scopes.join(' '),
      state: state(flow),
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.codeVerifier),
      code_challenge_method: 'S256',
      // Whoever is not asked anew may have been seen long ago: this makes the provider say when (OpenID Connect Core §3.1.2.1).
      ...(maxAge === undefined && again === true ? {} : { max_age: String(maxAge ?? REMEMBERED_MAX_SECONDS) }),
      ...(again === true ? { prompt: 'login' } : {}),
    })
  }

  /**
   * Who came back. Exchanges the code, and checks issuer, audience, signature, nonce, times and the form of the token.
   * Throws IdentityError `provider-unreachable`, `provider-denied` (they were not let in there), `provider-refused` (another
   * no, or it is not who it should be), `token-refused`.
   */
  async finish(callback: URLSearchParams, state: string, flow: OidcFlow): Promise<OidcIdentity> {
    if (flow.provider !== this.provider.name) {
      throw new IdentityError('provider-refused', 'this answers a question to another provider')
    }
    // The library takes an empty parameter for none.
    if (SPOKEN.some((name) => callback.getAll(name).includes(''))) {
      throw new IdentityError('provider-refused', 'the provider’s answer has an empty parameter')
    }
    const configuration = await this.discover()
    const url = new URL(flow.redirectUri)
    url.search = callback.toString()
    try {
      const tokens = await authorizationCodeGrant(configuration, url, {
        expectedState: state,
        expectedNonce: flow.nonce,
        pkceCodeVerifier: flow.codeVerifier,
        idTokenExpected: true,
        ...(flow.maxAge === undefined ? {} : { maxAge: flow.maxAge }),
      })
      const claims = tokens.claims() as Claims | undefined
      if (claims === undefined) throw new IdentityError('token-refused', 'the provider sent no ID token')
      const more = await this.#userInfo(configuration, claims, tokens.access_token)
      return identityOf(this.provider, claims, more)
    } catch (cause) {
      throw asIdentityError(cause)
    }
  }

  /**
   * The provider's metadata, asked for when it is needed and kept for an hour; a failure is not kept.
   * Throws IdentityError `provider-unreachable`, and `provider-refused` for one that is not who it should be.
   */
  async discover(): Promise<Configuration> {
    const { now } = this.#parts
    const known = this.#known
    if (known !== undefined && known.until > now()) return known.configuration
    const configuration = this.#discover()
    const asked = { configuration, until: now() + METADATA_LIFE_MS }
    this.#known = asked
    configuration.catch(() => {
      if (this.#known === asked) this.#known = undefined
    })
    return configuration
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId } = this.provider
    const problem = issuerProblem(issuer)
    if (problem !== undefined) throw new IdentityError('provider-refused', problem)
    const insecure = new URL(issuer).protocol === 'http:' && isLoopbackHost(new URL(issuer).hostname)
    let tokenEndpoint: string | undefined
    const ask = async (address: string, request: FetchRequest): Promise<Response> => {
      const response = await guardedFetch(address, request, issuer)
      // Before anything reads it: a token of another form than ours gets no further.
      if (address === tokenEndpoint && response.ok) await requireTokenAnswer(response.clone())
      return response
    }
    try {
      const configuration = await discovery(
        new URL(issuer),
        clientId,
        { redirect_uris: [this.#parts.redirectUri()] },
        this.#authentication(),
        {
          execute: insecure ? [allowInsecureRequests] : [],
          timeout: ANSWER_TIMEOUT_MS / 1000,
          [customFetch]: ask,
        },
      )
      const metadata = configuration.serverMetadata()
      // The library makes allowances for some providers' issuers; here it is this one, to the letter.
      if (metadata.issuer !== issuer) {
        throw new IdentityError(
          'provider-refused',
          'the provider calls itself by another issuer than the configured one',
        )
      }
      const methods = metadata.code_challenge_methods_supported
      if (methods !== undefined && !methods.includes('S256')) {
        throw new IdentityError('provider-refused', 'the provider knows no PKCE with S256')
      }
      for (const endpoint of [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri]) {
        if (endpoint === undefined)
          throw new IdentityError('provider-refused', 'the provider’s metadata lack an endpoint')
        if (!mayAsk(endpoint, issuer)) {
          throw new IdentityError('provider-refused', 'the provider’s metadata lead to an address that is not asked')
        }
      }
      enableNonRepudiationChecks(configuration)
      tokenEndpoint = metadata.token_endpoint
      return configuration
    } catch (cause) {
      throw asIdentityError(cause)
    }
  }

  /** By the header where the provider takes it, else in the body: what OAuth's metadata say (RFC 8414 §2). */
  #authentication(): ClientAuth {
    const { clientSecret } = this.provider
    if (clientSecret === undefined) return None()
    const byHeader = ClientSecretBasic(clientSecret.reveal())
    const inBody = ClientSecretPost(clientSecret.reveal())
    return (server, client, body, headers) => {
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
      return (methods.includes('client_secret_basic') ? byHeader : inBody)(server, client, body, headers)
    }
  }

  async #userInfo(configuration: Configuration, claims: Claims, accessToken: string): Promise<Claims> {
    const subject = claims['sub']
    if (typeof subject !== 'string' || !lacksClaims(this.provider, claims)) return {}
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return {}
    return fetchUserInfo(configuration, accessToken, subject)
  }

  #secret(): string {
    return this.#parts.randomBytes(SECRET_BYTES).toBase64({ alphabet: 'base64url', omitPadding: true })
  }
}

async function requireTokenAnswer(response: Response): Promise<void> {
  let answer: unknown
  try {
    answer = await response.json()
  } catch (cause) {
    throw new IdentityError('token-refused', 'the provider’s answer is not JSON', { cause })
  }
  const token = typeof answer === 'object' && answer !== null && 'id_token' in answer ? answer.id_token : undefined
  requireIdTokenForm(token)
}

/** What the library throws has tokens and answers in its causes; only its code and words go on. */
function asIdentityError(thrown: unknown): IdentityError {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof IdentityError) return error
  }
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const words = thrown instanceof Error ? thrown.message : 'an unknown failure'
  const message = `the sign-in is refused: ${words}${code === '' ? '' : ` (${code})`}`
  if (thrown instanceof AuthorizationResponseError && thrown.error === 'access_denied')
    return new IdentityError('provider-denied', message)
  if (!(thrown instanceof ClientError) && !code.startsWith('OAUTH_'))
    return new IdentityError('provider-refused', message)
  return new IdentityError(
    /JWT|INVALID_RESPONSE|KEY_SELECTION/.test(code) ? 'token-refused' : 'provider-refused',
    message,
  )
}
