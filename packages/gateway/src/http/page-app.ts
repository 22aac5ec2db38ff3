import { ApiError, type PageRoute, type PageRouteName, pageRoutes } from '@sallyport/api'
import { type Context, Hono } from 'hono'
import type { SignInFrom } from '../sign-in/sign-in-service.ts'
import { browserCookieIn } from './cookies.ts'
import { refusalPage } from './page-text.ts'
import type { Peer } from './peer.ts'
import { sourceOf } from './web-peer.ts'

/** Longest User-Agent that is looked at, in characters. */
const AGENT_MAX = 512

/** What a handler of a page has to know of the request. */
export interface PageRequest {
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Value of the cookie that binds a flow to the browser. */
  readonly browser: string | undefined
  /** Also which session the browser has, where it says so: it does on the way from our own pages, and not from a provider. */
  readonly from: SignInFrom
}

export type PageAnswer = { readonly cookies: readonly string[] } & (
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'page'; readonly status: 200 | 400 | 403 | 404 | 502; readonly html: string }
)

/** One handler for each row of the table of pages: a row without one does not compile, nor does one without a row. */
export type PageHandlers = { readonly [Name in PageRouteName]: (request: PageRequest) => Promise<PageAnswer> }

export interface PageAppParts {
  readonly handlers: PageHandlers
  /** Names the Host header may have (V-E12). */
  readonly hosts: () => ReadonlySet<string>
  /** Who asks; rejects for credentials that are given and do not count. */
  readonly peer: (c: Context) => Promise<Peer>
  /** Seconds that a source has to wait before it asks again; 0: none. */
  readonly stranger: (c: Context) => number
  readonly failed: (what: string, error: unknown) => void
}

/** The pages and redirects of the HTTPS door that are not the console's: one route for each row, and nothing else. */
export function pageApp(parts: PageAppParts): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    if (!parts.hosts().has((c.req.header('host') ?? '').toLowerCase()))
      return c.text('this server has no such name\n', 421)
    const seconds = parts.stranger(c)
    if (seconds > 0) {
      c.header('retry-after', String(seconds))
      return c.text('too many requests: wait a moment\n', 429)
    }
    await next()
    c.header('cache-control', 'no-store')
    return undefined
  })
  // Fixed paths first: `/auth/oidc/callback` names no provider.
  const rows = Object.entries(pageRoutes) as [PageRouteName, PageRoute][]
  rows.sort(([, a], [, b]) => Number(a.path.includes(':')) - Number(b.path.includes(':')))
  for (const [name, { method, path }] of rows) {
    app.on(method, path, async (c) => send(c, await parts.handlers[name](await requestOf(c, parts))))
  }
  app.notFound((c) => c.text('there is nothing here\n', 404))
  app.onError((error, c) => {
    parts.failed('answer with a page', error)
    return c.html(refusalPage('The gateway failed inside', ['Try once more; its log says what happened.']), 500)
  })
  return app
}

async function requestOf(c: Context, { peer }: PageAppParts): Promise<PageRequest> {
  const asking = await peer(c).catch((error: unknown) => {
    if (error instanceof ApiError) return undefined
    throw error
  })
  const replaces = asking?.by === 'session' ? asking.webSession : undefined
  return {
    parameters: c.req.param(),
    query: new URL(c.req.url).searchParams,
    browser: browserCookieIn(c.req.header('cookie')),
    from: { source: sourceOf(c), agent: (c.req.header('user-agent') ?? '').slice(0, AGENT_MAX), replaces },
  }
}

function send(c: Context, answer: PageAnswer): Response {
  for (const cookie of answer.cookies) c.header('set-cookie', cookie, { append: true })
  return answer.kind === 'redirect' ? c.redirect(answer.location, 302) : c.html(answer.html, answer.status)
}
