import { ApiError } from '@sallyport/api'
import { type Context, Hono } from 'hono'
import type { ConsoleFile } from './console-files.ts'
import { contentSecurityPolicy, SECURITY_HEADERS } from './security-headers.ts'

export interface WebAppParts {
  /** The API's app; it checks the Host header itself. */
  readonly api: Hono
  /** Pages and redirects under /auth; it checks the Host header itself. */
  readonly pages: Hono
  /** Names the Host header may have, with the port where it is not 443 (V-E12). */
  readonly hosts: () => ReadonlySet<string>
  readonly files: ReadonlyMap<string, ConsoleFile>
  readonly randomBytes: (size: number) => Uint8Array
  /** Told to browsers once the certificate is one they believe: never of a self-signed one, which would lock people out. */
  readonly strictTransport: () => boolean
}

const NONCE_BYTES = 16
/** Stands for the page's nonce in the built index.html. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__'
const STRICT_TRANSPORT = 'max-age=31536000'
/**
 * What can only be a file, so that one that is not there is told: of the build, and at the root. Every other path is a page, which
 * the console knows; one may end in the mail address or the host name that it is about.
 */
const NO_PAGE = /^\/(?:assets\/|[^/]*\.[a-z0-9]{1,8}$)/i
const NOT_BUILT = 'The console has not been built. In the checkout: node tools/build-web.ts\n'

/** The HTTPS door: the API under /v1, what identity providers need under /auth, the console everywhere else. */
export function webApp(parts: WebAppParts): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value)
    if (parts.strictTransport()) c.header('strict-transport-security', STRICT_TRANSPORT)
    if (c.res.headers.get('content-security-policy') === null) {
      c.header('content-security-policy', contentSecurityPolicy(undefined))
    }
  })
  app.all('/v1/*', (c) => parts.api.fetch(c.req.raw, c.env as object))
  app.all('/auth/*', (c) => parts.pages.fetch(c.req.raw, c.env as object))
  app.on(['GET', 'HEAD'], '*', (c) => {
    if (!parts.hosts().has((c.req.header('host') ?? '').toLowerCase()))
      return c.text('this server has no such name\n', 421)
    const path = new URL(c.req.url).pathname
    const file = parts.files.get(path)
    if (file !== undefined && path !== '/index.html') return sendFile(c, file)
    if (NO_PAGE.test(path)) return c.text('there is no such file\n', 404)
    return page(c, parts)
  })
  app.notFound((c) => c.text('there is nothing here\n', 404))
  app.onError((error, c) =>
    c.text('the gateway failed inside\n', error instanceof ApiError ? (error.status as 500) : 500),
  )
  return app
}

function sendFile(c: Context, { type, bytes, gzipped, immutable }: ConsoleFile): Response {
  c.header('content-type', type)
  c.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
  c.header('vary', 'accept-encoding')
  if (gzipped !== undefined && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) {
    c.header('content-encoding', 'gzip')
    return c.body(new Uint8Array(gzipped))
  }
  return c.body(new Uint8Array(bytes))
}

function page(c: Context, { files, randomBytes }: WebAppParts): Response {
  const index = files.get('/index.html')
  if (index === undefined) return c.text(NOT_BUILT, 503)
  const nonce = randomBytes(NONCE_BYTES).toBase64()
  c.header('content-security-policy', contentSecurityPolicy(nonce))
  c.header('cache-control', 'no-store')
  return c.html(new TextDecoder().decode(index.bytes).replaceAll(NONCE_PLACEHOLDER, nonce))
}
