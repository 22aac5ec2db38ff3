import { ApiError, decodeInput, type Route, type RouteName, routes, scopeHolds } from '@sallyport/api'
import { AuditError } from '@sallyport/audit'
import { ID_RANDOM_BYTES } from '@sallyport/model'
import { StoreError } from '@sallyport/store'
import { type Context, Hono } from 'hono'
import { streamText } from 'hono/streaming'
import type { Handlers } from '../control/handlers.ts'
import type { Caller } from '../control/services.ts'
import { hintOf } from '../ops/hint-of.ts'
import type { Log } from '../ops/log-writer.ts'
import type { Peer } from './peer.ts'
import { BODY_MAX_BYTES, readJson, STRANGER_BODY_MAX_BYTES } from './request-body.ts'
import { roleRefused } from './role-refused.ts'

/** How long a stream goes on before it is asked again whether its reader may read it, in milliseconds. */
const STREAM_LOOK_MS = 1000

export interface ApiAppParts {
  readonly handlers: Handlers
  /** Who asks; rejects with an ApiError for credentials that are given and do not count. */
  readonly peer: (c: Context) => Peer | Promise<Peer>
  /** Names the Host header may have (V-E12). */
  readonly hosts: () => ReadonlySet<string>
  readonly log: Log
  readonly randomBytes: (size: number) => Uint8Array
  /** Fires when the server stops: streams end. */
  readonly stopping: AbortSignal
  /** Tells the audit log of a request that was not the caller's to make. */
  readonly refused: (actor: string, request: RouteName) => void
  /** Takes one request of whoever has not signed in; gives the seconds to wait where there were too many, otherwise 0. */
  readonly stranger?: (c: Context) => number
  /** Told of every answer: the route's name or `unknown`, and the status. */
  readonly answered?: (route: RouteName | 'unknown', status: number, seconds: number) => void
}

/** The daemon's operations over HTTP: one route for each row of the table, and nothing else. */
export function apiApp(parts: ApiAppParts): Hono {
  const app = new Hono()
  const served = new WeakMap<Context, RouteName>()
  app.use(async (c, next) => {
    const began = performance.now()
    await next()
    parts.answered?.(served.get(c) ?? 'unknown', c.res.status, (performance.now() - began) / 1000)
  })
  app.use(async (c, next) => {
    const host = (c.req.header('host') ?? '').toLowerCase()
    if (!parts.hosts().has(host)) throw new ApiError('host.misdirected', 'this server has no such name')
    await next()
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
  })
  // Fixed paths first: `/v1/targets/import` is no target.
  const rows = Object.entries(routes) as [RouteName, Route][]
  rows.sort(([, a], [, b]) => Number(a.path.includes(':')) - Number(b.path.includes(':')))
  for (const [name, route] of rows)
    app.on(route.method, route.path, (c) => {
      served.set(c, name)
      return answer(c, name, route, parts)
    })
  app.notFound(() => {
    throw new ApiError('route.unknown', 'there is no such operation', {
      fix: 'the daemon and the command may be of different versions: restart the daemon',
    })
  })
  app.onError((thrown, c) => {
    const requestId = Buffer.from(parts.randomBytes(ID_RANDOM_BYTES)).toString('hex')
    const error = asApiError(thrown)
    if (error.reason === 'daemon.internal')
      parts.log.failure('an operation failed inside', thrown, { code: error.code, detail: requestId })
    return c.json(error.toBody(requestId), error.status as 500)
  })
  return app
}

async function answer(c: Context, name: RouteName, route: Route, parts: ApiAppParts): Promise<Response> {
  const peer = await knownPeer(c, parts)
  const { actor } = peer
  try {
    requireAllowed(peer, name, route)
    // Also what only looks, where it takes a body: no other site has to put a daemon to work.
    if (route.method !== 'GET') requireSameSite(peer, c)
  } catch (error) {
    // Who has not signed in could fill the log.
    if (peer.by !== 'nobody') parts.refused(actor, name)
    throw error
  }
  const body =
    route.method === 'GET'
      ? undefined
      : await readJson(c, peer.by === 'nobody' ? STRANGER_BODY_MAX_BYTES : BODY_MAX_BYTES)
  const parsed = decodeInput(route, c.req.param() as Record<string, string>, new URL(c.req.url).searchParams, body)
  if (!parsed.success) {
    throw new ApiError('request.invalid', 'the request is not as it should be', {
      why: parsed.error.issues
        .map(({ path, message }) => `${path.map(String).join('.') || 'request'}: ${message}`)
        .join('\n'),
    })
  }
  const signal = AbortSignal.any([c.req.raw.signal, parts.stopping])
  // The table ties name, input and output together; that tie is lost on a name that is only known at run time.
  const handler = parts.handlers[name] as (input: unknown, caller: Caller) => unknown
  const caller: Caller = {
    actor,
    signal,
    peer,
    agent: c.req.header('user-agent') ?? '',
    setCookie: (cookie) => c.header('set-cookie', cookie, { append: true }),
  }
  const result = handler(parsed.data, caller)
  if (route.media !== undefined) {
    c.header('content-type', route.media)
    return c.body(route.output.parse(await result) as Uint8Array<ArrayBuffer>)
  }
  if (!route.stream) return c.json(route.output.parse(await result) as object)
  const mayStill = async () => {
    try {
      requireAllowed(await parts.peer(c), name, route)
      return true
    } catch (error) {
      if (error instanceof ApiError) return false
      throw error
    }
  }
  return ndjson(c, route, result as AsyncIterable<unknown>, { signal, mayStill })
}

