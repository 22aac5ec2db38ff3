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

/** Largest form that is read, in bytes. */
const FORM_MAX_BYTES = 4096

/**
 * A real OpenID provider on loopback. Whoever comes is signed in at once as `account`; where it has `people`, who comes is
 * asked on a page for a name and a password.
 */
export class TestIdentityProvider implements AsyncDisposable {
  static readonly clientId = 'sallyport'
  static readonly clientSecret = 'a client secret for tests alone'
  readonly issuer: string
  /** Who signs in next. */
  account: TestAccount = { sub: 'nobody' }
  /** Whether whoever comes is turned away, or turns back. */
  denies = false
  /** By the name that is typed. */
  readonly people = new Map<string, { readonly password: string; readonly account: TestAccount }>()
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
      test
        .#whoComes(request, response)
        .then(async (account) => {
          if (account === undefined) return
          const accountId = account.sub
          test.#accounts.set(accountId, account)
          const answer = test.denies
            ? { error: 'access_denied', error_description: 'an evil text' }
            : { login: { accountId, amr: ['pwd', 'otp'], acr: 'urn:example:two' } }
          await provider.interactionFinished(request, response, answer)
        })
        .catch(() => {
          response.destroy()
        })
    })
    return test
  }

  /** Undefined where the page was answered instead. */
  async #whoComes(request: IncomingMessage, response: ServerResponse): Promise<TestAccount | undefined> {
    if (this.people.size === 0) return this.account
    const form = request.method === 'POST' ? new URLSearchParams(await bodyOf(request)) : undefined
    const person = this.people.get(form?.get('name') ?? '')
    if (person !== undefined && person.password === form?.get('password')) return person.account
    response.writeHead(form === undefined ? 200 : 403, { 'content-type': 'text/html; charset=utf-8' })
    response.end(signInPage(form !== undefined))
    return undefined
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
        openid: ['sub', 'acr', 'amr'],
        // Said where somebody asks for it, as of most providers.
        auth_time: null,
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

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > FORM_MAX_BYTES) throw new Error('the form is too long')
  }
  return body
}

/** Posts back to the interaction's own address. */
function signInPage(failed: boolean): string {
  const field = (label: string, name: string, type: string) =>
    `<p><label>${label} <input name="${name}" type="${type}" autocomplete="off"></label></p>`
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Example Inc.</title></head><body>',
    '<h1>Example Inc.</h1>',
    failed ? '<p role="alert">Wrong name or password.</p>' : '',
    '<form method="post">',
    field('Name', 'name', 'text'),
    field('Password', 'password', 'password'),
    '<p><button>Log in</button></p></form></body></html>\n',
  ].join('')
}
