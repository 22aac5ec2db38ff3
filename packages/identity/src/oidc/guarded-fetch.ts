import { IdentityError } from '../errors.ts'
import { isLoopbackHost } from './provider.ts'

/** Longest answer of a provider, in bytes: keys and tokens are some kilobytes. */
export const ANSWER_MAX_BYTES = 1024 * 1024
/** Time for one answer, body included, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 5000

export interface FetchRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Text or a form; nothing else is sent. */
  readonly body?: unknown
}

/**
 * Whether a provider's metadata may send us to an address: to HTTPS alone, and to no address that is written as a number
 * and means this machine or its link. A provider that runs on this machine, for development, may send us back to it, and
 * over HTTP. What a name resolves to is not looked at: it has to show a certificate for that name.
 */
export function mayAsk(address: string, issuer: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  if (isLoopbackHost(hostname)) return isLoopbackHost(new URL(issuer).hostname) && /^https?:$/.test(protocol)
  return protocol === 'https:' && !isSpecial(hostname)
}

/** Numbers that mean this machine or its link. URL's parser has written odd spellings (`0x7f.1`) plainly. */
function isSpecial(hostname: string): boolean {
  if (hostname.startsWith('[')) return /^\[(?:::|fe[89ab])/i.test(hostname)
  return /^(?:0|127|169\.254)\.[\d.]+$/.test(hostname) || hostname.endsWith('.localhost')
}

/**
 * Asks a provider: no redirects, bounded in bytes and in time. Throws IdentityError `provider-unreachable` for what got no
 * whole answer, `provider-refused` for an address that may not be asked.
 */
export async function guardedFetch(address: string, request: FetchRequest, issuer: string): Promise<Response> {
  if (!mayAsk(address, issuer)) {
    throw new IdentityError('provider-refused', 'the provider leads to an address that is not asked')
  }
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const { method = 'GET', headers = {}, body } = request
    const sent = typeof body === 'string' || body instanceof URLSearchParams ? { body } : {}
    const response = await fetch(address, { method, headers, ...sent, redirect: 'manual', signal })
    const bytes = await boundedBody(response)
    return new Response(bytes.length === 0 ? null : bytes, { status: response.status, headers: response.headers })
  } catch (cause) {
    if (cause instanceof IdentityError) throw cause
    throw new IdentityError('provider-unreachable', 'the identity provider does not answer', { cause })
  }
}

async function boundedBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > ANSWER_MAX_BYTES) {
      throw new IdentityError('provider-unreachable', `the provider's answer is larger than ${ANSWER_MAX_BYTES} bytes`)
    }
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