/** Strangers may ask less often, and so may those who show what does not count. */
async function knownPeer(c: Context, { peer: find, stranger }: ApiAppParts): Promise<Peer> {
  const strange = () => {
    const seconds = stranger?.(c) ?? 0
    if (seconds === 0) return
    c.header('retry-after', String(seconds))
    throw new ApiError('request.too-many', 'too many requests from this address without signing in', {
      fix: `try again in ${seconds} s`,
    })
  }
  try {
    const peer = await find(c)
    if (peer.by !== 'nobody') return peer
    strange()
    return peer
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'request.too-many')) strange()
    throw error
  }
}

/** Role and, of a token, scope: both have to allow it. */
function requireAllowed(peer: Peer, name: RouteName, route: Route): void {
  if (route.callers === 'anyone') return
  if (peer.by === 'nobody') {
    throw new ApiError('caller.unknown', 'this takes somebody who has signed in', { fix: 'sign in: sallyport login' })
  }
  if (!route.callers.includes(peer.role)) throw roleRefused(peer.role, name, route)
  if (peer.by === 'token' && !peer.scopes.some((scope) => scopeHolds(scope, name, route))) {
    throw new ApiError('caller.not-allowed', 'this token may not do this', {
      why: `its scopes are: ${peer.scopes.join(', ')}`,
    })
  }
}

/** A browser sends its cookie with what other sites make it ask for; it says so itself, and a page cannot change that. */
function requireSameSite(peer: Peer, c: Context): void {
  if (peer.by === 'socket' || peer.by === 'token') return
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const same =
    site === undefined ? origin === undefined || hostOf(origin) === c.req.header('host') : site === 'same-origin'
  if (!same) throw new ApiError('request.cross-site', 'another site asked for this in your name')
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

/**
 * The first line is awaited before the answer begins, so that a failure before it still has its status. It ends
 * with the next one for whoever was signed out meanwhile, or may not read it any more (V-F10).
 */
async function ndjson(
  c: Context,
  route: Route,
  lines: AsyncIterable<unknown>,
  { signal, mayStill }: { readonly signal: AbortSignal; readonly mayStill: () => Promise<boolean> },
): Promise<Response> {
  let looked = performance.now()
  const iterator = lines[Symbol.asyncIterator]()
  const first = iterator.next()
  // A stream that waits for something to happen must not wait with its headers.
  const early = await Promise.race([first, new Promise<'waiting'>((resolve) => setImmediate(() => resolve('waiting')))])
  if (early === 'waiting') first.catch(() => {})
  c.header('content-type', 'application/x-ndjson')
  return streamText(c, async (stream) => {
    const ended = Promise.withResolvers<{ done: true; value: undefined }>()
    const stop = () => ended.resolve({ done: true, value: undefined })
    stream.onAbort(stop)
    signal.addEventListener('abort', stop, { once: true })
    try {
      for (let next = await Promise.race([first, ended.promise]); next.done !== true; ) {
        if (performance.now() - looked >= STREAM_LOOK_MS) {
          if (!(await mayStill())) break
          looked = performance.now()
        }
        await stream.writeln(JSON.stringify(route.output.parse(next.value)))
        next = await Promise.race([iterator.next(), ended.promise])
      }
    } finally {
      signal.removeEventListener('abort', stop)
      void Promise.resolve(iterator.return?.()).catch(() => {})
    }
  })
}

function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof StoreError && thrown.code === 'not-found')
    return new ApiError('request.invalid', 'what this is about has just been removed', { cause: thrown })
  if (thrown instanceof AuditError || thrown instanceof StoreError) {
    return new ApiError(
      'daemon.internal',
      `the ${thrown instanceof AuditError ? 'audit log' : 'store'} failed: ${thrown.message}`,
      {
        why: thrown.code,
        fix: hintOf(thrown) ?? 'sallyport doctor',
        cause: thrown,
      },
    )
  }
  return new ApiError('daemon.internal', 'the daemon failed inside', {
    fix: 'the daemon’s log has the details under this request id',
    cause: thrown,
  })
}
