import { createPrivateKey } from 'node:crypto'
import { ByteReader, ByteWriter, concatBytes, DecodeError, equalBytes, utf8Bytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { encodeAgentIdentity } from './agent-identity.ts'
import { parseAuthorizedKeys } from './authorized-keys.ts'
import { checkCertificate } from './certificate-check.ts'
import { issueCertificate, textOption, userExtensions } from './certificate-issue.ts'
import { isInNetwork, parseIpNetwork } from './ip-address.ts'
import { formatKnownHosts, lookupHostKey, parseKnownHosts } from './known-hosts.ts'
import { decodePlainKey, keyFromPoint, rsaKeyFromNumbers, type SkEcdsaKey } from './plain-key.ts'
import { readPrivateFields } from './private-fields.ts'
import { PrivateKey } from './private-key.ts'
import { decodePrivateKey, encodePrivateKey, inspectPrivateKey } from './private-key-file.ts'
import { decodePublicKey, formatPublicKey, isCertificate, parsePublicKey, samePublicKey } from './public-key.ts'
import { RevocationIndex } from './revocation-check.ts'
import { decodeRevocationList, EMPTY_REVOCATION_LIST, encodeRevocationList } from './revocation-list.ts'
import { verifySignature, verifySkSignature } from './signature.ts'
import { decodeSkSignatureFacts, readSkTail, skSignedBytes } from './sk-signature.ts'

/** The result, or undefined where the input was refused in one of the ways a decoder may refuse. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof DecodeError || error instanceof SshError) return undefined
    throw error
  }
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`oracle: ${what}`)
}

/** RFC 8410 header of an Ed25519 PKCS#8 key; the same keys in every run, so that a corpus keeps its meaning. */
const ED25519_PKCS8 = Uint8Array.fromHex('302e020100300506032b657004220420')

function fixedKey(fill: number): PrivateKey {
  const der = concatBytes(ED25519_PKCS8, new Uint8Array(32).fill(fill))
  return new PrivateKey(createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }))
}

function fixedEcdsaKey(): PrivateKey {
  const der = concatBytes(
    Uint8Array.fromHex('30310201010420'),
    new Uint8Array(32).fill(3),
    Uint8Array.fromHex('a00a06082a8648ce3d030107'),
  )
  return new PrivateKey(createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'sec1' }))
}

const user = fixedKey(1)
const authority = fixedKey(2)
const ecdsa = fixedEcdsaKey()
const rsa = rsaKeyFromNumbers(Uint8Array.of(1, 0, 1), new Uint8Array(256).fill(0xff))
const pointOf = (key: PrivateKey): Uint8Array => ('point' in key.publicKey ? key.publicKey.point : new Uint8Array())
const skEd25519 = keyFromPoint('sk-ssh-ed25519@openssh.com', pointOf(user), 'ssh:')
const skEcdsa = keyFromPoint('sk-ecdsa-sha2-nistp256@openssh.com', pointOf(ecdsa), 'gate.example')
const plainKeys = [user.publicKey, ecdsa.publicKey, rsa, skEd25519, skEcdsa]

const certificates = await Promise.all(
  plainKeys.map((key) =>
    issueCertificate(
      {
        key,
        kind: 'user',
        serial: 1n,
        keyId: 'id',
        principals: ['alice', 'ops'],
        validAfter: 0n,
        validBefore: 100n,
        extensions: userExtensions,
        criticalOptions: new Map([
          ['force-command', textOption('id')],
          ['source-address', textOption('10.0.0.0/8,::1/128')],
          ['verify-required', new Uint8Array()],
        ]),
      },
      authority,
    ),
  ),
)

