import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { IdentityError } from '../errors.ts'
import { plainAssertion, plainRegistration } from './answer-form.ts'
import { Ceremonies } from './ceremonies.ts'

/** The site that passkeys belong to. */
export interface RelyingParty {
  /** Host name: a passkey works here and nowhere else. */
  readonly id: string
  /** What authenticators show. */
  readonly name: string
  /** Origin of the console, `https://gw.example.com:8443`. */
  readonly origin: string
}

/** What is kept of a passkey. */
export interface StoredPasskey {
  /** Base64url. */
  readonly credentialId: string
  /** COSE key. */
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
}

/** A passkey that was just registered. */
export interface RegisteredPasskey extends StoredPasskey {
  readonly aaguid: string
  readonly backedUp: boolean
}

/** Who is asked to register a passkey. */
export interface PasskeyOwner {
  /** Given to authenticators and back: never a name. */
  readonly id: string
  readonly name: string
  readonly displayName: string
}

export interface PasskeyCeremoniesParts {
  readonly relyingParty: () => RelyingParty
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What a passkey's answer is for: one that was asked for signing in approves nothing. */
export type PasskeyPurpose = 'sign-in' | `step-up ${string}` | `approve ${string}`

/** Ed25519, ECDSA with P-256, RSA: what authenticators have. */
const ALGORITHMS = [-8, -7, -257]
/** Time to find the authenticator and touch it, in milliseconds. */
const TIMEOUT_MS = 5 * 60 * 1000
const CHALLENGE_BYTES = 32

/**
 * WebAuthn's two ceremonies (Web Authentication Level 3, §7). A challenge is answered once, within five minutes, for what
 * it was made for; user verification is always demanded.
 */
export class PasskeyCeremonies {
  readonly #parts: PasskeyCeremoniesParts
  readonly #registrations: Ceremonies<{ readonly challenge: string; readonly owner: string }>
  readonly #assertions: Ceremonies<{ readonly challenge: string; readonly purpose: PasskeyPurpose }>

  constructor(parts: PasskeyCeremoniesParts) {
    this.#parts = parts
    this.#registrations = new Ceremonies({ ...parts, lifeMs: TIMEOUT_MS })
    this.#assertions = new Ceremonies({ ...parts, lifeMs: TIMEOUT_MS })
  }

  /** Asks for a new discoverable passkey; `existing` ones are not offered again. */
  async beginRegistration(
    owner: PasskeyOwner,
    existing: readonly StoredPasskey[],
  ): Promise<{ readonly ceremony: string; readonly options: PublicKeyCredentialCreationOptionsJSON }> {
    const { id, name } = this.#parts.relyingParty()
    const options = await generateRegistrationOptions({
      rpID: id,
      rpName: name,
      userID: new TextEncoder().encode(owner.id),
      userName: owner.name,
      userDisplayName: owner.displayName === '' ? owner.name : owner.displayName,
      challenge: this.#parts.randomBytes(CHALLENGE_BYTES) as Uint8Array<ArrayBuffer>,
      timeout: TIMEOUT_MS,
      attestationType: 'none',
      excludeCredentials: existing.map(({ credentialId }) => ({ id: credentialId })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    })
    return { ceremony: this.#registrations.begin({ challenge: options.challenge, owner: owner.id }), options }
  }

  /** Throws IdentityError `ceremony-over` and `passkey-refused`. */
  async finishRegistration(ceremony: string, ownerId: string, response: unknown): Promise<RegisteredPasskey> {
    const { challenge, owner } = this.#registrations.take(ceremony)
    if (owner !== ownerId) throw new IdentityError('ceremony-over', 'this registration was begun for somebody else')
    const { origin, id } = this.#parts.relyingParty()
    const verified = await refusing(() =>
      verifyRegistrationResponse({
        response: plainRegistration(response),
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: id,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    )
    // Some ways to fail are told and not thrown.
    if (!verified.verified) throw new IdentityError('passkey-refused', 'the new passkey proves nothing')
    const { credential, aaguid, credentialBackedUp } = verified.registrationInfo
    return {
      credentialId: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: credential.transports ?? [],
      aaguid,
      backedUp: credentialBackedUp,
    }
  }

  /** Asks for an assertion; of one of `allowed`, or of whichever passkey the authenticator has for us. */
  async beginAssertion(
    purpose: PasskeyPurpose,
    allowed: readonly StoredPasskey[] = [],
  ): Promise<{ readonly ceremony: string; readonly options: PublicKeyCredentialRequestOptionsJSON }> {
    const options = await generateAuthenticationOptions({
      rpID: this.#parts.relyingParty().id,
      challenge: this.#parts.randomBytes(CHALLENGE_BYTES) as Uint8Array<ArrayBuffer>,
      timeout: TIMEOUT_MS,
      userVerification: 'required',
      allowCredentials: allowed.map(({ credentialId }) => ({ id: credentialId })),
    })
    return { ceremony: this.#assertions.begin({ challenge: options.challenge, purpose }), options }
  }

  /**
   * Checks an assertion by the passkey that `find` has for its credential id. Throws IdentityError `ceremony-over`,
   * `passkey-unknown`, `passkey-refused`, and `passkey-cloned` where the counter does not go up.
   */
  async finishAssertion<P extends StoredPasskey>(
    ceremony: string,
    purpose: PasskeyPurpose,
    response: unknown,
    find: (credentialId: string) => Promise<P | undefined>,
  ): Promise<{ readonly passkey: P; readonly counter: number; readonly backedUp: boolean }> {
    const begun = this.#assertions.take(ceremony)
    if (begun.purpose !== purpose) throw new IdentityError('ceremony-over', 'this was asked for something else')
    const answer = await refusing(() => plainAssertion(response))
    const passkey = await find(answer.id)
    if (passkey === undefined) throw new IdentityError('passkey-unknown', 'nobody here has this passkey')
    const { origin, id } = this.#parts.relyingParty()
    const { verified, authenticationInfo } = await refusing(() =>
      verifyAuthenticationResponse({
        response: answer,
        expectedChallenge: begun.challenge,
        expectedOrigin: origin,
        expectedRPID: id,
        requireUserVerification: true,
        credential: {
          id: passkey.credentialId,
          publicKey: new Uint8Array(passkey.publicKey),
          // Ours is the comparison below, which tells a clone from a bad signature.
          counter: 0,
        },
      }),
    )
    if (!verified) throw new IdentityError('passkey-refused', 'the passkey’s answer proves nothing')
    const { newCounter: counter, credentialBackedUp: backedUp } = authenticationInfo
    // §6.1.1: zero on both sides is an authenticator that does not count.
    if ((counter !== 0 || passkey.counter !== 0) && counter <= passkey.counter) {
      throw new IdentityError('passkey-cloned', 'the passkey’s counter did not go up: there may be a copy of it')
    }
    return { passkey, counter, backedUp }
  }
}

/** The library throws for most ways to fail; all of them mean the same to the caller. */
async function refusing<T>(verify: () => T | Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (cause) {
    throw new IdentityError('passkey-refused', 'the passkey’s answer proves nothing', { cause })
  }
}
