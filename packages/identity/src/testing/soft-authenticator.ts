import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  ATTESTED,
  attestationObject,
  attestedCredential,
  authenticatorData,
  base64url,
  concat,
  coseKeyOf,
  PRESENT,
  sha256,
  utf8,
  VERIFIED,
} from './webauthn-bytes.ts'

/** What a test wants to come out wrong. */
export interface Mischief {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  readonly crossOrigin?: boolean
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

/** An authenticator in software, for tests: one credential, attestation `none`. */
export class SoftAuthenticator {
  readonly #origin: string
  readonly #key: KeyObject
  readonly credentialId: string
  counter = 0

  /** Its credential is a new ECDSA P-256 one unless a private key (that, Ed25519, RSA) and an id are given. */
  constructor(origin: string, own: { readonly key?: KeyObject; readonly credentialId?: string } = {}) {
    this.#origin = origin
    this.#key = own.key ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    this.credentialId = own.credentialId ?? base64url(randomBytes(16))
  }

  /** Answers a registration, as `navigator.credentials.create` would. */
  create(options: Options, mischief: Mischief = {}): object {
    const id = Buffer.from(this.credentialId, 'base64url')
    const attested = attestedCredential(id, coseKeyOf(createPublicKey(this.#key)))
    const rpId = options.rp?.id ?? options.rpId ?? ''
    const data = this.#data(rpId, PRESENT | VERIFIED | ATTESTED, mischief, attested)
    return this.#answer({
      clientDataJSON: base64url(this.clientData('webauthn.create', options.challenge, mischief)),
      attestationObject: base64url(attestationObject(data)),
      transports: ['internal'],
    })
  }

  /** Answers an assertion, as `navigator.credentials.get` would. */
  get(options: Options, mischief: Mischief = {}): object {
    this.counter = mischief.counter ?? this.counter + 1
    const clientData = this.clientData('webauthn.get', options.challenge, mischief)
    return this.signed(this.#data(options.rpId ?? '', PRESENT | VERIFIED, mischief), clientData, mischief)
  }

  /** Signs whatever it is given. */
  signed(data: Uint8Array, clientData: Uint8Array, mischief: Mischief = {}): object {
    const hash = this.#key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
    const signature = sign(hash, concat(data, sha256(clientData)), this.#key)
    if (mischief.damaged === true) signature[signature.length - 1]! ^= 1
    return this.#answer({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(data),
      signature: base64url(signature),
    })
  }

  clientData(type: string, challenge: string, mischief: Mischief = {}): Uint8Array {
    const data = {
      type: mischief.type ?? type,
      challenge: mischief.challenge ?? challenge,
      origin: mischief.origin ?? this.#origin,
      crossOrigin: mischief.crossOrigin ?? false,
    }
    return utf8(JSON.stringify(data))
  }

  #answer(response: object): object {
    const { credentialId: id } = this
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }

  #data(rpId: string, flags: number, mischief: Mischief, rest?: Uint8Array): Uint8Array {
    const set = mischief.flags === undefined ? flags : (flags & ATTESTED) | mischief.flags
    return authenticatorData(mischief.rpId ?? rpId, set, this.counter, rest)
  }
}
