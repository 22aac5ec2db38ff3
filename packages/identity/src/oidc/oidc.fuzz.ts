/** What identity providers say, and what browsers bring back from them. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { IdentityError } from '../errors.ts'
import { type Claims, GROUPS_MAX, identityOf, isGroupName } from './claims.ts'
import { mayAsk } from './guarded-fetch.ts'
import { OidcClient, type OidcFlow } from './oidc-client.ts'
import type { OidcIdentity, OidcProvider } from './provider.ts'

const ISSUER = 'https://idp.example.com'
const REDIRECT = 'https://gw.example:8443/auth/oidc/callback'
const provider: OidcProvider = {
  name: 'work',
  title: 'Work',
  issuer: ISSUER,
  clientId: 'sallyport',
  clientSecret: undefined,
  scopes: ['openid'],
  groupClaims: ['groups', 'roles'],
  groupNames: {},
  domains: ['example.com'],
  autoJoin: false,
}
const text = new TextDecoder()
const utf8 = (value: string) => new TextEncoder().encode(value)
const jsonBytes = (value: unknown) => utf8(JSON.stringify(value))
const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true })

/** RFC 8410 around a fixed number: the same key in every run, so that a corpus keeps its meaning. */
const key = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${'05'.repeat(32)}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
})
const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
const jwks = { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: 'k1', use: 'sig', alg: 'EdDSA' }] }
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  id_token_signing_alg_values_supported: ['EdDSA', 'RS256'],
}
const STATE = 'state'
/** What randomBytes below makes of each secret. */
const NONCE = base64url(new Uint8Array(32).fill(9))
const claims = {
  iss: ISSUER,
  sub: 's-1',
  aud: 'sallyport',
  nonce: NONCE,
  exp: 4_000_000_000,
  iat: 1_700_000_000,
  email: 'alice@example.com',
  email_verified: true,
  groups: ['ops', 'db'],
}
const head = `${base64url(jsonBytes({ alg: 'EdDSA', kid: 'k1' }))}.${base64url(jsonBytes(claims))}`
const idToken = `${head}.${base64url(sign(null, utf8(head), key))}`
const tokens = { access_token: 'a', token_type: 'Bearer', id_token: idToken }

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`oracle: ${what}`)
}

/** What `run` gives, or undefined where it is refused as it may be. */
async function attempt<T>(run: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof IdentityError) return undefined
    throw error
  }
}

type Answers = Readonly<Record<string, Uint8Array>>
const answers: Answers = {
  '/.well-known/openid-configuration': jsonBytes(METADATA),
  '/token': jsonBytes(tokens),
  '/jwks': jsonBytes(jwks),
}

/** Runs with a network in which there is nothing but the provider's answers; other addresses are a broken oracle. */
async function among<T>(given: Answers, run: (client: OidcClient) => Promise<T>): Promise<T> {
  const { fetch } = globalThis
  const asked: string[] = []
  globalThis.fetch = async (address) => {
    const { href, origin, pathname } = new URL(address instanceof Request ? address.url : address)
    asked.push(href)
    const answer = origin === ISSUER ? given[pathname] : undefined
    return new Response(answer === undefined ? null : new Uint8Array(answer), {
      status: answer === undefined ? 404 : 200,
      headers: { 'content-type': 'application/json' },
    })
  }
  try {
    const redirectUri = () => REDIRECT
    const randomBytes = (size: number) => new Uint8Array(size).fill(9)
    const result = await run(new OidcClient({ provider, redirectUri, randomBytes, now: () => 0 }))
    for (const address of asked) demand(mayAsk(address, ISSUER), `${address} was asked`)
    return result
  } finally {
    globalThis.fetch = fetch
  }
}

/** Who came back, or undefined. */
async function finish(given: Answers, callback: URLSearchParams): Promise<OidcIdentity | undefined> {
  return among(given, async (client) => {
    const flows: OidcFlow[] = []
    const keep = (flow: OidcFlow): string => {
      flows.push(flow)
      return STATE
    }
    return attempt(async () => {
      await client.begin(keep)
      const [flow] = flows
      return flow === undefined ? undefined : client.finish(callback, STATE, flow)
    })
  })
}

const good = () => new URLSearchParams({ code: 'c', state: STATE })

