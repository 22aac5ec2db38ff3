/** What a browser and an authenticator answer, layer by layer, so that mutations of the inner ones get past the outer. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
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
  sha256,
  utf8,
  VERIFIED,
} from '../testing/webauthn-bytes.ts'
import { PasskeyCeremonies, type RegisteredPasskey } from './passkey-ceremonies.ts'

const ORIGIN = 'https://gw.example:8443'
const RP_ID = 'gw.example'
const EXTENSIONS = 0x80
const MADE = PRESENT | VERIFIED | ATTESTED
const owner = { id: 'usr_aaaaaaaaaaaaaaaa', name: 'alice', displayName: '' }
const text = new TextDecoder()

/** The same keys in every run, so that a corpus keeps its meaning: RFC 8410 and SEC 1 around fixed numbers. */
const der = (head: string, fill: number, tail: string, type: 'pkcs8' | 'sec1') =>
  createPrivateKey({
    key: Buffer.from(concat(Uint8Array.fromHex(head), new Uint8Array(32).fill(fill), Uint8Array.fromHex(tail))),
    format: 'der',
    type,
  })
const ed25519 = der('302e020100300506032b657004220420', 1, '', 'pkcs8')
const ecdsa = der('30310201010420', 3, 'a00a06082a8648ce3d030107', 'sec1')
const credentialId = base64url(new Uint8Array(16).fill(7))

const ceremonies = new PasskeyCeremonies({
  relyingParty: () => ({ id: RP_ID, name: 'Sallyport', origin: ORIGIN }),
  // The same challenge and the same name each time: a corpus would be of no use otherwise.
  randomBytes: (size) => new Uint8Array(size).fill(9),
  now: () => 0,
})
const challenge = base64url(new Uint8Array(32).fill(9))
const authenticator = new SoftAuthenticator(ORIGIN, { key: ed25519, credentialId })
const made = authenticator.clientData('webauthn.create', challenge)
const shown = authenticator.clientData('webauthn.get', challenge)

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`oracle: ${what}`)
}

/** What `run` gives, or undefined where it is refused as it may be. */
async function attempt<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof IdentityError && error.code.startsWith('passkey-')) return undefined
    throw error
  }
}

function envelope(response: object, id = credentialId): object {
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
}

/** A passkey of whatever is answered to a registration; what comes of it is held to what was asked for. */
async function register(answer: unknown): Promise<RegisteredPasskey | undefined> {
  const { ceremony } = await ceremonies.beginRegistration(owner, [])
  const passkey = await attempt(() => ceremonies.finishRegistration(ceremony, owner.id, answer))
  if (passkey === undefined) return undefined
  const { response } = answer as { response: { clientDataJSON: string } }
  requireClientData(Buffer.from(response.clientDataJSON, 'base64url'), 'webauthn.create')
  demand(passkey.transports.length <= 7, 'transports that there are')
  demand(passkey.publicKey.length <= 600 && passkey.credentialId.length <= 1364, 'bounded')
  return passkey
}

async function registerData(data: Uint8Array): Promise<void> {
  const response = { clientDataJSON: base64url(made), attestationObject: base64url(attestationObject(data)) }
  const passkey = await register(envelope(response))
  if (passkey === undefined) return
  demand(Buffer.compare(data.subarray(0, 32), sha256(RP_ID)) === 0, 'for this party')
  demand(((data[32] ?? 0) & MADE) === MADE, 'present, verified, made')
  const length = ((data[53] ?? 0) << 8) | (data[54] ?? 0)
  demand(passkey.credentialId === base64url(data.subarray(55, 55 + length)), 'the id that the authenticator made')
}

/** Whether an answer signs in, with the Ed25519 passkey unless told. */
async function signsIn(answer: unknown, key = ed25519, counter = 0): Promise<boolean> {
  const { ceremony } = await ceremonies.beginAssertion('sign-in')
  const passkey = { credentialId, publicKey: coseKeyOf(createPublicKey(key)), counter, transports: [] }
  const find = async (id: string) => (id === credentialId ? passkey : undefined)
  return (await attempt(() => ceremonies.finishAssertion(ceremony, 'sign-in', answer, find))) !== undefined
}

/** The readable twin of what is asked of client data. */
function requireClientData(bytes: Uint8Array, type: string): void {
  const data = JSON.parse(text.decode(bytes)) as Record<string, unknown>
  demand(data['type'] === type && data['challenge'] === challenge && data['origin'] === ORIGIN, 'for this ceremony')
  demand(data['crossOrigin'] === undefined || data['crossOrigin'] === false, 'from our own page')
}

const credential = attestedCredential(new Uint8Array(16).fill(7), coseKeyOf(createPublicKey(ecdsa)))
const extension = concat(Uint8Array.of(0xa1), cborText('credProtect'), Uint8Array.of(0x02))
const registered = authenticatorData(RP_ID, MADE, 0, credential)
const extended = authenticatorData(RP_ID, MADE | EXTENSIONS, 0, concat(credential, extension))
const asserted = authenticatorData(RP_ID, PRESENT | VERIFIED, 7)
const rsaKey = concat(
  Uint8Array.of(0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20),
  cborBytes(new Uint8Array(256).fill(0xff)),
  Uint8Array.of(0x21, 0x43, 0x01, 0x00, 0x01),
)
const packed = concat(Uint8Array.of(0xa2), cborText('alg'), Uint8Array.of(0x27), cborText('sig'), cborBytes(made))
const signed = authenticator.signed(asserted, shown) as { response: { signature: string } }
const goodSignature = Uint8Array.fromBase64(signed.response.signature, { alphabet: 'base64url' })
const byEcdsa = new SoftAuthenticator(ORIGIN, { key: ecdsa, credentialId }).signed(asserted, shown) as typeof signed