const data = utf8Bytes('signed data')
const signature = user.sign('ssh-ed25519', data)
const innerOf = (blob: Uint8Array): Uint8Array => {
  const reader = new ByteReader(blob)
  reader.string()
  return reader.string()
}
/** A browser's signature: what the security key signs is made of the client data. */
const webauthnTail = {
  flags: 1,
  counter: 7,
  webauthn: {
    origin: 'https://gate.example',
    clientData: utf8Bytes(
      '{"type":"webauthn.get","challenge":"c2lnbmVkIGRhdGE","origin":"https://gate.example","crossOrigin":false}',
    ),
    extensions: new Uint8Array(),
  },
}
const WEBAUTHN = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'
const webauthnSigned = skSignedBytes(skEcdsa as SkEcdsaKey, webauthnTail, data) ?? new Uint8Array()
const webauthn = new ByteWriter()
  .string(WEBAUTHN)
  .string(innerOf(ecdsa.sign('ecdsa-sha2-nistp256', webauthnSigned)))
  .u8(webauthnTail.flags)
  .u32(webauthnTail.counter)
  .string(webauthnTail.webauthn.origin)
  .string(webauthnTail.webauthn.clientData)
  .string('')
  .finish()

/** What a blob says was signed for `data`, read from behind its signature. */
function webauthnSignedBytes(blob: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(blob)
  reader.string()
  reader.string()
  return skSignedBytes(skEcdsa as SkEcdsaKey, readSkTail(reader, true), data)
}

if (!verifySignature(skEcdsa, WEBAUTHN, data, webauthn)) throw new Error('the seed does not verify')

const lossy = new TextDecoder()
const line = formatPublicKey(user.publicKey, 'comment')

