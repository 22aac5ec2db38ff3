import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { IdentityError } from '../errors.ts'
import { SoftAuthenticator } from '../testing/soft-authenticator.ts'
import {
  ATTESTED,
  attestationObject,
  attestedCredential,
  authenticatorData,
  base64url,
  cborBytes,
  cborText,
  concat,
  coseKeyOf,
  PRESENT,
  VERIFIED,
} from '../testing/webauthn-bytes.ts'
import { PasskeyCeremonies, type RegisteredPasskey } from './passkey-ceremonies.ts'

const ORIGIN = 'https://gw.example:8443'
const RP_ID = 'gw.example'
const EXTENSIONS = 0x80
const MADE = PRESENT | VERIFIED | ATTESTED
const alice = { id: 'usr_aaaaaaaaaaaaaaaa', name: 'alice', displayName: '' }
const refused = (error: unknown) => error instanceof IdentityError && error.code === 'passkey-refused'
const id = randomBytes(16)
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const usualKey = coseKeyOf(p256.publicKey)

const ceremonies = new PasskeyCeremonies({
  relyingParty: () => ({ id: RP_ID, name: 'Sallyport', origin: ORIGIN }),
  randomBytes: (size) => new Uint8Array(randomBytes(size)),
  now: () => 0,
})

interface Answer {
  readonly response: Record<string, unknown>
}

/** A registration by a well-behaved browser, but for what `change` does to it. */
async function register(
  change: (answer: Answer) => object,
  authenticator = new SoftAuthenticator(ORIGIN),
): Promise<RegisteredPasskey> {
  const { ceremony, options } = await ceremonies.beginRegistration(alice, [])
  return ceremonies.finishRegistration(ceremony, alice.id, change(authenticator.create(options) as Answer))
}
const having = (fields: object) => (answer: Answer) => ({ ...answer, response: { ...answer.response, ...fields } })
const attesting = (object: Uint8Array) => register(having({ attestationObject: base64url(object) }))
const withData = (data: Uint8Array) => attesting(attestationObject(data))
const withKey = (key: Uint8Array) => withData(authenticatorData(RP_ID, MADE, 0, attestedCredential(id, key)))

async function signIn(authenticator: SoftAuthenticator, passkey: RegisteredPasskey, data: Uint8Array): Promise<void> {
  const { ceremony, options } = await ceremonies.beginAssertion('sign-in')
  const answer = authenticator.signed(data, authenticator.clientData('webauthn.get', options.challenge))
  await ceremonies.finishAssertion(ceremony, 'sign-in', answer, async () => passkey)
}

test('keys of all three kinds that are asked for are registered and sign in', async () => {
  const kinds: readonly KeyObject[] = [
    p256.privateKey,
    generateKeyPairSync('ed25519').privateKey,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ]
  for (const key of kinds) {
    const authenticator = new SoftAuthenticator(ORIGIN, { key })
    const passkey = await register((answer) => answer, authenticator)
    assert.deepEqual(passkey.publicKey, coseKeyOf(createPublicKey(key)))
    await signIn(authenticator, passkey, authenticatorData(RP_ID, PRESENT | VERIFIED, 1))
    const other = { ...passkey, publicKey: coseKeyOf(generateKeyPairSync('ed25519').publicKey) }
    await assert.rejects(signIn(authenticator, other, authenticatorData(RP_ID, PRESENT | VERIFIED, 1)), refused)
  }
})

test('a statement about the make of an authenticator is not read, whatever certificates it has', async () => {
  const data = authenticatorData(RP_ID, MADE, 0, attestedCredential(id, usualKey))
  const certificate = concat(Uint8Array.of(0xa1), cborText('x5c'), Uint8Array.of(0x81), cborBytes(randomBytes(300)))
  for (const format of ['packed', 'apple', 'tpm', 'android-key', 'nonsense']) {
    const { credentialId } = await attesting(attestationObject(data, format, certificate))
    assert.equal(credentialId, base64url(id), format)
  }
})

test('V-F07 keys that are off the curve, of small order, weak, dear, or of another kind are not registered', async () => {
  const offCurve = usualKey.slice()
  offCurve[offCurve.length - 1] = (offCurve.at(-1) ?? 0) ^ 1
  const rsa = (bytes: number, exponent: readonly number[]) => {
    const modulus = new Uint8Array(bytes).fill(0xff)
    const head = Uint8Array.of(0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20)
    return concat(head, cborBytes(modulus), Uint8Array.of(0x21), cborBytes(Uint8Array.from(exponent)))
  }
  const ed25519 = coseKeyOf(generateKeyPairSync('ed25519').publicKey)
  const keys: Readonly<Record<string, Uint8Array>> = {
    'off the curve': offCurve,
    'small order': concat(ed25519.subarray(0, -32), Uint8Array.of(1), new Uint8Array(31)),
    'RSA of 1024 bits': rsa(128, [1, 0, 1]),
    'RSA of 8192 bits': rsa(1024, [1, 0, 1]),
    'RSA with exponent 1': rsa(256, [1]),
    'RSA with an even exponent': rsa(256, [1, 0, 0]),
    'ES256 with the curve of Ed25519': usualKey.with(6, 6),
    'an algorithm nobody asked for': usualKey.with(4, 0x27),
    'no map': Uint8Array.of(0x80),
    'no numbers': Uint8Array.of(0xa3, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01),
  }
  await withKey(usualKey)
  await withKey(rsa(256, [1, 0, 1]))
  for (const [name, key] of Object.entries(keys)) await assert.rejects(withKey(key), refused, name)
})

