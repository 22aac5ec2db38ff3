import { readFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { Agent, request } from 'node:https'
import type { TestGateway } from './test-gateway.ts'
import type { WebAnswer } from './web-client.ts'

/** Redirects that are followed at most. */
const HOPS_MAX = 12

/** A browser between the gateway and identity providers: follows redirects, and keeps each origin's cookies. */
export class OidcBrowser {
  readonly #gate: TestGateway
  readonly #jar = new Map<string, Map<string, string>>()
  /** Every address it was sent to, the last one last. */
  readonly visited: string[] = []

  constructor(gate: TestGateway) {
    this.#gate = gate
  }

  get origin(): string {
    return this.#gate.gateway.webOrigin ?? ''
  }

  /** Cookies that it would send to the gateway: `name=value`. */
  get cookies(): readonly string[] {
    return [...(this.#jar.get(this.origin) ?? [])].map(([name, value]) => `${name}=${value}`)
  }

  setCookie(name: string, value: string): void {
    this.#cookiesOf(this.origin).set(name, value)
  }

  clearCookie(name: string): void {
    this.#cookiesOf(this.origin).delete(name)
  }

  /** From the button to the page that says how it went. */
  async signIn(provider: string, query = ''): Promise<WebAnswer> {
    return this.follow(`${this.origin}/auth/oidc/${provider}/start${query}`)
  }

  /** Goes to an address, and on until there is no redirect, or one that `until` holds back. */
  async follow(address: string, until: (location: string) => boolean = () => false): Promise<WebAnswer> {
    let url = address
    for (let hop = 0; hop < HOPS_MAX; hop++) {
      const answer = await this.ask(url)
      const { location } = answer.headers
      if (typeof location !== 'string') return answer
      url = new URL(location, url).href
      this.visited.push(url)
      if (until(url)) return answer
    }
    throw new Error('sent around in circles')
  }

  /** Where the provider sends it back to, without going there. */
  async stopBeforeCallback(provider: string): Promise<string> {
    const begun = `${this.origin}/auth/oidc/${provider}/start`
    await this.follow(begun, (location) => location.startsWith(`${this.origin}/auth/oidc/callback`))
    return this.visited.at(-1) ?? ''
  }

  async ask(address: string, more: Readonly<Record<string, string>> = {}): Promise<WebAnswer> {
    const url = new URL(address)
    const ours = url.origin === this.origin
    const cookie = [...this.#cookiesOf(url.origin)].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { host: url.host, 'user-agent': 'test', ...(cookie === '' ? {} : { cookie }), ...more }
    const { promise, resolve, reject } = Promise.withResolvers<WebAnswer>()
    const facts = { host: '127.0.0.1', port: url.port, path: url.pathname + url.search, headers }
    const outgoing = ours
      ? request({ ...facts, ca: this.#certificate(), servername: 'localhost', agent: new Agent({ keepAlive: false }) })
      : plainRequest({ ...facts, agent: false })
    outgoing.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    outgoing.on('error', reject)
    outgoing.end()
    const answer = await promise
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.#keep(url.origin, line)
    return answer
  }

  #keep(origin: string, line: string): void {
    const pair = line.split(';')[0] ?? ''
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(name.length + 1)
    if (value === '') this.#cookiesOf(origin).delete(name)
    else this.#cookiesOf(origin).set(name, value)
  }

  #cookiesOf(origin: string): Map<string, string> {
    const known = this.#jar.get(origin)
    if (known !== undefined) return known
    const cookies = new Map<string, string>()
    this.#jar.set(origin, cookies)
    return cookies
  }

  #certificate(): Buffer {
    return readFileSync(`${this.#gate.stateDirectory}/tls/certificate.pem`)
  }
}
