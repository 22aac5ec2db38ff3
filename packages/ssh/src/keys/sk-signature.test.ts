import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { ByteReader, ByteWriter, concatBytes, utf8Bytes } from '@sallyport/wire'
import { KeygenDirectory, missingTool } from '../testing/ssh-keygen.ts'
import { issueCertificate } from './certificate-issue.ts'
import { keyFromPoint, type PlainKey } from './plain-key.ts'
import { generatePrivateKey, type PrivateKey } from './private-key.ts'
import { formatPublicKey, type PublicKey } from './public-key.ts'
import { verifySignature, verifySkSignature } from './signature.ts'
import { decodeSkSignatureFacts } from './sk-signature.ts'

/*
 * No hardware here: a security key is a software key that signs what PROTOCOL.u2f says the authenticator signs,
 *     sha256(application) | flags | counter | extensions (WebAuthn) | sha256(data, or the client data)
 */
interface SoftwareSecurityKey {
  readonly publicKey: PlainKey
  readonly algorithm: string
  readonly inner: PrivateKey
}

const APPLICATION = 'ssh:'
const PRESENT = 0x01
const VERIFIED = 0x04
const data = utf8Bytes('session id and request')

function securityKey(type: 'ssh-ed25519' | 'ecdsa-sha2-nistp256'): SoftwareSecurityKey {
  const inner = generatePrivateKey(type)
  const { publicKey } = inner
  assert.ok('point' in publicKey)
  const algorithm = type === 'ssh-ed25519' ? 'sk-ssh-ed25519@openssh.com' : 'sk-ecdsa-sha2-nistp256@openssh.com'
  return { publicKey: keyFromPoint(algorithm, publicKey.point, APPLICATION), algorithm, inner }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function innerSignature(key: SoftwareSecurityKey, signed: Uint8Array): Uint8Array {
  const reader = new ByteReader(key.inner.sign(key.inner.algorithms[0] ?? '', signed))
  reader.string()
  return reader.string()
}

function skSign(
  key: SoftwareSecurityKey,
  flags: number,
  counter = 5,
  application = APPLICATION,
  message = data,
): Uint8Array {
  const facts = new ByteWriter().u8(flags).u32(counter).finish()
  const value = innerSignature(key, concatBytes(sha256(utf8Bytes(application)), facts, sha256(message)))
  return new ByteWriter().string(key.algorithm).string(value).bytes(facts).finish()
}

const ed25519 = securityKey('ssh-ed25519')
const ecdsa = securityKey('ecdsa-sha2-nistp256')

for (const key of [ed25519, ecdsa]) {
  const check = (signature: Uint8Array, publicKey: PublicKey = key.publicKey) =>
    verifySignature(publicKey, key.algorithm, data, signature)

  test(`a signature of ${key.algorithm} counts for its data, key and application`, () => {
    const signature = skSign(key, PRESENT)
    assert.equal(check(signature), true)
    assert.equal(verifySignature(key.publicKey, key.algorithm, data.subarray(1), signature), false)
    assert.equal(check(skSign(key, PRESENT, 5, 'other:')), false)
    assert.equal(check(signature, key.inner.publicKey), false)
  })

  test(`V-B11 ${key.algorithm} without user presence is false unless the caller waives it`, () => {
    for (const flags of [0, VERIFIED, 0xfe]) assert.equal(check(skSign(key, flags)), false)
    const untouched = skSign(key, 0)
    const verify = (demand: object) => verifySkSignature(key.publicKey, key.algorithm, data, untouched, demand)
    assert.equal(verify({}), false)
    assert.equal(verify({ presence: true }), false)
    assert.equal(verify({ presence: false }), true)
  })

  test(`V-B11 ${key.algorithm} without user verification is false where it is demanded`, () => {
    const verify = (flags: number) =>
      verifySkSignature(key.publicKey, key.algorithm, data, skSign(key, flags), { verification: true })
    assert.equal(verify(PRESENT), false)
    assert.equal(verify(VERIFIED), false)
    assert.equal(verify(PRESENT | VERIFIED), true)
  })

  test(`V-B11 flags and counter of ${key.algorithm} are told, and covered by the signature`, () => {
    const signature = skSign(key, PRESENT | VERIFIED, 77)
    const facts = decodeSkSignatureFacts(signature)
    assert.deepEqual(facts, { flags: 5, counter: 77, userPresent: true, userVerified: true })
    const forged = signature.slice()
    forged[forged.length - 1] = 78
    assert.equal(check(forged), false)
  })

  test(`V-A26 a ${key.algorithm} signature changed or cut anywhere is false`, () => {
    const signature = skSign(key, PRESENT)
    for (let at = 0; at < signature.length; at++) {
      const changed = signature.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x80
      assert.equal(check(changed), false, `byte ${at}`)
      assert.equal(check(signature.subarray(0, at)), false)
    }
    assert.equal(check(Uint8Array.of(...signature, 0)), false)
  })

  test(`a certificate for ${key.algorithm} carries over`, async () => {
    const certificate = await issueCertificate(
      {
        key: key.publicKey,
        kind: 'user',
        serial: 1n,
        keyId: 'k',
        principals: ['alice'],
        validAfter: 0n,
        validBefore: 10n,
      },
      generatePrivateKey('ssh-ed25519'),
    )
    const name = key.algorithm.replace('@', '-cert-v01@')
    assert.equal(certificate.type, name)
    assert.equal(verifySignature(certificate, name, data, skSign(key, PRESENT)), true)
    assert.equal(verifySignature(certificate, name, data, skSign(key, 0)), false)
  })
}

test('other signatures have no facts to tell', () => {
  const plain = generatePrivateKey('ssh-ed25519').sign('ssh-ed25519', data)
  for (const bytes of [plain, new Uint8Array(), Uint8Array.of(0, 0, 0, 3, 115, 107, 45)]) {
    assert.equal(decodeSkSignatureFacts(bytes), undefined)
  }
})

// ---- WebAuthn

const WEBAUTHN = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'
const ORIGIN = 'https://gate.example'

interface WebauthnChanges {
  readonly flags?: number
  readonly origin?: string
  readonly claimedOrigin?: string
  readonly challenge?: Uint8Array
  readonly clientData?: string
  readonly extensions?: Uint8Array
  readonly suffix?: string
  readonly label?: string
}

function webauthnSign(changes: WebauthnChanges = {}): Uint8Array {
  const challenge = (changes.challenge ?? data).toBase64({ alphabet: 'base64url', omitPadding: true })
  const start = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${changes.origin ?? ORIGIN}"`
  const clientData = utf8Bytes(changes.clientData ?? start + (changes.suffix ?? ',"crossOrigin":false}'))
  const extensions = changes.extensions ?? new Uint8Array()
  const facts = new ByteWriter()
    .u8(changes.flags ?? PRESENT)
    .u32(9)
    .finish()
  const signed = concatBytes(sha256(utf8Bytes(APPLICATION)), facts, extensions, sha256(clientData))
  return new ByteWriter()
    .string(changes.label ?? WEBAUTHN)
    .string(innerSignature(ecdsa, signed))
    .bytes(facts)
    .string(changes.claimedOrigin ?? changes.origin ?? ORIGIN)
    .string(clientData)
    .string(extensions)
    .finish()
}

const checkWebauthn = (signature: Uint8Array, algorithm = WEBAUTHN) =>
  verifySignature(ecdsa.publicKey, algorithm, data, signature)

test("a browser's signature counts, with whatever stands behind the origin", () => {
  assert.equal(checkWebauthn(webauthnSign()), true)
  assert.equal(checkWebauthn(webauthnSign({ suffix: '}' })), true)
  assert.equal(checkWebauthn(webauthnSign({ suffix: ',"crossOrigin":true,"other":1}' })), true)
  assert.equal(checkWebauthn(webauthnSign({ flags: PRESENT | 0x80, extensions: Uint8Array.of(0xa0) })), true)
  assert.equal(decodeSkSignatureFacts(webauthnSign())?.origin, ORIGIN)
})

test("a browser's signature and a plain security key's do not pass for each other", () => {
  assert.equal(checkWebauthn(webauthnSign(), ecdsa.algorithm), false)
  assert.equal(checkWebauthn(webauthnSign({ label: ecdsa.algorithm }), ecdsa.algorithm), false)
  assert.equal(checkWebauthn(skSign(ecdsa, PRESENT)), false)
  const own = { ...ed25519.publicKey }
  assert.equal(verifySignature(own, WEBAUTHN, data, webauthnSign()), false)
})

test('V-B11 client data that does not say this data, type and origin is false', () => {
  const cases: Record<string, WebauthnChanges> = {
    'no user presence': { flags: 0 },
    'other challenge': { challenge: utf8Bytes('something else') },
    'empty challenge': { challenge: new Uint8Array() },
    'origin differs from the claimed one': { claimedOrigin: 'https://evil.example' },
    'claimed origin is only a beginning': { claimedOrigin: 'https://gate' },
    'quote in the origin': { origin: 'https://gate.example","x":"' },
    'backslash in the origin': { origin: 'https://gate.example\\' },
    'control character in the origin': { origin: 'https://gate.example\n' },
    'attested credential data': { flags: PRESENT | 0x40 },
    'extensions not announced': { extensions: Uint8Array.of(0xa0) },
    'extensions announced but absent': { flags: PRESENT | 0x80 },
    'registration instead of login': { clientData: `{"type":"webauthn.create","challenge":"","origin":"${ORIGIN}"}` },
    'empty client data': { clientData: '' },
    'client data ends at the origin': { suffix: '' },
    'other key order': { clientData: `{"origin":"${ORIGIN}","type":"webauthn.get"}` },
  }
  for (const [name, changes] of Object.entries(cases)) assert.equal(checkWebauthn(webauthnSign(changes)), false, name)
})

test('V-A26 a WebAuthn signature changed or cut anywhere is false', () => {
  const signature = webauthnSign()
  for (let at = 0; at < signature.length; at++) {
    const changed = signature.slice()
    changed[at] = (changed[at] ?? 0) ^ 0x80
    assert.equal(checkWebauthn(changed), false, `byte ${at}`)
    assert.equal(checkWebauthn(signature.subarray(0, at)), false)
  }
  assert.equal(checkWebauthn(Uint8Array.of(...signature, 0)), false)
})

/** PROTOCOL.sshsig: what is signed for a file, and the armoured signature. */
const sshsigData = (message: Uint8Array) =>
  new ByteWriter()
    .bytes(utf8Bytes('SSHSIG'))
    .string('test')
    .string('')
    .string('sha512')
    .string(createHash('sha512').update(message).digest())
    .finish()

function sshsigFile(key: PublicKey, signature: Uint8Array): string {
  const blob = new ByteWriter(512)
    .bytes(utf8Bytes('SSHSIG'))
    .u32(1)
    .string(key.blob)
    .string('test')
    .string('')
    .string('sha512')
    .string(signature)
    .finish()
  return `-----BEGIN SSH SIGNATURE-----\n${blob.toBase64()}\n-----END SSH SIGNATURE-----\n`
}

test('OpenSSH takes the signatures these tests are made of', { skip: missingTool('ssh-keygen') ?? false }, () => {
  using directory = new KeygenDirectory()
  const message = utf8Bytes('a file')
  const signed = sshsigData(message)
  const signatures: readonly (readonly [SoftwareSecurityKey, Uint8Array])[] = [
    [ed25519, skSign(ed25519, PRESENT, 5, APPLICATION, signed)],
    [ecdsa, skSign(ecdsa, PRESENT, 5, APPLICATION, signed)],
    [ecdsa, webauthnSign({ challenge: signed })],
  ]
  for (const [key, signature] of signatures) {
    directory.write('allowed', `alice ${formatPublicKey(key.publicKey)}\n`)
    directory.write('sig', sshsigFile(key.publicKey, signature))
    const verify = ['-Y', 'verify', '-f', 'allowed', '-I', 'alice', '-n', 'test', '-s', join(directory.path, 'sig')]
    const said = execFileSync('ssh-keygen', verify, { cwd: directory.path, input: message, encoding: 'utf8' })
    assert.match(said, /^Good "test" signature for alice/)
  }
})