test('V-F07 authenticator data with something missing, left over, or nested without an end are refused', async () => {
  const credential = attestedCredential(id, usualKey)
  const extension = concat(Uint8Array.of(0xa1), cborText('credProtect'), Uint8Array.of(0x02))
  const deep = concat(Uint8Array.of(0xa1), cborText('x'), new Uint8Array(1500).fill(0x81), Uint8Array.of(0x00))
  const whole = authenticatorData(RP_ID, MADE, 0, credential)
  await withData(whole)
  await withData(authenticatorData(RP_ID, MADE | EXTENSIONS, 0, concat(credential, extension)))
  for (let length = 0; length < whole.length; length++)
    await assert.rejects(withData(whole.subarray(0, length)), refused, `${length} bytes`)
  const wrong: Readonly<Record<string, Uint8Array>> = {
    'a byte behind it': concat(whole, Uint8Array.of(0)),
    'extensions that are not announced': concat(whole, extension),
    'extensions that are announced and missing': authenticatorData(RP_ID, MADE | EXTENSIONS, 0, credential),
    'extensions that are a number': authenticatorData(
      RP_ID,
      MADE | EXTENSIONS,
      0,
      concat(credential, Uint8Array.of(0x07)),
    ),
    'extensions without a bottom': authenticatorData(RP_ID, MADE | EXTENSIONS, 0, concat(credential, deep)),
    'no credential': authenticatorData(RP_ID, PRESENT | VERIFIED, 0),
    'no credential id': authenticatorData(RP_ID, MADE, 0, attestedCredential(new Uint8Array(), usualKey)),
    'an id of 1,024 bytes': authenticatorData(RP_ID, MADE, 0, attestedCredential(new Uint8Array(1024), usualKey)),
    'a length of 4 GB': authenticatorData(
      RP_ID,
      MADE,
      0,
      attestedCredential(id, Uint8Array.of(0xba, 0xff, 0xff, 0xff, 0xff)),
    ),
  }
  for (const [name, data] of Object.entries(wrong)) await assert.rejects(withData(data), refused, name)
  await assert.rejects(attesting(new Uint8Array(5000).fill(0x81)), refused, 'an attestation object without a bottom')
})

test('V-F07 whoever answers from inside of another site is refused', async () => {
  const { ceremony, options } = await ceremonies.beginRegistration(alice, [])
  const authenticator = new SoftAuthenticator(ORIGIN)
  const framed = authenticator.create(options, { crossOrigin: true })
  await assert.rejects(ceremonies.finishRegistration(ceremony, alice.id, framed), refused)
  const passkey = await register((answer) => answer, authenticator)
  const begun = await ceremonies.beginAssertion('sign-in')
  await assert.rejects(
    ceremonies.finishAssertion(
      begun.ceremony,
      'sign-in',
      authenticator.get(begun.options, { crossOrigin: true }),
      async () => passkey,
    ),
    refused,
  )
})

test('V-F07 an assertion with a credential in it, or with what nobody announced, is refused though it is signed', async () => {
  const authenticator = new SoftAuthenticator(ORIGIN)
  const passkey = await register((answer) => answer, authenticator)
  const flags = PRESENT | VERIFIED
  await signIn(authenticator, passkey, authenticatorData(RP_ID, flags | EXTENSIONS, 1, Uint8Array.of(0xa0)))
  for (const data of [
    authenticatorData(RP_ID, flags | ATTESTED, 1, attestedCredential(id, usualKey)),
    authenticatorData(RP_ID, flags, 1, Uint8Array.of(0xa0)),
    authenticatorData(RP_ID, flags | EXTENSIONS, 1),
    authenticatorData(RP_ID, flags, 1).subarray(0, 36),
  ])
    await assert.rejects(signIn(authenticator, passkey, data), refused)
})

test('of transports only those that there are get into the store', async () => {
  const kept = async (transports: unknown) => (await register(having({ transports }))).transports
  assert.deepEqual(await kept(['internal', 'x'.repeat(50_000), 7, 'usb', 'usb', null]), ['usb', 'internal'])
  for (const odd of [undefined, 'usb', { length: 3 }, [['usb']]]) assert.deepEqual(await kept(odd), [])
})

test('texts that are no base64url, or longer than there is a reason for, are refused', async () => {
  await assert.rejects(register(having({ clientDataJSON: 'e30=' })), refused)
  await assert.rejects(register(having({ clientDataJSON: base64url(new Uint8Array(4000).fill(0x20)) })), refused)
  await assert.rejects(attesting(new Uint8Array(7000)), refused)
  await assert.rejects(
    register((answer) => ({ ...answer, id: 'a'.repeat(2000), rawId: 'a'.repeat(2000) })),
    refused,
  )
})
