import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url')

/** Who we are to an ACME server: an ECDSA P-256 key that signs every request (RFC 8555 §6.2, ES256). */
export class AccountKey {
  readonly #key: KeyObject
  /** RFC 7517, the public half. */
  readonly jwk: { readonly crv: string; readonly kty: string; readonly x: string; readonly y: string }

  /** Takes PEM. Throws where it is no P-256 key. */
  constructor(pem: string) {
    this.#key = createPrivateKey(pem)
    const { kty, crv, x, y } = this.#key.export({ format: 'jwk' })
    if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) throw new Error('not a P-256 key')
    // In the order that RFC 7638 hashes them in.
    this.jwk = { crv, kty, x, y }
  }

  /** A new one, as PEM. */
  static generate(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return privateKey.export({ format: 'pem', type: 'pkcs8' })
  }

  /** What a challenge is answered with (RFC 8555 §8.1): the token, and whose it is. */
  keyAuthorization(token: string): string {
    return `${token}.${createHash('sha256').update(JSON.stringify(this.jwk)).digest('base64url')}`
  }

  /** A request as flattened JWS. An empty payload is a POST-as-GET. */
  sign(header: Readonly<Record<string, unknown>>, payload: string): string {
    const [protectedHeader, body] = [base64url(JSON.stringify({ alg: 'ES256', ...header })), base64url(payload)]
    const signature = sign('sha256', Buffer.from(`${protectedHeader}.${body}`), {
      key: this.#key,
      dsaEncoding: 'ieee-p1363',
    })
    return JSON.stringify({ protected: protectedHeader, payload: body, signature: base64url(signature) })
  }
}
