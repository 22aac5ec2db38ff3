import { ApiError, type ApiRequest, type ApiResponse, type ApiTransport } from '@sallyport/api'

/**
 * A transport with this command's patience: the answer must begin within so many milliseconds (a stream that has begun may
 * go on), and an answer that breaks off says so in the words of an ApiError.
 */
export function guardedTransport(transport: ApiTransport, timeoutMs: number): ApiTransport {
  return async (request) => {
    const { status, body } = await answerInTime(transport, request, timeoutMs)
    return { status, body: unbroken(body, request.signal) }
  }
}

async function answerInTime(transport: ApiTransport, request: ApiRequest, timeoutMs: number): Promise<ApiResponse> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  const signal = request.signal === undefined ? late.signal : AbortSignal.any([request.signal, late.signal])
  try {
    return await transport({ ...request, signal })
  } catch (error) {
    if (!late.signal.aborted || request.signal?.aborted === true) throw error
    throw tooLate(timeoutMs, error)
  } finally {
    clearTimeout(timer)
  }
}

export function tooLate(timeoutMs: number, cause: unknown): ApiError {
  return new ApiError('daemon.unreachable', `the gateway did not answer within ${timeoutMs / 1000} s`, {
    fix: 'look at its log; wait longer with --timeout',
    cause,
  })
}

async function* unbroken(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new ApiError('daemon.unreachable', 'the connection to the daemon broke off', {
      why: error instanceof Error ? error.message : String(error),
      fix: 'look at its log, and whether it still runs: sallyport status',
      cause: error,
    })
  }
}
