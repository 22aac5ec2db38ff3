import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader, ByteWriter, concatBytes, DecodeError } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { KeygenDirectory, missingTool } from '../testing/ssh-keygen.ts'
import { type Certificate, decodeCertificate } from './certificate.ts'
import { type CertificateDemand, type CertificateRefusal, checkCertificate } from './certificate-check.ts'
import { type CertificateRequest, issueCertificate, textOption, userExtensions } from './certificate-issue.ts'
import { generatePrivateKey, type PrivateKeyType } from './private-key.ts'
import {
  decodePublicKey,
  formatPublicKey,
  isCertificate,
  parsePublicKey,
  signatureAlgorithmsFor,
} from './public-key.ts'
import { verifySignature } from './signature.ts'
import { withCertificate } from './signer.ts'

const skip = missingTool('ssh-keygen') ?? false
const authority = generatePrivateKey('ssh-ed25519')
const user = generatePrivateKey('ssh-ed25519')
const NOW_MS = 1_800_000_000_000
const NOW = 1_800_000_000n

const request: CertificateRequest = {
  key: user.publicKey,
  kind: 'user',
  serial: 7n,
  keyId: 'alice laptop',
  principals: ['alice', 'ops'],
  validAfter: NOW - 60n,
  validBefore: NOW + 60n,
}
const demand: CertificateDemand = {
  kind: 'user',
  authorities: [authority.publicKey],
  now: NOW_MS,
  principal: 'alice',
}

const issue = (changes: Partial<CertificateRequest> = {}, signer = authority) =>
  issueCertificate({ ...request, ...changes }, signer)

function reasonOf(certificate: Certificate, changes: Partial<CertificateDemand> = {}): CertificateRefusal | undefined {
  const verdict = checkCertificate(certificate, { ...demand, ...changes })
  return verdict.valid ? undefined : verdict.reason
}

/** A certificate whose fields are anything at all: for what `issueCertificate` refuses to sign. */
function forge(changes: {
  principals?: Uint8Array
  criticalOptions?: Uint8Array
  extensions?: Uint8Array
  kind?: number
  signatureKey?: Uint8Array
  validAfter?: bigint
  validBefore?: bigint
  tail?: Uint8Array
}): Uint8Array {
  assert.ok(user.publicKey.type === 'ssh-ed25519')
  const toSign = new ByteWriter(512)
    .string('ssh-ed25519-cert-v01@openssh.com')
    .string(new Uint8Array(32))
    .string(user.publicKey.point)
    .u64(7n)
    .u32(changes.kind ?? 1)
    .string('id')
    .string(changes.principals ?? textOption('alice'))
    .u64(changes.validAfter ?? 0n)
    .u64(changes.validBefore ?? 0xffff_ffff_ffff_ffffn)
    .string(changes.criticalOptions ?? '')
    .string(changes.extensions ?? '')
    .string('')
    .string(changes.signatureKey ?? authority.publicKey.blob)
    .finish()
  const signature = new ByteWriter().string(authority.sign('ssh-ed25519', toSign)).finish()
  return concatBytes(toSign, signature, changes.tail ?? new Uint8Array())
}

const option = (name: string, data: Uint8Array = new Uint8Array()) =>
  new ByteWriter().string(name).string(data).finish()

test('a certificate counts for its principals, in its time, under its authority', async () => {
  const certificate = await issue()
  const verdict = checkCertificate(certificate, demand)
  assert.ok(verdict.valid)
  assert.deepEqual(verdict.authority, authority.publicKey)
  assert.equal(verdict.grants.permitPty, false)
  assert.equal(reasonOf(certificate, { principal: 'ops' }), undefined)
  assert.equal(reasonOf(certificate, { principal: 'root' }), 'principal-not-named')
  assert.equal(reasonOf(certificate, { principal: '' }), 'principal-not-named')
})

