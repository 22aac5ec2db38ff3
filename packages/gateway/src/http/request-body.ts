import type { IncomingMessage } from 'node:http'
import { ApiError, POLICY_TEXT_MAX } from '@sallyport/api'
import type { Context } from 'hono'

/**
 * Largest request body of whoever has signed in, in bytes: the longest policy in JSON, where a code unit takes three bytes at
 * most, and what goes with it. An import of 5,000 targets with host keys has a third of it.
 */
export const BODY_MAX_BYTES = 3 * POLICY_TEXT_MAX + 1024 * 1024
/** Largest body that strangers may send, in bytes: a passkey's answer is a few thousand. */
export const STRANGER_BODY_MAX_BYTES = 64 * 1024

/**
 * The body as JSON, `{}` where there is none; no more than `max` bytes of it are ever held. Throws ApiError
 * `request.too-large`, `request.invalid`.
 */
export async function readJson(c: Context, max: number): Promise<unknown> {
  const bytes = await readBounded(c, max)
  if (bytes.length === 0) return {}
  if (c.req.header('content-type')?.split(';')[0]?.trim() !== 'application/json')
    throw new ApiError('request.invalid', 'a body must be application/json')
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown
  } catch (cause) {
    throw new ApiError('request.invalid', 'the body is not JSON', { cause })
  }
}

async function readBounded(c: Context, max: number): Promise<Uint8Array> {
  if (Number(c.req.header('content-length') ?? 0) > max) throw tooLarge(max)
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of piecesOf(c)) {
      length += chunk.length
      if (length > max) throw tooLarge(max)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof ApiError) throw cause
    throw new ApiError('request.invalid', 'the body did not come whole', { cause })
  }
  return Buffer.concat(chunks, length)
}

/** Node's own stream where there is one: who stops reading it half way does not take the connection from under the answer. */
function piecesOf(c: Context): AsyncIterable<Uint8Array> | readonly Uint8Array[] {
  const { incoming } = (c.env ?? {}) as { readonly incoming?: IncomingMessage }
  if (incoming !== undefined) return incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  return (c.req.raw.body as AsyncIterable<Uint8Array> | null) ?? []
}

function tooLarge(max: number): ApiError {
  return new ApiError('request.too-large', `a request is larger than ${max} bytes`)
}
