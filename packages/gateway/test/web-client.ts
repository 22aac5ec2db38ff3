import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { createInterface } from 'node:readline'
import {
  type ApiClient,
  type ApiTransport,
  createClient,
  type RouteOutput,
  routes,
  type StreamRouteName,
} from '@sallyport/api'
import { SoftAuthenticator } from '@sallyport/identity/testing'
import type { TestGateway } from './test-gateway.ts'

export interface WebAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

interface WebRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A browser's part of the HTTPS door: its cookie, its passkey, and the certificate it has been told to believe. */
export class WebClient {
  readonly #gate: TestGateway
  readonly authenticator: SoftAuthenticator
  readonly api: ApiClient
  cookie: string | undefined
  /** A bearer token instead of the cookie. */
  token: string | undefined

  constructor(gate: TestGateway, authenticator = new SoftAuthenticator(gate.gateway.webOrigin ?? '')) {
    this.#gate = gate
    this.authenticator = authenticator
    this.api = createClient(this.#transport())
  }

  /** Registers a passkey by a one-time link, and is signed in then. */
  async join(url: string): Promise<{ readonly recoveryCodes: readonly string[] }> {
    const token = url.slice(url.lastIndexOf('/') + 1)
    const { ceremony, options } = await this.api.call('link.begin', { token })
    const response = { ...this.authenticator.create(options as never) }
    const finished = await this.api.call('link.finish', { token, ceremony, response, passkey_name: 'laptop' })
    return { recoveryCodes: finished.recovery_codes }
  }

  async signIn(): Promise<void> {
    const { ceremony, options } = await this.api.call('auth.passkey-begin')
    const response = { ...this.authenticator.get(options as never) }
    await this.api.call('auth.passkey-finish', { ceremony, response })
  }

  /** Another browser of the same person, signed in with the same passkey. */
  async inAnotherBrowser(): Promise<WebClient> {
    const other = new WebClient(this.#gate, this.authenticator)
    await other.signIn()
    return other
  }

  async ask(path: string, options: WebRequest = {}): Promise<WebAnswer> {
    const port = this.#gate.gateway.webAddresses[0]?.port ?? 0
    const ca = readFileSync(`${this.#gate.stateDirectory}/tls/certificate.pem`)
    const { promise, resolve, reject } = Promise.withResolvers<WebAnswer>()
    const agent = new Agent({ keepAlive: false })
    const credentials = {
      ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
    }
    const headers = { host: `localhost:${port}`, 'user-agent': 'test', ...credentials, ...options.headers }
    const facts = { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers, ca, agent }
    const outgoing = request({ ...facts, servername: 'localhost' }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    outgoing.on('error', reject)
    outgoing.end(options.body)
    const answer = await promise
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.#keep(line)
    return answer
  }

  /** Lines of a stream as they arrive, until the signal fires. */
  async *stream<Name extends 'approval.watch' | ('daemon.events' & StreamRouteName)>(
    name: Name,
    signal: AbortSignal,
  ): AsyncGenerator<RouteOutput<Name>> {
    const port = this.#gate.gateway.webAddresses[0]?.port ?? 0
    const ca = readFileSync(`${this.#gate.stateDirectory}/tls/certificate.pem`)
    const headers = { host: `localhost:${port}`, 'user-agent': 'test', cookie: this.cookie ?? '' }
    const facts = { host: '127.0.0.1', port, path: routes[name].path, headers, ca, servername: 'localhost', signal }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = request({ ...facts, agent: new Agent({ keepAlive: false }) }, resolve)
    outgoing.on('error', reject)
    outgoing.end()
    const answer = await promise
    if (answer.statusCode !== 200) throw new Error(`${name}: ${answer.statusCode}`)
    for await (const line of createInterface({ input: answer })) {
      yield routes[name].output.parse(JSON.parse(line)) as RouteOutput<Name>
    }
  }

  #keep(line: string): void {
    const pair = line.split(';')[0] ?? ''
    this.cookie = pair.endsWith('=') ? undefined : pair
  }

  #transport(): ApiTransport {
    return async ({ method, path, body }) => {
      const type =
        body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }, body }
      const answer = await this.ask(path, { method, ...type })
      return { status: answer.status, body: chunks(answer.body) }
    }
  }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}