export const fuzzTargets = [
  {
    name: 'ssh/keys/public-key',
    seeds: [...plainKeys, ...certificates].map((key) => key.blob),
    run(input: Uint8Array): void {
      const key = attempt(() => decodePublicKey(input))
      if (key === undefined) return
      demand(equalBytes(key.blob, input), 'the blob is the input')
      const again = attempt(() => parsePublicKey(formatPublicKey(key)))
      demand(again !== undefined && samePublicKey(again.key, key), 'the line reads back')
      if (isCertificate(key))
        demand(attempt(() => decodePlainKey(key.key.blob)) !== undefined, 'the inner key stands alone')
    },
  },
  {
    name: 'ssh/keys/certificate-check',
    seeds: certificates.map((certificate) => certificate.blob),
    run(input: Uint8Array): void {
      const certificate = attempt(() => decodePublicKey(input))
      if (certificate === undefined || !isCertificate(certificate)) return
      const verdict = checkCertificate(certificate, {
        kind: 'user',
        authorities: [authority.publicKey],
        now: 50_000,
        principal: 'alice',
        sourceAddress: '10.0.0.1',
      })
      if (!verdict.valid) return
      demand(certificate.principals.includes('alice'), 'it names the principal')
      demand(certificate.validAfter <= 50n && certificate.validBefore > 50n, 'it is valid now')
      demand(verdict.grants.forceCommand === 'id' && verdict.grants.skDemand.verification, 'its restrictions hold')
    },
  },
  {
    name: 'ssh/keys/signature',
    seeds: [signature, ecdsa.sign('ecdsa-sha2-nistp256', data), webauthn],
    run(input: Uint8Array): void {
      if (verifySignature(user.publicKey, 'ssh-ed25519', data, input)) {
        demand(equalBytes(input, signature), 'only the one signature counts')
      }
      verifySignature(ecdsa.publicKey, 'ecdsa-sha2-nistp256', data, input)
      verifySignature(rsa, 'rsa-sha2-256', data, input)
      const none = { presence: false }
      demand(!verifySkSignature(skEd25519, 'sk-ssh-ed25519@openssh.com', data, input, none), 'nothing signed for this')
      verifySignature(skEcdsa, WEBAUTHN, data, input)
      const facts = decodeSkSignatureFacts(input)
      if (facts !== undefined) demand(facts.userPresent === ((facts.flags & 1) !== 0), 'facts agree with the flags')
    },
  },
  {
    name: 'ssh/keys/webauthn-signature',
    seeds: [webauthn],
    run(input: Uint8Array): void {
      demand(!verifySignature(skEcdsa, WEBAUTHN, utf8Bytes('other data'), input), 'for what was not asked')
      if (!verifySignature(skEcdsa, WEBAUTHN, data, input)) return
      const signed = webauthnSignedBytes(input)
      demand(signed !== undefined && equalBytes(signed, webauthnSigned), 'nothing but what the key signed')
      demand(decodeSkSignatureFacts(input)?.userPresent === true, 'somebody was there')
    },
  },
  {
    name: 'ssh/keys/private-fields',
    seeds: [encodeAgentIdentity(user), encodeAgentIdentity(ecdsa)],
    run(input: Uint8Array): void {
      try {
        readPrivateFields(new ByteReader(input))
      } catch (error) {
        // node:crypto's word on impossible numbers is an answer, too; the file reader wraps it
        const code = error instanceof Error && 'code' in error ? String(error.code) : ''
        if (!(error instanceof DecodeError) && !code.startsWith('ERR_')) throw error
      }
    },
  },
  {
    name: 'ssh/keys/private-key-file',
    seeds: [
      encodePrivateKey(user, { comment: 'c' }),
      encodePrivateKey(ecdsa),
      user.keyObject.export({ format: 'pem', type: 'pkcs8' }),
      ecdsa.keyObject.export({ format: 'pem', type: 'sec1' }),
    ].map(utf8Bytes),
    run(input: Uint8Array): void {
      const text = lossy.decode(input)
      const key = attempt(() => decodePrivateKey(text))
      if (key === undefined) return
      const facts = inspectPrivateKey(text)
      demand(facts.publicKey !== undefined && samePublicKey(facts.publicKey, key.publicKey), 'both readings agree')
    },
  },
  {
    name: 'ssh/keys/known-hosts',
    seeds: [
      `db1.example,192.0.2.7 ${line}\n`,
      `@cert-authority *.example,!x ${line}\n@revoked * ${line}\n`,
      `|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= ${line}\n# c\n`,
    ].map(utf8Bytes),
    run(input: Uint8Array): void {
      const text = lossy.decode(input)
      const known = parseKnownHosts(text)
      const written = formatKnownHosts(known)
      demand(written === text || written === `${text}\n`, 'every line stands as it was')
      lookupHostKey(known, { host: 'db1.example', port: 22 }, user.publicKey, 0)
    },
  },
  {
    name: 'ssh/keys/authorized-keys',
    seeds: [
      `restrict,pty,command="a \\"b\\"",from="10.0.0.0/8,!*.x" ${line}\n`,
      `cert-authority,principals="a,b",expiry-time="20300101Z",environment="A=b" ${line}\n`,
      `permitopen="[::1]:22",permitlisten="80",tunnel="any",no-touch-required,verify-required ${line}\n# c\n`,
    ].map(utf8Bytes),
    run(input: Uint8Array): void {
      const text = lossy.decode(input)
      const { keys, problems } = parseAuthorizedKeys(text)
      const lines = text.split('\n').filter((each) => each.trim() !== '' && !each.trim().startsWith('#'))
      demand(keys.length + problems.length === lines.length, 'every line is a key or a problem')
    },
  },
  {
    name: 'ssh/keys/ip-network',
    seeds: ['10.0.0.0/8', '2001:db8::/32', '::ffff:192.0.2.0/120', '::1'].map(utf8Bytes),
    run(input: Uint8Array): void {
      const network = parseIpNetwork(lossy.decode(input))
      if (network !== undefined) demand(isInNetwork(network.address, network), 'a network holds its own address')
    },
  },
  {
    name: 'ssh/keys/revocation-list',
    seeds: [
      encodeRevocationList({
        ...EMPTY_REVOCATION_LIST,
        certificates: [
          {
            authority: authority.publicKey,
            serials: [
              { first: 1n, last: 1n },
              { first: 5n, last: 9n },
            ],
            keyIds: ['x'],
          },
        ],
        keys: [user.publicKey.blob],
        sha256Hashes: [new Uint8Array(32)],
      }),
      new ByteWriter()
        .bytes(encodeRevocationList(EMPTY_REVOCATION_LIST))
        .u8(1)
        .string(
          new ByteWriter()
            .string('')
            .string('')
            .u8(0x22)
            .string(new ByteWriter().u64(9n).mpint(Uint8Array.of(0x55)).finish())
            .finish(),
        )
        .finish(),
    ],
    run(input: Uint8Array): void {
      const list = attempt(() => decodeRevocationList(input))
      if (list === undefined) return
      const index = new RevocationIndex(list)
      const again = new RevocationIndex(decodeRevocationList(encodeRevocationList(list)))
      demand(index.find(user.publicKey) === again.find(user.publicKey), 'what is written revokes the same')
    },
  },
]