test('V-C04 extensions grant and unknown ones are ignored', async () => {
  const certificate = await issue({ extensions: new Map([...userExtensions, ['x@example', textOption('y')]]) })
  const verdict = checkCertificate(certificate, demand)
  assert.ok(verdict.valid)
  assert.equal(verdict.grants.permitPortForwarding, true)
  assert.equal(verdict.grants.permitPty, true)
  assert.deepEqual(verdict.grants.skDemand, { presence: true, verification: false })
})

test('V-C01 a signature key that is itself a certificate is refused by its declared type', async () => {
  const inner = await issue()
  assert.throws(() => decodeCertificate(forge({ signatureKey: inner.blob })), /is itself a certificate/)
  // nothing behind the type is looked at
  const onlyType = new ByteWriter().string('anything-cert-v01@openssh.com').finish()
  assert.throws(() => decodeCertificate(forge({ signatureKey: onlyType })), /is itself a certificate/)
})

test('V-C01 certificates nested ten thousand deep are refused in under 1 ms', () => {
  const level = new ByteWriter().string('ssh-ed25519-cert-v01@openssh.com').finish()
  // each level is a length and a type in front of the next
  const depth = 10_000
  const nested = new ByteWriter(depth * 40)
  for (let at = depth; at > 0; at--) nested.u32(at * (level.length + 4)).bytes(level)
  const blob = forge({ signatureKey: nested.finish().subarray(4) })
  // The best of several: a machine may be busy once, but work takes its time every time.
  const times = Array.from({ length: 10 }, () => {
    const start = performance.now()
    assert.throws(() => decodePublicKey(blob), DecodeError)
    return performance.now() - start
  })
  assert.ok(Math.min(...times) < 1, times.join(' '))
})

test('V-C02 principals that are not one plain name are never signed', async () => {
  const bad = [
    '',
    'a,b',
    'a b',
    '*',
    'a*',
    'a?',
    '!a',
    'a\n',
    'a\u0000',
    'a\u001b[0m',
    'a\u202eb',
    'x'.repeat(65),
    '\ud800',
  ]
  for (const principal of bad) {
    await assert.rejects(
      issue({ principals: ['alice', principal] }),
      (error: unknown) => error instanceof SshError && error.code === 'key-unsupported',
      JSON.stringify(principal),
    )
  }
  await assert.rejects(issue({ principals: [] }), SshError)
  await issue({ principals: ['alice@example.com', 'deploy+db1', 'x'.repeat(64)] })
})

test('V-C02 a comma inside a principal does not become two names', () => {
  const certificate = decodeCertificate(forge({ principals: textOption('alice,root') }))
  assert.equal(reasonOf(certificate), 'principal-not-named')
  assert.equal(reasonOf(certificate, { principal: 'root' }), 'principal-not-named')
})

test('V-C02 wildcards in a user principal match nobody', () => {
  for (const principal of ['*', 'a*', '?lice']) {
    assert.equal(reasonOf(decodeCertificate(forge({ principals: textOption(principal) }))), 'principal-not-named')
  }
})

test('V-C02 no principals is nobody, for users and hosts', () => {
  const nobody = decodeCertificate(forge({ principals: new Uint8Array() }))
  assert.equal(reasonOf(nobody), 'principal-not-named')
  const nohost = decodeCertificate(forge({ principals: new Uint8Array(), kind: 2 }))
  assert.equal(reasonOf(nohost, { kind: 'host', principal: 'db1' }), 'principal-not-named')
})

test('V-C03 a certificate altered at any byte counts no more', async () => {
  const { blob } = await issue({
    extensions: userExtensions,
    criticalOptions: new Map([['force-command', textOption('id')]]),
  })
  for (let at = 0; at < blob.length; at++) {
    const altered = blob.slice()
    altered[at] = (altered[at] ?? 0) ^ 1
    try {
      assert.notEqual(reasonOf(decodeCertificate(altered)), undefined, `byte ${at}`)
    } catch (error) {
      assert.ok(error instanceof DecodeError, `byte ${at}`)
    }
  }
})

