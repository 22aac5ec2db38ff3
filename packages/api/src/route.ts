import type { Role } from '@sallyport/model'
import type { z } from 'zod'

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/**
 * One operation of the daemon. `input` holds the path's parameters (`:name`) together with what goes into the query
 * (GET) or the JSON body (all others); `output` is the whole answer, or one line of it where `stream` is true.
 */
export interface Route<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Stream extends boolean = boolean,
> {
  readonly method: HttpMethod
  /** Begins with `/v1/`; a parameter is a whole segment: `/v1/users/:user`. */
  readonly path: `/v1/${string}`
  /** Who may call it, named one by one: a role that is not here is refused. `anyone` takes no signing in. */
  readonly callers: readonly [Role, ...Role[]] | 'anyone'
  /** One sentence for people. */
  readonly summary: string
  /** It only looks, although what it is asked takes a body: a POST that changes nothing. */
  readonly reads?: true
  readonly input: Input
  readonly output: Output
  /** Media type of an answer that is bytes instead of JSON: for programs that keep it as a file; the client does not read it. */
  readonly media?: string
  /** Whether the answer is newline-delimited JSON, one `output` a line. */
  readonly stream: Stream
}

/** Declares a route; the only way into the table, so none is without callers and schemas. */
export function route<Input extends z.ZodObject, Output extends z.ZodType>(
  declaration: Omit<Route<Input, Output, false>, 'stream'>,
): Route<Input, Output, false> {
  return { ...declaration, stream: false }
}

/** Declares a route that answers with newline-delimited JSON. */
export function streamRoute<Input extends z.ZodObject, Output extends z.ZodType>(
  declaration: Omit<Route<Input, Output, true>, 'stream'>,
): Route<Input, Output, true> {
  return { ...declaration, stream: true }
}

/** Names of the parameters of a path, in order. */
export function pathParameters(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment.startsWith(':'))
    .map((segment) => segment.slice(1))
}

/** Whether a route only looks: every GET does, and what says so of itself. */
export function isRead({ method, reads }: Route): boolean {
  return method === 'GET' || reads === true
}

/**
 * Whether a token's scope lets it call a route: `*` all of them, `read` those that only look, `policy` those of one noun,
 * `policy:read` the looking ones of it. What is about the caller's own credentials (`me`), and letting a command sign in as
 * the caller (`device`), no token may do.
 */
export function scopeHolds(scope: string, name: string, route: Route): boolean {
  const noun = name.slice(0, name.indexOf('.'))
  if ((noun === 'me' || noun === 'device') && !isRead(route)) return false
  if (scope === '*' || scope === noun) return true
  return isRead(route) && (scope === 'read' || scope === `${noun}:read`)
}
