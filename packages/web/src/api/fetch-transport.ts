import { ApiError, type ApiTransport } from '@sallyport/api'

/** Carries requests to the gateway this page came from, with its cookie. */
export const fetchTransport: ApiTransport = async ({ method, path, body, signal }) => {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause
    throw new ApiError('daemon.unreachable', 'the gateway does not answer', {
      why: 'it is restarting, or there is no way to it from here',
      fix: 'try again in a moment',
      cause,
    })
  })
  return { status: response.status, retryAfter: secondsIn(response), body: chunks(response.body) }
}

/** `Retry-After` as a number of seconds; as a date nobody sends it here. */
function secondsIn({ headers }: Response): number | undefined {
  const text = headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

/** Not every browser's streams can be looped over. */
async function* chunks(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    // Whoever leaves the loop early ends the request.
    await reader.cancel().catch(() => {})
  }
}