test('V-C03 the name of a trusted authority over the signature of another does not count', async () => {
  const stranger = generatePrivateKey('ssh-ed25519')
  const own = await issue({}, stranger)
  assert.equal(reasonOf(own), 'unknown-authority')
  const reader = new ByteReader(own.signedBytes)
  const withoutAuthority = own.signedBytes.subarray(0, own.signedBytes.length - 4 - stranger.publicKey.blob.length)
  assert.ok(reader.remaining > withoutAuthority.length)
  const toSign = new ByteWriter(512).bytes(withoutAuthority).string(authority.publicKey.blob).finish()
  const claimed = new ByteWriter(512).bytes(toSign).string(stranger.sign('ssh-ed25519', toSign)).finish()
  assert.equal(reasonOf(decodeCertificate(claimed)), 'bad-signature')
})

test('V-C04 unknown critical options refuse, for hosts every one does', () => {
  const unknown = decodeCertificate(forge({ criticalOptions: option('frobnicate@example.com') }))
  assert.equal(reasonOf(unknown), 'unknown-critical-option')
  const host = decodeCertificate(forge({ kind: 2, criticalOptions: option('force-command', textOption('id')) }))
  assert.equal(reasonOf(host, { kind: 'host' }), 'unknown-critical-option')
})

test('V-C04 a host certificate is no user certificate, and the other way round', async () => {
  const host = await issue({ kind: 'host', principals: ['db1.example'] })
  assert.equal(reasonOf(host, { principal: 'db1.example' }), 'wrong-kind')
  assert.equal(reasonOf(await issue(), { kind: 'host' }), 'wrong-kind')
})

test('V-C04 options that cannot be read refuse', () => {
  const cases = [
    option('force-command'),
    option('force-command', new Uint8Array([0, 0, 0, 9, 1])),
    option('force-command', concatBytes(textOption('id'), Uint8Array.of(0))),
    option('source-address', textOption('')),
    option('source-address', textOption('10.0.0.1/8')),
    option('source-address', textOption('10.0.0.0/8,nonsense')),
    option('verify-required', textOption('yes')),
  ]
  for (const criticalOptions of cases) {
    assert.equal(
      reasonOf(decodeCertificate(forge({ criticalOptions })), { sourceAddress: '10.0.0.1' }),
      'malformed-option',
    )
  }
  const flag = forge({ extensions: option('permit-pty', textOption('yes')) })
  assert.equal(reasonOf(decodeCertificate(flag)), 'malformed-option')
})

test('options out of order or twice are refused', () => {
  const twice = concatBytes(option('force-command', textOption('a')), option('force-command', textOption('b')))
  const swapped = concatBytes(option('permit-pty'), option('permit-X11-forwarding'))
  assert.throws(() => decodeCertificate(forge({ criticalOptions: twice })), DecodeError)
  assert.throws(() => decodeCertificate(forge({ extensions: swapped })), DecodeError)
})

test('V-C05 with no authority nothing counts and nothing breaks', async () => {
  assert.equal(reasonOf(await issue(), { authorities: [] }), 'unknown-authority')
})

test('V-C07 serial and times over 2^53 survive, and the edges of validity are exact to the second', async () => {
  const big = 0xffff_ffff_ffff_fff1n
  const certificate = await issue({ serial: big, validAfter: NOW, validBefore: big })
  assert.equal(certificate.serial, big)
  assert.equal(certificate.validBefore, big)
  const edges = await issue({ validAfter: NOW, validBefore: NOW + 10n })
  assert.equal(reasonOf(edges, { now: NOW_MS - 1 }), 'not-yet-valid')
  assert.equal(reasonOf(edges, { now: NOW_MS }), undefined)
  assert.equal(reasonOf(edges, { now: NOW_MS + 9_999 }), undefined)
  assert.equal(reasonOf(edges, { now: NOW_MS + 10_000 }), 'expired')
})

