import { TestIdentityProvider } from '@sallyport/identity/testing/provider'
import { freePort } from '@sallyport/testkit'
import type { OidcBrowser } from './oidc-browser.ts'
import { TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

/** A gateway on a known port with providers that know it: `work` puts claims into its tokens, `home` does not. */
export async function withProviders(
  options: {
    readonly policy?: string
    readonly work?: Readonly<Record<string, unknown>>
    readonly home?: Readonly<Record<string, unknown>>
    /** Other settings. */
    readonly flags?: Readonly<Record<string, unknown>>
  } = {},
) {
  const port = await freePort()
  const redirectUri = `https://localhost:${port}/auth/oidc/callback`
  const work = await TestIdentityProvider.start({ redirectUri, claimsInToken: true })
  const home = await TestIdentityProvider.start({ redirectUri })
  const declared = (issuer: string, more: object) => ({
    issuer,
    client_id: TestIdentityProvider.clientId,
    client_secret_env: 'IDP_SECRET',
    domains: ['example.com'],
    scopes: ['email', 'profile', 'groups'],
    groups_claims: ['groups', 'roles'],
    ...more,
  })
  const flags = {
    ...options.flags,
    'listen.https': [`127.0.0.1:${port}`],
    'oidc.providers': {
      work: declared(work.issuer, { title: 'Example Inc.', ...options.work }),
      home: declared(home.issuer, { ...options.home }),
    },
  }
  const environment = { IDP_SECRET: TestIdentityProvider.clientSecret }
  await using started = new AsyncDisposableStack()
  started.use(work)
  started.use(home)
  const gate = await TestGateway.start({
    flags,
    environment,
    ...(options.policy === undefined ? {} : { policy: options.policy }),
  })
  started.use(gate)
  const all = started.move()
  return {
    gate,
    work,
    home,
    flags,
    environment,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** The API as the browser with its cookies may use it. */
export function apiOf(gate: TestGateway, browser: OidcBrowser) {
  const client = new WebClient(gate)
  client.cookie = browser.cookies.find((cookie) => cookie.startsWith('__Host-sallyport='))
  return client.api
}
