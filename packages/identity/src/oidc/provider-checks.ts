import { createPublicKey } from 'node:crypto'
import { IdentityError } from '../errors.ts'
import { guardedFetch, mayAsk } from './guarded-fetch.ts'
import { ID_TOKEN_ALGORITHMS } from './id-token-form.ts'
import { issuerProblem } from './provider.ts'

/** One thing that was looked at, and how to mend it. */
export interface ProviderCheck {
  readonly id: string
  readonly title: string
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped'
  readonly detail: string
  /** None where nothing is to be done. */
  readonly fix: string | null
}

export interface ProviderCheckParts {
  readonly issuer: string
  /** Whether we show a client secret. */
  readonly hasSecret: boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** How far a provider's clock may be from ours, in seconds: tokens are refused from there on. */
const SKEW_MAX_SECONDS = 30
/** From here on it is worth a look. */
const SKEW_WARN_SECONDS = 5
/** RFC 7518 §3.3. */
const RSA_MIN_BITS = 2048

type Metadata = Readonly<Record<string, unknown>>
type Judged = Pick<ProviderCheck, 'status' | 'detail'> & { readonly fix?: string }

/** Looks at an identity provider from the outside, without signing anybody in: everything that a sign-in will need of it. */
export async function checkProvider(parts: ProviderCheckParts): Promise<readonly ProviderCheck[]> {
  const { issuer, hasSecret, now } = parts
  const found = await discovery(issuer, now)
  if ('problem' in found) {
    const others = (Object.keys(TITLES) as CheckId[]).filter((id) => id !== 'discovery')
    const unread: Judged = { status: 'skipped', detail: 'its metadata were not read' }
    return [check('discovery', found.problem), ...others.map((id) => check(id, unread))]
  }
  const { metadata, skewSeconds } = found
  return [
    check('discovery', { status: 'ok', detail: wellKnown(issuer) }),
    check('issuer', judgeIssuer(metadata, issuer)),
    check('endpoints', judgeEndpoints(metadata, issuer)),
    check('pkce', judgePkce(metadata)),
    check('algorithms', judgeAlgorithms(metadata)),
    check('keys', await judgeKeys(metadata, issuer)),
    check('client', judgeClient(metadata, hasSecret)),
    check('clock', judgeSkew(skewSeconds)),
    check('iss-parameter', judgeIssParameter(metadata)),
  ]
}

const TITLES = {
  discovery: 'the provider answers',
  issuer: 'it calls itself by the issuer, to the letter',
  endpoints: 'its addresses may be asked',
  pkce: 'it knows PKCE with S256',
  algorithms: 'it signs with a key pair',
  keys: 'its keys can be read',
  client: 'it takes the client’s way to sign in',
  clock: 'its clock is ours',
  'iss-parameter': 'it says who it is when it sends people back',
} as const
type CheckId = keyof typeof TITLES

function check(id: CheckId, { status, detail, fix }: Judged): ProviderCheck {
  return { id, title: TITLES[id], status, detail, fix: fix ?? null }
}

/** OpenID Connect Discovery §4.1. */
function wellKnown(issuer: string): string {
  return `${issuer.endsWith('/') ? issuer.slice(0, -1) : issuer}/.well-known/openid-configuration`
}

async function discovery(
  issuer: string,
  now: () => number,
): Promise<{ readonly metadata: Metadata; readonly skewSeconds: number | undefined } | { readonly problem: Judged }> {
  const problem = issuerProblem(issuer)
  if (problem !== undefined) return { problem: { status: 'fail', detail: issuer, fix: problem } }
  const address = wellKnown(issuer)
  const asked = now()
  const answer = await ask(address, issuer)
  if (typeof answer === 'string') {
    const fix = 'compare the issuer with the provider’s own page; from here it has to be reached without a proxy'
    return { problem: { status: 'fail', detail: `${address}: ${answer}`, fix } }
  }
  // The header has whole seconds, and the answer took a while: what lies in between is no difference.
  const theirs = Date.parse(answer.headers.get('date') ?? '')
  const skew = theirs < asked - 1000 ? theirs - asked : theirs > now() ? theirs - now() : 0
  return { metadata: answer.body, skewSeconds: Number.isNaN(theirs) ? undefined : Math.round(skew / 1000) }
}

/** A JSON object, or why there is none. */
async function ask(
  address: string,
  issuer: string,
): Promise<{ readonly body: Metadata; readonly headers: Headers } | string> {
  try {
    const response = await guardedFetch(address, { headers: { accept: 'application/json' } }, issuer)
    if (response.status !== 200) return `it answers with status ${response.status}`
    const body: unknown = await response.json()
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'what it sends is no JSON object'
    return { body: body as Metadata, headers: response.headers }
  } catch (error) {
    if (error instanceof IdentityError) return error.message
    if (error instanceof SyntaxError) return 'what it sends is no JSON'
    throw error
  }
}

function judgeIssuer({ issuer: theirs }: Metadata, issuer: string): Judged {
  if (theirs === issuer) return { status: 'ok', detail: issuer }
  const said = typeof theirs === 'string' ? `“${theirs}”` : 'nothing'
  return {
    status: 'fail',
    detail: `it says ${said}`,
    fix: 'write the issuer exactly as the provider does, the last slash included; a name that depends on the person is no issuer',
  }
}

function judgeEndpoints(metadata: Metadata, issuer: string): Judged {
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
    const address = metadata[name]
    if (typeof address !== 'string')
      return { status: 'fail', detail: `${name} is missing`, fix: 'this is no OpenID provider' }
    if (!mayAsk(address, issuer)) {
      return {
        status: 'fail',
        detail: `${name} is ${address}`,
        fix: 'it has to be HTTPS, and no address of this machine',
      }
    }
  }
  return { status: 'ok', detail: '' }
}