test('V-C07 a certificate for ever, or for no time, is never signed', async () => {
  await assert.rejects(issue({ validBefore: 0xffff_ffff_ffff_ffffn }), SshError)
  await assert.rejects(issue({ validAfter: NOW, validBefore: NOW }), SshError)
})

test('V-B14 source-address binds, and an IPv4-mapped address is the IPv4 address', async () => {
  const certificate = await issue({
    criticalOptions: new Map([['source-address', textOption('192.0.2.0/24,2001:db8::/32')]]),
  })
  for (const sourceAddress of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8:1::1']) {
    assert.equal(reasonOf(certificate, { sourceAddress }), undefined, sourceAddress)
  }
  for (const sourceAddress of ['192.0.3.1', '::1', '2001:db9::1', '', 'localhost', '::ffff:192.0.3.1']) {
    assert.equal(reasonOf(certificate, { sourceAddress }), 'source-address-not-allowed', sourceAddress)
  }
  assert.equal(reasonOf(certificate), 'source-address-not-allowed')
})

test('trailing bytes, a third kind and unknown types are refused', () => {
  assert.throws(() => decodeCertificate(forge({ tail: Uint8Array.of(0) })), DecodeError)
  assert.throws(() => decodeCertificate(forge({ kind: 3 })), DecodeError)
  assert.throws(() => decodePublicKey(new ByteWriter().string('ssh-dss-cert-v01@openssh.com').finish()), DecodeError)
})

test('a certified key signs under the certificate names only', async () => {
  for (const type of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'] as const satisfies readonly PrivateKeyType[]) {
    const key = generatePrivateKey(type)
    const certificate = await issue({ key: key.publicKey })
    const signer = withCertificate(key, certificate)
    assert.deepEqual(signer.algorithms, signatureAlgorithmsFor(certificate))
    const data = Uint8Array.of(1, 2, 3)
    for (const [at, algorithm] of signer.algorithms.entries()) {
      const signature = await signer.sign(algorithm, data)
      assert.equal(verifySignature(certificate, algorithm, data, signature), true)
      const plain = key.algorithms[at] ?? ''
      assert.equal(verifySignature(key.publicKey, plain, data, signature), true)
      assert.equal(verifySignature(certificate, plain, data, signature), false)
      assert.equal(verifySignature(key.publicKey, algorithm, data, signature), false)
    }
    assert.throws(() => signer.sign(key.algorithms[0] ?? '', data), SshError)
  }
  const other = await issue()
  assert.throws(() => withCertificate(generatePrivateKey('ssh-ed25519'), other), SshError)
})

const keygenTypes = [['ed25519'], ['ecdsa', '-b', '256'], ['ecdsa', '-b', '521'], ['rsa', '-b', '2048']] as const

const signOptions = (
  '-q -n alice,bob -z 18446744073709551615 -V 20200101:20991231 -O force-command=/bin/true ' +
  '-O source-address=10.0.0.0/8,::1/128 -O verify-required -O no-pty -O extension:login@example=alice'
).split(' ')

