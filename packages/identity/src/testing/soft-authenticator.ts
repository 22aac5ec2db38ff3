import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a test wants to come out wrong. */
export interface Mischief {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  /** Flags of the authenticator data; 0x01 present, 0x04 verified. */
  readonly flags?: number
  readonly counter?: number
  /** Turns a bit of the signature over. */
  readonly damaged?: boolean
}

interface Options {
  readonly challenge: string
  readonly rp?: { readonly id?: string }
  readonly rpId?: string
}

const PRESENT = 0x01
const VERIFIED = 0x04
const ATTESTED = 0x40

/** An authenticator in software, for tests: one ECDSA P-256 credential, attestation `none`. */
export class SoftAuthenticator {
  readonly #origin: string
  readonly #key: KeyObject
  readonly #publicKey: KeyObject
  readonly credentialId = base64url(randomBytes(16))
  counter = 0

  constructor(origin: string) {
    this.#origin = origin
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    this.#publicKey = publicKey
  }

  /** Answers a registration, as `navigator.credentials.create` would. */
  create(options: Options, mischief: Mischief = {}): object {
    const clientData = this.#clientData('webauthn.create', options.challenge, mischief)
    const id = Buffer.from(this.credentialId, 'base64url')
    const attested = concatBytes(new Uint8Array(16), Uint8Array.of(0, id.length), id, this.#coseKey())
    const authData = concatBytes(
      this.#authData(options.rp?.id ?? options.rpId ?? '', PRESENT | VERIFIED | ATTESTED, mischief),
      attested,
    )
    const attestationObject = concatBytes(
      Uint8Array.of(0xa3),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Uint8Array.of(0xa0),
      cborText('authData'),
      cborBytes(authData),
    )
    return this.#answer({
      clientDataJSON: base64url(clientData),
      attestationObject: base64url(attestationObject),
      transports: ['internal'],
    })
  }

  /** Answers an assertion, as `navigator.credentials.get` would. */
  get(options: Options, mischief: Mischief = {}): object {
    this.counter = mischief.counter ?? this.counter + 1
    const clientData = this.#clientData('webauthn.get', options.challenge, mischief)
    const authData = this.#authData(options.rpId ?? '', PRESENT | VERIFIED, mischief)
    const signed = concatBytes(authData, createHash('sha256').update(clientData).digest())
    const signature = sign('sha256', signed, this.#key)
    if (mischief.damaged === true) signature[signature.length - 1]! ^= 1
    return this.#answer({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authData),
      signature: base64url(signature),
    })
  }

  #answer(response: object): object {
    const { credentialId: id } = this
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }

  #clientData(type: string, challenge: string, mischief: Mischief): Uint8Array {
    const data = {
      type: mischief.type ?? type,
      challenge: mischief.challenge ?? challenge,
      origin: mischief.origin ?? this.#origin,
      crossOrigin: false,
    }
    return utf8Bytes(JSON.stringify(data))
  }

  #authData(rpId: string, flags: number, mischief: Mischief): Uint8Array {
    const hash = createHash('sha256')
      .update(mischief.rpId ?? rpId)
      .digest()
    const rest = Buffer.alloc(5)
    rest[0] = mischief.flags === undefined ? flags : (flags & ATTESTED) | mischief.flags
    rest.writeUInt32BE(this.counter, 1)
    return concatBytes(hash, rest)
  }

  /** COSE_Key of ECDSA with P-256, RFC 9053 §7.1. */
  #coseKey(): Uint8Array {
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' })
    return concatBytes(
      Uint8Array.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21),
      cborBytes(Buffer.from(x, 'base64url')),
      Uint8Array.of(0x22),
      cborBytes(Buffer.from(y, 'base64url')),
    )
  }
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

function cborText(text: string): Uint8Array {
  return concatBytes(Uint8Array.of(0x60 + text.length), utf8Bytes(text))
}

function cborBytes(bytes: Uint8Array): Uint8Array {
  // The shortest form: readers measure a key by writing it again.
  const head = bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 0xff]
  return concatBytes(Uint8Array.from(head), bytes)
}

function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
