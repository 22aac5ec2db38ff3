import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Context, Provider } from 'oidc-provider'

/** Somebody as the provider knows them. */
export interface TestAccount {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
}

/** A real OpenID provider on loopback, at which whoever comes is signed in at once as `account`. */
export class TestIdentityProvider implements AsyncDisposable {
  static readonly clientId = 'sallyport'
  static readonly clientSecret = 'a client secret for tests alone'
  readonly issuer: string
  /** Who signs in next. */
  account: TestAccount = { sub: 'nobody' }
  /** Whether whoever comes is turned away, or turns back. */
  denies = false
  readonly #accounts = new Map<string, TestAccount>()
  readonly #server: Server

  private constructor(server: Server, issuer: string) {
    this.#server = server
    this.issuer = issuer
  }

  /** `claimsInToken`: in the ID token, else at the userinfo endpoint alone, as the specification has it. */
  static async start({
    redirectUri,
    claimsInToken = false,
    port = 0,
  }: {
    readonly redirectUri: string
    readonly claimsInToken?: boolean
    readonly port?: number
  }): Promise<TestIdentityProvider> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const test = new TestIdentityProvider(server, issuer)
    const provider = new Provider(issuer, test.#configuration(redirectUri, claimsInToken))
    const handle = provider.callback()
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith('/interaction/') !== true) return handle(request, response)
      const accountId = test.account.sub
      test.#accounts.set(accountId, test.account)
      provider
        .interactionFinished(
          request,
          response,
          test.denies
            ? { error: 'access_denied', error_description: 'an evil text' }
            : { login: { accountId, amr: ['pwd', 'otp'], acr: 'urn:example:two' } },
        )
        .catch(() => {
          response.destroy()
        })
    })
    return test
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #configuration(redirectUri: string, claimsInToken: boolean): Readonly<Record<string, unknown>> {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    return {
      clients: [
        {
          client_id: TestIdentityProvider.clientId,
          client_secret: TestIdentityProvider.clientSecret,
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'test' }] },
      cookies: { keys: ['for tests alone'] },
      scopes: ['openid', 'email', 'profile', 'groups'],
      claims: {
        openid: ['sub', 'acr', 'amr', 'auth_time'],
        email: ['email', 'email_verified'],
        profile: ['name'],
        groups: ['groups', 'roles'],
      },
      conformIdTokenClaims: !claimsInToken,
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context: Context, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: Context, id: string) => ({
        accountId: id,
        claims: () => this.#accounts.get(id) ?? { sub: id },
      }),
      loadExistingGrant: async ({ oidc }: Context) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
        grant.addOIDCScope('openid email profile groups')
        await grant.save()
        return grant
      },
    }
  }
}
