import { createHash } from 'node:crypto'
import { ByteReader, ByteWriter, concatBytes, DecodeError, utf8Bytes } from '@sallyport/wire'
import { base64url } from './encodings.ts'
import type { SkEcdsaKey, SkEd25519Key } from './plain-key.ts'

/** What a security key says beside its signature, PROTOCOL.u2f. True only once the signature is verified. */
export interface SkSignatureFacts {
  readonly flags: number
  /** Signatures made so far; going back hints at a cloned key. Many authenticators always say 0. */
  readonly counter: number
  /** The user touched the key. */
  readonly userPresent: boolean
  /** The user gave a PIN or a biometric. */
  readonly userVerified: boolean
  /** WebAuthn only: the origin that the browser saw. */
  readonly origin?: string
}

const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const ATTESTED_CREDENTIAL_DATA = 0x40
const EXTENSION_DATA = 0x80

/** What stands behind the algorithm and the inner signature in a security key's signature blob. */
export interface SkTail {
  readonly flags: number
  readonly counter: number
  readonly webauthn?: WebauthnTail
}

interface WebauthnTail {
  readonly origin: string
  readonly clientData: Uint8Array
  readonly extensions: Uint8Array
}

/** Browsers' client data is 150 bytes and the base64 of a userauth request (a certificate included) long. */
const CLIENT_DATA_MAX_BYTES = 65_536
const ORIGIN_MAX_BYTES = 1024

/** Reads the tail, to the end of the blob. Throws DecodeError. */
export function readSkTail(reader: ByteReader, webauthn: boolean): SkTail {
  const flags = reader.u8('signature.flags')
  const counter = reader.u32('signature.counter')
  if (!webauthn) return { flags, counter }
  const origin = reader.text('signature.origin', ORIGIN_MAX_BYTES)
  const clientData = reader.string('signature.client-data', CLIENT_DATA_MAX_BYTES)
  const extensions = reader.string('signature.extensions', CLIENT_DATA_MAX_BYTES)
  return { flags, counter, webauthn: { origin, clientData, extensions } }
}

export function factsOf(tail: SkTail): SkSignatureFacts {
  const { flags, counter, webauthn } = tail
  return {
    flags,
    counter,
    userPresent: (flags & USER_PRESENT) !== 0,
    userVerified: (flags & USER_VERIFIED) !== 0,
    ...(webauthn === undefined ? {} : { origin: webauthn.origin }),
  }
}

/** What the security key itself signed when asked for `data`, or undefined where the client data does not say `data`. */
export function skSignedBytes(key: SkEd25519Key | SkEcdsaKey, tail: SkTail, data: Uint8Array): Uint8Array | undefined {
  const { flags, counter, webauthn } = tail
  if (webauthn !== undefined && !isClientDataFor(data, flags, webauthn)) return undefined
  const head = new ByteWriter()
    .bytes(sha256(utf8Bytes(key.application)))
    .u8(flags)
    .u32(counter)
    .finish()
  return concatBytes(head, webauthn?.extensions ?? new Uint8Array(), sha256(webauthn?.clientData ?? data))
}

/**
 * Whether a browser's client data is for this data. Its beginning has one form (WebAuthn §5.8.1.1), so it is
 * compared, not parsed; what follows the origin (crossOrigin, extensions) is not looked at, as in OpenSSH.
 */
function isClientDataFor(data: Uint8Array, flags: number, { origin, clientData, extensions }: WebauthnTail): boolean {
  // anything that JSON would escape could end the origin early and forge what follows
  if (/["\\]/.test(origin) || hasControlCharacter(origin)) return false
  // no new credential is made when one signs, and extensions are there exactly when announced
  if ((flags & ATTESTED_CREDENTIAL_DATA) !== 0) return false
  if (((flags & EXTENSION_DATA) !== 0) !== extensions.length > 0) return false
  const expected = utf8Bytes(`{"type":"webauthn.get","challenge":"${base64url(data)}","origin":"${origin}"`)
  return clientData.length > expected.length && expected.every((byte, at) => clientData[at] === byte)
}

function hasControlCharacter(text: string): boolean {
  return utf8Bytes(text).some((byte) => byte < 0x20 || byte === 0x7f)
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

/** Flags and counter of a security key's signature blob, not verified; undefined when it is not one. Never throws. */
export function decodeSkSignatureFacts(signature: Uint8Array): SkSignatureFacts | undefined {
  try {
    const reader = new ByteReader(signature)
    const algorithm = reader.text('signature.algorithm')
    const webauthn = algorithm.startsWith('webauthn-sk-')
    if (!webauthn && !algorithm.startsWith('sk-')) return undefined
    reader.string('signature.value')
    const tail = readSkTail(reader, webauthn)
    reader.end('signature')
    return factsOf(tail)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