export const fuzzTargets = [
  {
    name: 'identity/passkeys/registration',
    seeds: [
      utf8(
        JSON.stringify(
          envelope({
            clientDataJSON: base64url(made),
            attestationObject: base64url(attestationObject(registered)),
            transports: ['internal', 'hybrid'],
          }),
        ),
      ),
    ],
    async run(input: Uint8Array): Promise<void> {
      await register(json(input))
    },
  },
  {
    name: 'identity/passkeys/attestation-object',
    seeds: [attestationObject(registered), attestationObject(extended, 'packed', packed)],
    async run(input: Uint8Array): Promise<void> {
      await register(envelope({ clientDataJSON: base64url(made), attestationObject: base64url(input) }))
    },
  },
  { name: 'identity/passkeys/authenticator-data', seeds: [registered, extended], run: registerData },
  {
    name: 'identity/passkeys/cose-key',
    seeds: [coseKeyOf(createPublicKey(ecdsa)), coseKeyOf(createPublicKey(ed25519)), rsaKey],
    async run(input: Uint8Array): Promise<void> {
      await registerData(authenticatorData(RP_ID, MADE, 0, attestedCredential(new Uint8Array(16).fill(7), input)))
    },
  },
  {
    name: 'identity/passkeys/extensions',
    seeds: [extension, Uint8Array.of(0xa0)],
    async run(input: Uint8Array): Promise<void> {
      await registerData(authenticatorData(RP_ID, MADE | EXTENSIONS, 0, concat(credential, input)))
      const data = authenticatorData(RP_ID, PRESENT | VERIFIED | EXTENSIONS, 7, input)
      await signsIn(authenticator.signed(data, shown))
    },
  },
  {
    name: 'identity/passkeys/client-data',
    seeds: [made, shown, authenticator.clientData('webauthn.get', challenge, { crossOrigin: true })],
    async run(input: Uint8Array): Promise<void> {
      const object = base64url(attestationObject(registered))
      await register(envelope({ clientDataJSON: base64url(input), attestationObject: object }))
      // Signed, so that nothing but what it says can be wrong.
      if (await signsIn(authenticator.signed(asserted, input))) requireClientData(input, 'webauthn.get')
    },
  },
  {
    name: 'identity/passkeys/signed-data',
    seeds: [
      asserted,
      authenticatorData(RP_ID, PRESENT | VERIFIED | EXTENSIONS, 7, extension),
      authenticatorData(RP_ID, PRESENT, 7),
    ],
    async run(input: Uint8Array): Promise<void> {
      if (!(await signsIn(authenticator.signed(input, shown), ed25519, 3))) return
      demand(Buffer.compare(input.subarray(0, 32), sha256(RP_ID)) === 0, 'for this party')
      const flags = input[32] ?? 0
      demand((flags & MADE) === (PRESENT | VERIFIED), 'present, verified, nothing made')
      demand((flags & EXTENSIONS) !== 0 || input.length === 37, 'nothing left over')
      demand(Buffer.from(input).readUInt32BE(33) > 3, 'the counter went up')
    },
  },
  {
    name: 'identity/passkeys/assertion',
    seeds: [utf8(JSON.stringify(signed))],
    async run(input: Uint8Array): Promise<void> {
      const answer = json(input)
      if (!(await signsIn(answer))) return
      const { response } = answer as { response: Record<string, string> }
      const bytes = (name: string) => Buffer.from(response[name] ?? '', 'base64url')
      demand(Buffer.compare(bytes('authenticatorData'), asserted) === 0, 'nothing but what was signed')
      demand(Buffer.compare(bytes('clientDataJSON'), shown) === 0, 'nothing but what was signed')
      demand(Buffer.compare(bytes('signature'), goodSignature) === 0, 'and as it was signed')
    },
  },
  {
    name: 'identity/passkeys/signature',
    seeds: [goodSignature, Uint8Array.fromBase64(byEcdsa.response.signature, { alphabet: 'base64url' })],
    async run(input: Uint8Array): Promise<void> {
      const answer = (data: Uint8Array) =>
        envelope({
          clientDataJSON: base64url(shown),
          authenticatorData: base64url(data),
          signature: base64url(input),
        })
      if (await signsIn(answer(asserted))) demand(Buffer.compare(input, goodSignature) === 0, 'the one signature')
      await signsIn(answer(asserted), ecdsa)
      // The same one after another counter: signed by nobody.
      const other = authenticatorData(RP_ID, PRESENT | VERIFIED, 8)
      for (const key of [ed25519, ecdsa]) demand(!(await signsIn(answer(other), key)), 'what nobody signed')
    },
  },
]

function json(input: Uint8Array): unknown {
  try {
    return JSON.parse(text.decode(input)) as unknown
  } catch {
    return undefined
  }
}
