import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CommandError } from '../command-error.ts'

/** Connections at once: a browser opens a few, and nobody else has business here. */
const CONNECTIONS_MAX = 16
/** What a browser sends; a longer address is not ours, in bytes. */
const HEADER_MAX_BYTES = 8192
const STATE_BYTES = 16
const ADDRESS = '127.0.0.1'

/**
 * Waits on this machine for the browser to come back with a code: RFC 8252 §7.3. Whoever does not show the state that only
 * our own page was given is turned away, and the wait goes on.
 */
export class LoopbackListener implements AsyncDisposable {
  readonly state: string
  readonly #server: Server
  readonly #code = Promise.withResolvers<string>()

  private constructor(state: string, server: Server) {
    this.state = state
    this.#server = server
    // Nobody may be waiting yet, or any more.
    this.#code.promise.catch(() => {})
  }

  static async open(): Promise<LoopbackListener> {
    const server = createServer({ maxHeaderSize: HEADER_MAX_BYTES, requestTimeout: 10_000 })
    server.maxConnections = CONNECTIONS_MAX
    const listener = new LoopbackListener(randomBytes(STATE_BYTES).toString('base64url'), server)
    server.on('request', ({ method, url = '/', headers }, response) => {
      listener.#answer(method ?? '', url, headers.host, response)
    })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(0, ADDRESS, resolve)
    await promise
    return listener
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The code. Rejects with CommandError `sign-in.denied`, or as the signal says. */
  async code(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    const onAbort = () => this.#code.reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await this.#code.promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
      // The page that says so may still be on its way out.
      setTimeout(() => this.#server.closeAllConnections(), 500).unref()
    })
  }

  #answer(method: string, path: string, host: string | undefined, response: ServerResponse): void {
    const own = `http://${ADDRESS}:${this.port}`
    const url = URL.canParse(path, own) ? new URL(path, own) : undefined
    // Another name in Host is another site that had its name point here.
    if (method !== 'GET' || url?.pathname !== '/' || host !== new URL(own).host) {
      return reply(response, 404, 'There is nothing here.')
    }
    const [state = '', ...more] = url.searchParams.getAll('state')
    if (more.length > 0 || !same(state, this.state)) {
      return reply(response, 400, 'This is not the sign-in that the command waits for.')
    }
    const code = url.searchParams.get('code')
    if (code === null || code === '') {
      reply(response, 200, 'The sign-in was denied. You can close this page.')
      this.#code.reject(new CommandError('sign-in.denied', 'the sign-in was denied in the browser'))
      return
    }
    reply(response, 200, 'You are signed in. You can close this page and go back to the command.')
    this.#code.resolve(code)
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(`<!doctype html><html lang="en"><title>Sallyport</title><p>${text}</p></html>\n`)
}

function same(given: string, wanted: string): boolean {
  return given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))
}