test('certificates that ssh-keygen signs read and count here, whatever signs whatever', { skip }, () => {
  using directory = new KeygenDirectory()
  for (const [index, [caType, ...caSize]] of keygenTypes.entries()) {
    directory.generate(`ca${index}`, caType, ...caSize)
    const { key: caKey } = parsePublicKey(directory.read(`ca${index}.pub`))
    assert.ok(!isCertificate(caKey))
    for (const [type, ...size] of keygenTypes) {
      const name = `user-${index}-${type}${size[1] ?? ''}`
      directory.generate(name, type, ...size)
      directory.run('-s', `ca${index}`, '-I', 'key id é', ...signOptions, `${name}.pub`)
      const text = directory.read(`${name}-cert.pub`).trim()
      const { key: certificate, comment } = parsePublicKey(text)
      assert.ok(isCertificate(certificate))
      assert.equal(formatPublicKey(certificate, comment), text)
      assert.equal(certificate.serial, 0xffff_ffff_ffff_ffffn)
      assert.equal(certificate.keyId, 'key id é')
      assert.deepEqual(certificate.principals, ['alice', 'bob'])
      assert.deepEqual([...certificate.criticalOptions.keys()], ['force-command', 'source-address', 'verify-required'])
      const verdict = checkCertificate(certificate, {
        ...demand,
        authorities: [caKey],
        principal: 'bob',
        sourceAddress: '10.1.2.3',
      })
      assert.ok(verdict.valid, verdict.valid ? '' : verdict.reason)
      assert.equal(verdict.grants.forceCommand, '/bin/true')
      assert.equal(verdict.grants.permitPty, false)
      assert.equal(verdict.grants.permitAgentForwarding, true)
      assert.equal(verdict.grants.skDemand.verification, true)
    }
  }
})

test('a host certificate of ssh-keygen counts for its hosts, wildcards included', { skip }, () => {
  using directory = new KeygenDirectory()
  directory.generate('ca', 'ed25519')
  directory.generate('host', 'ed25519')
  directory.run('-q', '-s', 'ca', '-h', '-I', 'h', '-n', 'db1.example,*.lab.example', 'host.pub')
  const { key: certificate } = parsePublicKey(directory.read('host-cert.pub'))
  const { key: caKey } = parsePublicKey(directory.read('ca.pub'))
  assert.ok(isCertificate(certificate) && !isCertificate(caKey))
  const host = { kind: 'host', authorities: [caKey] } as const
  assert.equal(reasonOf(certificate, { ...host, principal: 'db1.example' }), undefined)
  assert.equal(reasonOf(certificate, { ...host, principal: 'X.Lab.Example' }), undefined)
  assert.equal(reasonOf(certificate, { ...host, principal: 'db2.example' }), 'principal-not-named')
  assert.equal(certificate.validBefore, 0xffff_ffff_ffff_ffffn)
})

test('V-C03 a certificate with a SHA-1 signature is refused', { skip }, () => {
  using directory = new KeygenDirectory()
  directory.generate('ca', 'rsa', '-b', '2048')
  directory.generate('user', 'ed25519')
  directory.run('-q', '-s', 'ca', '-t', 'ssh-rsa', '-I', 'x', '-n', 'alice', 'user.pub')
  const { key: certificate } = parsePublicKey(directory.read('user-cert.pub'))
  const { key: caKey } = parsePublicKey(directory.read('ca.pub'))
  assert.ok(isCertificate(certificate) && !isCertificate(caKey))
  assert.equal(reasonOf(certificate, { authorities: [caKey] }), 'bad-signature')
})

test('ssh-keygen reads what we issue', { skip }, async () => {
  using directory = new KeygenDirectory()
  const certificate = await issue({
    keyId: 'shown id',
    serial: 12_345_678_901_234_567_890n,
    extensions: userExtensions,
    criticalOptions: new Map([
      ['source-address', textOption('10.0.0.0/8')],
      ['force-command', textOption('uptime')],
      ['verify-required', new Uint8Array()],
    ]),
  })
  directory.write('c-cert.pub', `${formatPublicKey(certificate, 'c')}\n`)
  const shown = directory.run('-L', '-f', 'c-cert.pub')
  for (const expected of [
    'ssh-ed25519-cert-v01@openssh.com user certificate',
    'Key ID: "shown id"',
    'Serial: 12345678901234567890',
    'alice',
    'force-command uptime',
    'source-address 10.0.0.0/8',
    'verify-required',
    'permit-pty',
  ]) {
    assert.ok(shown.includes(expected), `${expected} in ${shown}`)
  }
})
