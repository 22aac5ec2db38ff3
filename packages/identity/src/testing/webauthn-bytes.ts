/** What authenticators write, for tests: authenticator data, COSE keys, attestation objects (WebAuthn §6). */
import { createHash, type KeyObject } from 'node:crypto'

export const PRESENT = 0x01
export const VERIFIED = 0x04
export const ATTESTED = 0x40

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

export function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function sha256(bytes: Uint8Array | string): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

export function cborText(text: string): Uint8Array {
  return concat(Uint8Array.of(0x60 + text.length), utf8(text))
}

export function cborBytes(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  // The shortest form: readers measure a key by writing it again.
  const head = length < 24 ? [0x40 + length] : length < 256 ? [0x58, length] : [0x59, length >> 8, length & 0xff]
  return concat(Uint8Array.from(head), bytes)
}

/** Hash of the party, flags, counter, and what follows. */
export function authenticatorData(
  rpId: string,
  flags: number,
  counter: number,
  rest: Uint8Array = new Uint8Array(),
): Uint8Array {
  const head = new Uint8Array(5)
  head[0] = flags
  new DataView(head.buffer).setUint32(1, counter)
  return concat(sha256(rpId), head, rest)
}

/** What follows where a credential was made. */
export function attestedCredential(id: Uint8Array, coseKey: Uint8Array): Uint8Array {
  return concat(new Uint8Array(16), Uint8Array.of(id.length >> 8, id.length & 0xff), id, coseKey)
}

export function attestationObject(
  data: Uint8Array,
  format = 'none',
  statement: Uint8Array = Uint8Array.of(0xa0),
): Uint8Array {
  const parts = [
    cborText('fmt'),
    cborText(format),
    cborText('attStmt'),
    statement,
    cborText('authData'),
    cborBytes(data),
  ]
  return concat(Uint8Array.of(0xa3), ...parts)
}

/** COSE_Key, RFC 9053 §7, of ECDSA with P-256, Ed25519, or RSA. */
export function coseKeyOf(publicKey: KeyObject): Uint8Array {
  const { kty, x = '', y = '', n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const number = (text: string) => cborBytes(Buffer.from(text, 'base64url'))
  if (kty === 'EC') {
    const head = Uint8Array.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21)
    return concat(head, number(x), Uint8Array.of(0x22), number(y))
  }
  if (kty === 'OKP') return concat(Uint8Array.of(0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21), number(x))
  const head = Uint8Array.of(0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20)
  return concat(head, number(n), Uint8Array.of(0x21), number(e))
}
