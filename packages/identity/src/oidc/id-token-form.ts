import { IdentityError } from '../errors.ts'

/** Longest ID token that is read, in characters: hundreds of groups fit. */
export const ID_TOKEN_MAX = 64 * 1024
/** Longest `kid`, in characters. */
const KID_MAX = 256
/** Signatures of a key pair: no secret of ours may verify what anybody could then sign (RFC 8725 §3.1). */
export const ID_TOKEN_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
/** Header parameters that say nothing about where a key comes from nor how the rest is to be read. */
const HEADER_PARAMETERS: ReadonlySet<string> = new Set(['alg', 'kid', 'typ', 'cty', 'x5t', 'x5t#S256'])

/**
 * Requires the one form of an ID token that is believed: a compact JWS with one signature of a key pair, whose header names
 * no key of its own, no place to get one, and no extension. Reads two short texts; asks nobody and computes nothing.
 * Throws IdentityError `token-refused`.
 */
export function requireIdTokenForm(token: unknown): void {
  if (typeof token !== 'string' || token.length > ID_TOKEN_MAX) throw refused('it is no text, or too long')
  if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token)) throw refused('it is no compact JWS')
  const [header, payload] = token.split('.', 2).map(decodePart)
  if (header === undefined || payload === undefined) throw refused('header and claims are JSON objects')
  const foreign = Object.keys(header).find((name) => !HEADER_PARAMETERS.has(name))
  if (foreign !== undefined) throw refused('its header says more than which key signed')
  const { alg, kid } = header
  if (typeof alg !== 'string' || !ID_TOKEN_ALGORITHMS.includes(alg)) throw refused('it is not signed by a key pair')
  if (kid !== undefined && !isPlainKid(kid)) throw refused('its key id is a place')
  for (const name of ['exp', 'iat']) {
    if (!Number.isSafeInteger(payload[name])) throw refused(`${name} is no whole number`)
  }
  for (const name of ['iss', 'sub', 'nonce']) {
    if (typeof payload[name] !== 'string' || payload[name] === '') throw refused(`${name} is missing`)
  }
}

function isPlainKid(kid: unknown): boolean {
  return typeof kid === 'string' && kid.length <= KID_MAX && !kid.includes('://') && !/\.\.|[\p{C}\\]|^\//u.test(kid)
}

function decodePart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const bytes = Uint8Array.fromBase64(part, { alphabet: 'base64url' })
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function refused(why: string): IdentityError {
  return new IdentityError('token-refused', `the provider's ID token is refused: ${why}`)
}
