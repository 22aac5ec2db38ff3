import { keyFromPoint, rsaKeyFromNumbers } from '@sallyport/ssh/keys'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { type CborValue, readCbor } from './cbor.ts'

/** Longest parts of an answer, in characters of base64url. Credential ids have 1,023 bytes at most (WebAuthn §4). */
const ID_MAX = 1364
const CLIENT_DATA_MAX = 4096
const ATTESTATION_MAX = 8192
const AUTHENTICATOR_DATA_MAX = 2048
/** A signature of RSA with 4,096 bits has 683; no authenticator has longer keys. */
const SIGNATURE_MAX = 1024
const RSA_MODULUS_MAX_BYTES = 512

const RP_ID_HASH_BYTES = 32
/** Hash, flags and counter (WebAuthn §6.1). */
const HEAD_BYTES = 37
const AAGUID_BYTES = 16
const CREDENTIAL_ID_MAX = 1023
const ATTESTED = 0x40
const EXTENSIONS = 0x80

/** How a passkey may be reached, by the names that browsers give (WebAuthn §5.8.4). */
const TRANSPORTS = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal', 'cable'] as const

/** Head and tail of an attestation object that attests nothing: `{fmt: "none", attStmt: {}, authData: …}`. */
const NO_ATTESTATION = Uint8Array.fromHex('a363666d74646e6f6e656761747453746d74a0686175746844617461')

/** Why an answer is not looked at any further. */
class FormError extends Error {}

type Fields = Readonly<Record<string, unknown>>

/**
 * The answer to a registration, reduced to what is looked at: bounded in length and depth, with a key that can be used, and
 * without a statement about its make, which nobody asked for and whose certificates nobody has to read. Throws.
 */
export function plainRegistration(answer: unknown): RegistrationResponseJSON {
  const { id, clientDataJSON, response } = plainAnswer(answer)
  const attestation = readCbor(bytesOf(response, 'attestationObject', ATTESTATION_MAX)).value
  const authenticatorData = attestation instanceof Map ? (attestation.get('authData') as CborValue) : undefined
  if (!(authenticatorData instanceof Uint8Array)) throw new FormError('there are no authenticator data')
  requireRegisteredKey(authenticatorData)
  const { transports } = response
  const known = Array.isArray(transports) ? TRANSPORTS.filter((each) => transports.includes(each)) : []
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON,
      attestationObject: base64url(withoutAttestation(authenticatorData)),
      transports: known,
    },
  }
}

/** The answer to an assertion, likewise. Throws. */
export function plainAssertion(answer: unknown): AuthenticationResponseJSON {
  const { id, clientDataJSON, response } = plainAnswer(answer)
  const authenticatorData = bytesOf(response, 'authenticatorData', AUTHENTICATOR_DATA_MAX)
  const flags = flagsOf(authenticatorData)
  if ((flags & ATTESTED) !== 0) throw new FormError('no credential is made when one signs in')
  requireExtensions(authenticatorData, HEAD_BYTES, flags)
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON,
      authenticatorData: base64url(authenticatorData),
      signature: base64url(bytesOf(response, 'signature', SIGNATURE_MAX)),
    },
  }
}

function plainAnswer(answer: unknown): {
  readonly id: string
  readonly clientDataJSON: string
  readonly response: Fields
} {
  const { id, rawId, type, response } = fieldsOf(answer)
  if (typeof id !== 'string' || id !== rawId || type !== 'public-key') throw new FormError('it is no public key’s')
  requireBase64url(id, ID_MAX)
  const fields = fieldsOf(response)
  const clientData = bytesOf(fields, 'clientDataJSON', CLIENT_DATA_MAX)
  requireOwnFrame(clientData)
  return { id, clientDataJSON: base64url(clientData), response: fields }
}

/** No page of ours is shown inside of another site's (WebAuthn §7.1, step 9): whoever answers from there was led. */
function requireOwnFrame(clientData: Uint8Array): void {
  const { crossOrigin, topOrigin } = fieldsOf(
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(clientData)) as unknown,
  )
  if ((crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined) {
    throw new FormError('it was asked inside of another site')
  }
}

function requireRegisteredKey(data: Uint8Array): void {
  const flags = flagsOf(data)
  if ((flags & ATTESTED) === 0) throw new FormError('no credential was made')
  const lengthAt = HEAD_BYTES + AAGUID_BYTES
  if (data.length < lengthAt + 2) throw new FormError('the authenticator data end early')
  const length = new DataView(data.buffer, data.byteOffset).getUint16(lengthAt)
  const keyAt = lengthAt + 2 + length
  if (length === 0 || length > CREDENTIAL_ID_MAX || keyAt > data.length) throw new FormError('no credential id')
  const { value, end } = readCbor(data, keyAt)
  requireUsableKey(value)
  requireExtensions(data, end, flags)
}

function requireExtensions(data: Uint8Array, start: number, flags: number): void {
  let end = start
  if ((flags & EXTENSIONS) !== 0) {
    const extensions = readCbor(data, start)
    if (!(extensions.value instanceof Map)) throw new FormError('extensions are a map')
    end = extensions.end
  }
  if (end !== data.length) throw new FormError('something stands behind the authenticator data')
}

/**
 * COSE keys of the three algorithms that are asked for (RFC 9053), held to what SSH keys are held to: on the curve, of no
 * small order, and no RSA that is weak or dear to compute with (V-A12, V-A24, V-A26).
 */
function requireUsableKey(value: CborValue): void {
  const key: ReadonlyMap<unknown, unknown> = value instanceof Map ? value : new Map()
  const [type, algorithm, curveOrModulus, first, second] = [1, 3, -1, -2, -3].map((label) => key.get(label))
  const number = (candidate: unknown, length?: number): Uint8Array => {
    if (!(candidate instanceof Uint8Array) || (length !== undefined && candidate.length !== length)) {
      throw new FormError('a number of the key is missing, or has another length')
    }
    return candidate
  }
  if (type === 2 && algorithm === -7 && curveOrModulus === 1) {
    const point = Uint8Array.of(4, ...number(first, 32), ...number(second, 32))
    keyFromPoint('ecdsa-sha2-nistp256', point)
  } else if (type === 1 && algorithm === -8 && curveOrModulus === 6) {
    keyFromPoint('ssh-ed25519', number(first, 32))
  } else if (type === 3 && algorithm === -257) {
    const modulus = number(curveOrModulus)
    if (modulus.length > RSA_MODULUS_MAX_BYTES) throw new FormError('an RSA key is longer than any authenticator has')
    rsaKeyFromNumbers(number(first), modulus)
  } else throw new FormError('the key is of none of the kinds that were asked for')
}

function flagsOf(data: Uint8Array): number {
  if (data.length < HEAD_BYTES) throw new FormError('the authenticator data end early')
  return data[RP_ID_HASH_BYTES] ?? 0
}

function withoutAttestation(data: Uint8Array): Uint8Array {
  const length = Uint8Array.of(0x59, data.length >> 8, data.length & 0xff)
  return Uint8Array.of(...NO_ATTESTATION, ...length, ...data)
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FormError('it is no object')
  return value as Fields
}

function bytesOf(fields: Fields, name: string, max: number): Uint8Array {
  const text = fields[name]
  if (typeof text !== 'string') throw new FormError(`${name} is missing`)
  requireBase64url(text, max)
  return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
}

function requireBase64url(text: string, max: number): void {
  if (text.length > max || !/^[A-Za-z0-9_-]+$/.test(text)) throw new FormError('it is no base64url, or too long')
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}