export const fuzzTargets = [
  {
    name: 'identity/oidc/metadata',
    seeds: [jsonBytes(METADATA), jsonBytes({ ...METADATA, jwks_uri: 'http://169.254.169.254/' })],
    async run(input: Uint8Array): Promise<void> {
      const given = { '/.well-known/openid-configuration': input }
      const begun = await among(given, (client) => attempt(() => client.begin(() => STATE)))
      if (begun === undefined) return
      const metadata = JSON.parse(text.decode(input)) as typeof METADATA
      demand(metadata.issuer === ISSUER, 'by the issuer that was declared')
      for (const endpoint of [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri])
        demand(mayAsk(endpoint, ISSUER), `${endpoint} is not asked`)
      demand(begun.protocol === 'https:' && begun.searchParams.get('code_challenge_method') === 'S256', 'with PKCE')
    },
  },
  {
    name: 'identity/oidc/keys',
    seeds: [
      jsonBytes(jwks),
      jsonBytes({ keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'k1' }, ...jwks.keys] }),
      jsonBytes({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'k1', alg: 'HS256' }] }),
    ],
    async run(input: Uint8Array): Promise<void> {
      if ((await finish({ ...answers, '/jwks': input }, good())) === undefined) return
      const { keys } = JSON.parse(text.decode(input)) as { keys: { x?: unknown }[] }
      const same = (each: unknown) =>
        typeof each === 'string' && Buffer.from(each, 'base64').equals(Buffer.from(x, 'base64url'))
      demand(
        keys.some((each) => same(each.x)),
        'by the key that signed',
      )
    },
  },
  {
    name: 'identity/oidc/token-answer',
    seeds: [jsonBytes(tokens), jsonBytes({ error: 'invalid_grant', error_description: 'no' })],
    async run(input: Uint8Array): Promise<void> {
      const identity = await finish({ ...answers, '/token': input }, good())
      if (identity === undefined) return
      const { id_token } = JSON.parse(text.decode(input)) as typeof tokens
      demand(id_token.startsWith(`${head}.`), 'nothing but what was signed')
      demand(identity.subject === claims.sub && identity.groups.length === 2, 'and as it says')
    },
  },
  {
    name: 'identity/oidc/callback',
    seeds: [
      utf8(good().toString()),
      utf8(`code=c&state=${STATE}&iss=${encodeURIComponent(ISSUER)}`),
      utf8(`error=access_denied&state=${STATE}`),
      utf8(`code=c&code=d&state=${STATE}&state=x&response=x&id_token=y`),
    ],
    async run(input: Uint8Array): Promise<void> {
      const callback = new URLSearchParams(text.decode(input))
      if ((await finish(answers, callback)) === undefined) return
      const all = (name: string) => callback.getAll(name)
      demand(all('state').join() === STATE && all('code').length === 1, 'one state, one code')
      demand(
        all('iss').every((issuer) => issuer === ISSUER),
        'of this provider',
      )
      for (const name of ['error', 'response', 'id_token']) demand(all(name).length === 0, `no ${name}`)
    },
  },
  {
    name: 'identity/oidc/claims',
    seeds: [
      jsonBytes([claims, { name: 'Alice', roles: 'admins', amr: ['pwd', 'otp'], acr: 'urn:x' }]),
      jsonBytes([
        { sub: 's', auth_time: 1, amr: ['mfa'], acr: 'two', groups: ['a', 7, 'group:b'] },
        { email: 'A@B.C' },
      ]),
    ],
    async run(input: Uint8Array): Promise<void> {
      const [token, userInfo] = pairOf(input)
      const identity = await attempt(() => identityOf(provider, token, userInfo))
      if (identity === undefined) return
      const { subject, email, emailVerified, displayName, groups, references } = identity
      demand(subject === token['sub'] && /^[\x21-\x7e]{1,255}$/.test(subject), 'the subject of the token')
      const mail = 'email' in token ? token : userInfo
      demand(email === undefined || email === String(mail['email']).toLowerCase(), 'its address')
      demand(!emailVerified || mail['email_verified'] === true, 'verified where it was')
      demand(displayName.length <= 128 && !/\p{C}/u.test(displayName), 'a name that can be shown')
      demand(groups.length <= GROUPS_MAX && groups.every((each) => isGroupName(each.slice('group:'.length))), 'groups')
      demand(references.length <= 8 && references.every((each) => /^(?:amr|acr):/.test(each)), 'references')
    },
  },
  {
    name: 'identity/oidc/may-ask',
    seeds: [
      'https://idp.example.com/x',
      'https://127.0.0.1/',
      'http://[::1]:80/',
      'https://0x7f.1/',
      'https://a@b/',
    ].map(utf8),
    run(input: Uint8Array): void {
      const address = text.decode(input)
      if (!mayAsk(address, ISSUER)) return
      const { protocol, hostname, username } = new URL(address)
      demand(protocol === 'https:' && username === '', 'HTTPS, and nobody’s name')
      const here = isIP(hostname) === 4 && /^(?:127|0|169\.254)\./.test(hostname)
      demand(
        !here && !hostname.startsWith('[::') && !/(?:^|\.)localhost$/.test(hostname),
        'not this machine, not its link',
      )
    },
  },
]

function pairOf(input: Uint8Array): readonly [Claims, Claims] {
  const objectOf = (value: unknown): Claims => (typeof value === 'object' && value !== null ? (value as Claims) : {})
  try {
    const [token, userInfo] = JSON.parse(text.decode(input)) as unknown[]
    return [objectOf(token), objectOf(userInfo)]
  } catch {
    return [{}, {}]
  }
}
