import { ApiError, type ApiTransport } from '@sallyport/api'

/** Bounds how long a request waits for its answer to begin, in milliseconds; a stream that has begun may go on. */
export function withDeadline(transport: ApiTransport, timeoutMs: number): ApiTransport {
  return async (request) => {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    const signal = request.signal === undefined ? late.signal : AbortSignal.any([request.signal, late.signal])
    try {
      return await transport({ ...request, signal })
    } catch (error) {
      if (!late.signal.aborted || request.signal?.aborted === true) throw error
      throw new ApiError('daemon.unreachable', `the gateway did not answer within ${timeoutMs / 1000} s`, {
        fix: 'look at its log; wait longer with --timeout',
        cause: error,
      })
    } finally {
      clearTimeout(timer)
    }
  }
}
