import { ApiError, errorBody } from './api-error.ts'
import { encodeInput } from './input-codec.ts'
import type { Route } from './route.ts'
import {
  type CallRouteName,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  routes,
  type StreamRouteName,
} from './routes.ts'

export interface ApiRequest {
  readonly method: string
  /** Path with its query. */
  readonly path: string
  readonly body: string | undefined
  readonly signal: AbortSignal | undefined
}

export interface ApiResponse {
  readonly status: number
  /** Seconds that whoever answered asks to wait, where it says so. */
  readonly retryAfter?: number | undefined
  readonly body: AsyncIterable<Uint8Array>
}

/** Carries a request to the daemon. Rejects with an ApiError `daemon.unreachable` where nothing answers. */
export type ApiTransport = (request: ApiRequest) => Promise<ApiResponse>

export interface CallOptions {
  readonly signal?: AbortSignal
}

/** The input may be left out where none of its fields must be given. */
type InputArguments<Name extends RouteName> =
  NeedsInput<RouteInput<Name>> extends false
    ? [input?: RouteInput<Name>, options?: CallOptions]
    : [input: RouteInput<Name>, options?: CallOptions]
type NeedsInput<Input> = Input extends Record<string, never> ? false : Partial<Input> extends Input ? false : true

/** The daemon's operations, typed by the route table. Every failure is an ApiError; an abort is the signal's reason. */
export interface ApiClient {
  call<Name extends CallRouteName>(name: Name, ...rest: InputArguments<Name>): Promise<RouteOutput<Name>>
  /** One value a line, as they come; leaving the loop or aborting the signal ends the request. */
  stream<Name extends StreamRouteName>(name: Name, ...rest: InputArguments<Name>): AsyncIterable<RouteOutput<Name>>
}

/** Largest answer that is read as a whole, in bytes: the longest policy in JSON, or a thousand rows, fit twice over. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024
/** Longest line of a stream, in bytes: the daemon's own bound on an event is far lower. */
const LINE_MAX_BYTES = 1024 * 1024

export function createClient(transport: ApiTransport): ApiClient {
  async function send(name: RouteName, input: object, options: CallOptions): Promise<ApiResponse> {
    const route: Route = routes[name]
    const { path, body } = encodeInput(route, input as Record<string, unknown>)
    const response = await transport({ method: route.method, path, body, signal: options.signal })
    if (response.status >= 200 && response.status < 300) return response
    throw failure(response, await readAll(response.body))
  }
  return {
    async call(name, ...[input, options]) {
      const response = await send(name, input ?? {}, options ?? {})
      return checked(name, await readAll(response.body))
    },
    async *stream(name, ...[input, options]) {
      const response = await send(name, input ?? {}, options ?? {})
      for await (const line of lines(response.body)) yield checked(name, line)
    },
  }
}

function checked<Name extends RouteName>(name: Name, text: string): RouteOutput<Name> {
  const parsed = routes[name].output.safeParse(json(text))
  if (!parsed.success) throw strange(`answer to ${name} has another form`, parsed.error)
  return parsed.data as RouteOutput<Name>
}

function failure(response: ApiResponse, text: string): ApiError {
  const parsed = errorBody.safeParse(jsonOrNothing(text))
  return parsed.success ? ApiError.fromBody(response.status, parsed.data) : notTheDaemon(response)
}

/** What stands between here and the daemon answers in its stead, and not in its words. */
function notTheDaemon({ status, retryAfter }: ApiResponse): ApiError {
  if (status === 413) return new ApiError('request.too-large', 'the request is larger than what is let through')
  if (status === 429) {
    const wait = retryAfter === undefined ? 'in a moment' : `in ${retryAfter} s`
    return new ApiError('request.too-many', 'too many requests', { fix: `try again ${wait}` })
  }
  if (status >= 502 && status <= 504) {
    return new ApiError('daemon.unreachable', 'the gateway does not answer', {
      why: `what stands before it answered with status ${status}`,
      fix: 'try again in a moment',
    })
  }
  return strange(`status ${status} without an error body`)
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw strange('answer is not JSON', cause)
  }
}

function strange(message: string, cause?: unknown): ApiError {
  return new ApiError('daemon.protocol', message, {
    why: 'the two ends are probably of different versions',
    fix: 'restart the daemon with the version of this command',
    cause,
  })
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > ANSWER_MAX_BYTES) throw strange(`answer is longer than ${ANSWER_MAX_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of body) {
    pending += decoder.decode(chunk, { stream: true })
    let end = pending.indexOf('\n')
    while (end !== -1) {
      const line = pending.slice(0, end)
      pending = pending.slice(end + 1)
      if (line !== '') yield line
      end = pending.indexOf('\n')
    }
    if (pending.length > LINE_MAX_BYTES) throw strange(`a line is longer than ${LINE_MAX_BYTES} bytes`)
  }
  if (pending !== '') throw strange('the stream ended inside a line')
}