function judgePkce({ code_challenge_methods_supported: methods }: Metadata): Judged {
  if (methods === undefined) return { status: 'ok', detail: 'it lists no methods; S256 is sent' }
  if (Array.isArray(methods) && methods.includes('S256')) return { status: 'ok', detail: '' }
  return { status: 'fail', detail: `it lists ${listOf(methods)}`, fix: 'switch PKCE with S256 on at the provider' }
}

function judgeAlgorithms({ id_token_signing_alg_values_supported: listed }: Metadata): Judged {
  const all = Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : []
  const good = all.filter((each) => ID_TOKEN_ALGORITHMS.includes(each))
  if (good.length > 0) return { status: 'ok', detail: good.join(', ') }
  return {
    status: 'fail',
    detail: `it lists ${listOf(listed)}`,
    fix: `let it sign ID tokens with one of: ${ID_TOKEN_ALGORITHMS.join(', ')}`,
  }
}

async function judgeKeys({ jwks_uri: address }: Metadata, issuer: string): Promise<Judged> {
  if (typeof address !== 'string' || !mayAsk(address, issuer))
    return { status: 'skipped', detail: 'there is no jwks_uri' }
  const answer = await ask(address, issuer)
  const fix = 'without a key that can be read nobody signs in: look at the provider'
  if (typeof answer === 'string') return { status: 'fail', detail: `${address}: ${answer}`, fix }
  const keys: unknown[] = Array.isArray(answer.body['keys']) ? answer.body['keys'] : []
  const usable = keys.filter(isUsable).length
  const detail = `${usable} of ${keys.length} ${keys.length === 1 ? 'key' : 'keys'} can be used`
  return usable > 0 ? { status: 'ok', detail } : { status: 'fail', detail, fix }
}

/** A public key that a signature of an ID token can be checked with. */
function isUsable(key: unknown): boolean {
  if (typeof key !== 'object' || key === null || 'd' in key) return false
  if ('use' in key && key.use !== 'sig') return false
  if ('alg' in key && !(typeof key.alg === 'string' && ID_TOKEN_ALGORITHMS.includes(key.alg))) return false
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
      format: 'jwk',
      key,
    })
    return asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_MIN_BITS
  } catch {
    return false
  }
}

function judgeClient({ token_endpoint_auth_methods_supported: listed }: Metadata, hasSecret: boolean): Judged {
  // Without a list it is the header, RFC 8414 §2.
  const methods: unknown[] = Array.isArray(listed) ? listed : ['client_secret_basic']
  const ways = hasSecret ? ['client_secret_basic', 'client_secret_post'] : ['none']
  const way = ways.find((each) => methods.includes(each))
  if (way !== undefined) return { status: 'ok', detail: way }
  return hasSecret
    ? { status: 'fail', detail: `it takes ${listOf(methods)}`, fix: 'register the client with a client secret' }
    : {
        status: 'warn',
        detail: `it takes ${listOf(methods)}`,
        fix: 'it may want a secret: client_secret_file in sallyport.toml',
      }
}

function judgeSkew(seconds: number | undefined): Judged {
  if (seconds === undefined) return { status: 'skipped', detail: 'it does not say what time it is' }
  const off = Math.abs(seconds)
  const detail = off === 0 ? '' : `it is ${off} s ${seconds > 0 ? 'ahead' : 'behind'}`
  const fix = 'let this machine’s clock be set over the network: timedatectl set-ntp true'
  if (off > SKEW_MAX_SECONDS) return { status: 'fail', detail, fix }
  return off > SKEW_WARN_SECONDS ? { status: 'warn', detail, fix } : { status: 'ok', detail }
}

function judgeIssParameter({ authorization_response_iss_parameter_supported: supported }: Metadata): Judged {
  if (supported === true) return { status: 'ok', detail: '' }
  return {
    status: 'warn',
    detail: 'it does not (RFC 9207)',
    fix: 'fine for one provider; among several, prefer those that do',
  }
}

function listOf(value: unknown): string {
  const texts = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  return texts.length === 0 ? 'none' : texts.slice(0, 16).join(', ')
}
