import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What a provider is asked to make up; everything else is as it should be. */
export interface Mischief {
  /** The token endpoint's `id_token`, from the claims that would be right. */
  readonly token?: (claims: Readonly<Record<string, unknown>>, provider: HostileProvider) => unknown
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Answers a path instead of the provider; true where it did. */
  readonly answer?: (path: string, response: ServerResponse) => boolean
}

/** A provider on loopback that does as it should but where it is told not to: one behind which somebody evil sits. */
export class HostileProvider implements AsyncDisposable {
  readonly issuer: string
  readonly publicKey: KeyObject
  mischief: Mischief = {}
  /** Paths it was asked for. */
  readonly asked: string[] = []
  readonly #privateKey: KeyObject
  readonly #server: Server
  readonly #nonces = new Map<string, string>()

  private constructor(server: Server) {
    this.#server = server
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.#privateKey = privateKey
    this.publicKey = publicKey
  }

  static async start(): Promise<HostileProvider> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const provider = new HostileProvider(server)
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void provider.#answer(request, response)
    })
    return provider
  }

  /** A token that is right but for what is given. */
  signed(claims: object, header: object = {}): string {
    const text = `${encoded({ alg: 'RS256', kid: 'k1', ...header })}.${encoded(claims)}`
    return `${text}.${createSign('RSA-SHA256').update(text).sign(this.#privateKey, 'base64url')}`
  }

  /** Keyed with the public key, as if it were a secret. */
  confused(claims: object): string {
    const text = `${encoded({ alg: 'HS256', kid: 'k1' })}.${encoded(claims)}`
    const secret = this.publicKey.export({ format: 'pem', type: 'spki' })
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.issuer)
    this.asked.push(pathname)
    if (this.mischief.answer?.(pathname, response) === true) return
    const json = (value: object) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    if (pathname === '/.well-known/openid-configuration') json(this.#metadata())
    else if (pathname === '/jwks')
      json({ keys: [{ ...this.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] })
    else if (pathname === '/authorize') {
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      const code = searchParams.get('state') ?? ''
      this.#nonces.set(code, searchParams.get('nonce') ?? '')
      back.search = new URLSearchParams({ code, state: code }).toString()
      response.writeHead(302, { location: back.href }).end()
    } else if (pathname === '/token') {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const nonce = this.#nonces.get(new URLSearchParams(body).get('code') ?? '') ?? ''
      const now = Math.floor(Date.now() / 1000)
      const mail = { email: 'mallory@example.com', email_verified: true }
      const claims = { iss: this.issuer, aud: 'sallyport', sub: 'm-1', nonce, iat: now, exp: now + 60, ...mail }
      const id_token = this.mischief.token === undefined ? this.signed(claims) : this.mischief.token(claims, this)
      json({ access_token: 'x', token_type: 'Bearer', ...(id_token === undefined ? {} : { id_token }) })
    } else response.writeHead(404).end()
  }

  #metadata(): object {
    const { issuer } = this
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none', 'PBES2-HS256+A128KW'],
      ...this.mischief.metadata,
    }
  }
}
