import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter, DecodeError, equalBytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { KeygenDirectory, missingTool } from '../testing/ssh-keygen.ts'
import { decodePlainKey, keyFromPoint } from './plain-key.ts'
import { generatePrivateKey, type PrivateKeyType } from './private-key.ts'
import {
  decodePublicKey,
  fingerprint,
  formatPublicKey,
  parsePublicKey,
  samePublicKey,
  signatureAlgorithmsFor,
} from './public-key.ts'

const types: readonly PrivateKeyType[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]

for (const type of types) {
  test(`a ${type} key reads back from its blob and its line`, () => {
    const { publicKey } = generatePrivateKey(type)
    assert.equal(publicKey.type, type)
    assert.ok(samePublicKey(decodePublicKey(publicKey.blob), publicKey))
    const line = parsePublicKey(`${formatPublicKey(publicKey, 'alice at work')}\n`)
    assert.ok(samePublicKey(line.key, publicKey))
    assert.equal(line.comment, 'alice at work')
  })

  test(`a ${type} key with a byte more or less is refused`, () => {
    const { blob } = generatePrivateKey(type).publicKey
    assert.throws(() => decodePublicKey(blob.subarray(0, -1)), DecodeError)
    assert.throws(() => decodePublicKey(Uint8Array.of(...blob, 0)), DecodeError)
  })
}

test('security keys carry their application', () => {
  const ed25519 = generatePrivateKey('ssh-ed25519').publicKey
  const ecdsa = generatePrivateKey('ecdsa-sha2-nistp256').publicKey
  assert.ok(ed25519.type === 'ssh-ed25519' && ecdsa.type === 'ecdsa-sha2-nistp256')
  for (const key of [
    keyFromPoint('sk-ssh-ed25519@openssh.com', ed25519.point, 'ssh:'),
    keyFromPoint('sk-ecdsa-sha2-nistp256@openssh.com', ecdsa.point, 'gate.example'),
  ]) {
    const again = decodePublicKey(key.blob)
    assert.ok('application' in again)
    assert.match(again.application, /^(ssh:|gate\.example)$/)
  }
})

test('decoding copies and leaves its input alone, a Buffer too', () => {
  for (let tries = 0; tries < 8; tries++) {
    const { blob } = generatePrivateKey('ssh-ed25519').publicKey
    for (const input of [new Uint8Array(blob), Buffer.from(blob)]) {
      const key = decodePublicKey(input)
      assert.ok(equalBytes(input, blob))
      input.fill(0)
      assert.ok(key.type === 'ssh-ed25519')
      assert.deepEqual(key.blob, blob)
      assert.deepEqual(key.point, blob.subarray(-32))
    }
  }
})

test('RSA names its SHA-2 algorithms and never ssh-rsa', () => {
  const { publicKey } = generatePrivateKey('ssh-rsa')
  assert.deepEqual(signatureAlgorithmsFor(publicKey), ['rsa-sha2-512', 'rsa-sha2-256'])
})

function rsaBlob(exponent: Uint8Array, modulus: Uint8Array): Uint8Array {
  return new ByteWriter().string('ssh-rsa').mpint(exponent).mpint(modulus).finish()
}

function oddNumber(bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8)).fill(0xff)
  const spare = bytes.length * 8 - bits
  bytes[0] = 0xff >> spare
  return bytes
}

test('V-A24 RSA numbers out of bounds are refused in under 5 ms', () => {
  const usual = Uint8Array.of(1, 0, 1)
  const cases: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ['modulus of 2047 bits', usual, oddNumber(2047)],
    ['modulus of 1024 bits', usual, oddNumber(1024)],
    ['modulus of 16385 bits', usual, oddNumber(16_385)],
    ['modulus of 200000 bits', usual, oddNumber(200_000)],
    ['even modulus', usual, Uint8Array.of(...oddNumber(2048).subarray(1), 0xfe)],
    ['no modulus', usual, new Uint8Array()],
    ['exponent 0', new Uint8Array(), oddNumber(2048)],
    ['exponent 1', Uint8Array.of(1), oddNumber(2048)],
    ['even exponent', Uint8Array.of(1, 0, 0), oddNumber(2048)],
    ['exponent over 32 bits', Uint8Array.of(1, 0, 0, 0, 1), oddNumber(2048)],
    ['exponent as long as the modulus', oddNumber(2048), oddNumber(2048)],
  ]
  for (const [name, exponent, modulus] of cases) {
    const blob = rsaBlob(exponent, modulus)
    // The best of several: a machine may be busy once, but arithmetic takes its time every time.
    const times = Array.from({ length: 10 }, () => {
      const start = performance.now()
      assert.throws(() => decodePublicKey(blob), DecodeError, name)
      return performance.now() - start
    })
    assert.ok(Math.min(...times) < 5, name)
  }
  for (const bits of [2048, 16_384]) decodePublicKey(rsaBlob(usual, oddNumber(bits)))
})

test('V-A24 DSA keys are unknown', () => {
  const blob = new ByteWriter().string('ssh-dss').mpint(oddNumber(1024)).mpint(oddNumber(160)).finish()
  assert.throws(() => decodePublicKey(blob), DecodeError)
})

test('numbers that are not minimal are refused: a key has one blob', () => {
  const blob = new ByteWriter()
    .string('ssh-rsa')
    .string(Uint8Array.of(0, 1, 0, 1))
    .mpint(oddNumber(2048))
    .finish()
  assert.throws(() => decodePlainKey(blob), DecodeError)
})

test('V-A20 ECDSA points of another curve, compressed, at infinity or off the curve are refused', () => {
  const p256 = generatePrivateKey('ecdsa-sha2-nistp256').publicKey
  const p384 = generatePrivateKey('ecdsa-sha2-nistp384').publicKey
  assert.ok(p256.type === 'ecdsa-sha2-nistp256' && p384.type === 'ecdsa-sha2-nistp384')
  const offCurve = p256.point.slice()
  offCurve[64] = (offCurve[64] ?? 0) ^ 1
  const cases: readonly (readonly [string, string, string, Uint8Array])[] = [
    ['curve of another name', 'ecdsa-sha2-nistp256', 'nistp384', p384.point],
    ['point of another curve', 'ecdsa-sha2-nistp256', 'nistp256', p384.point],
    ['compressed', 'ecdsa-sha2-nistp256', 'nistp256', Uint8Array.of(2, ...p256.point.subarray(1, 33))],
    ['hybrid', 'ecdsa-sha2-nistp256', 'nistp256', Uint8Array.of(6, ...p256.point.subarray(1))],
    ['infinity', 'ecdsa-sha2-nistp256', 'nistp256', Uint8Array.of(0)],
    ['off the curve', 'ecdsa-sha2-nistp256', 'nistp256', offCurve],
    ['empty', 'ecdsa-sha2-nistp256', 'nistp256', new Uint8Array()],
    ['x not reduced', 'ecdsa-sha2-nistp256', 'nistp256', Uint8Array.of(4, ...new Uint8Array(64).fill(0xff))],
  ]
  for (const [name, type, curve, point] of cases) {
    const blob = new ByteWriter().string(type).string(curve).string(point).finish()
    assert.throws(() => decodePublicKey(blob), DecodeError, name)
  }
})

test('lines with a wrong type, broken or loose base64 are refused', () => {
  const line = formatPublicKey(generatePrivateKey('ssh-ed25519').publicKey)
  const base64 = line.split(' ')[1] ?? ''
  for (const text of [
    '',
    'ssh-ed25519',
    `ssh-rsa ${base64}`,
    `ssh-ed25519 ${base64}=`,
    `ssh-ed25519 ${base64.slice(0, -1)}`,
    `ssh-ed25519 ${base64.slice(0, 20)}!${base64.slice(21)}`,
    `ssh-ed25519 ${'A'.repeat(70_000)}`,
  ]) {
    assert.throws(
      () => parsePublicKey(text),
      (error: unknown) => error instanceof SshError && error.code === 'key-format',
      text.slice(0, 40),
    )
  }
})

test('a comment with a line break is never written', () => {
  const key = generatePrivateKey('ssh-ed25519').publicKey
  assert.throws(() => formatPublicKey(key, 'a\nssh-ed25519 AAAA'), SshError)
})

test('keys and fingerprints agree with ssh-keygen', { skip: missingTool('ssh-keygen') ?? false }, () => {
  using directory = new KeygenDirectory()
  const kinds = [
    ['ed25519'],
    ['ecdsa', '-b', '256'],
    ['ecdsa', '-b', '384'],
    ['ecdsa', '-b', '521'],
    ['rsa', '-b', '2048'],
  ] as const
  for (const [type, ...size] of kinds) {
    const name = `${type}${size[1] ?? ''}`
    directory.generate(name, type, ...size)
    const text = directory.read(`${name}.pub`).trim()
    const { key, comment } = parsePublicKey(text)
    assert.equal(formatPublicKey(key, comment), text)
    assert.equal(fingerprint(key), directory.run('-l', '-f', `${name}.pub`).split(' ')[1])
  }
})

test('ssh-keygen reads the lines we write, security keys included', {
  skip: missingTool('ssh-keygen') ?? false,
}, () => {
  using directory = new KeygenDirectory()
  const ed25519 = generatePrivateKey('ssh-ed25519').publicKey
  const ecdsa = generatePrivateKey('ecdsa-sha2-nistp256').publicKey
  assert.ok(ed25519.type === 'ssh-ed25519' && ecdsa.type === 'ecdsa-sha2-nistp256')
  const keys = [
    ...types.map((type) => generatePrivateKey(type).publicKey),
    keyFromPoint('sk-ssh-ed25519@openssh.com', ed25519.point, 'ssh:'),
    keyFromPoint('sk-ecdsa-sha2-nistp256@openssh.com', ecdsa.point, 'ssh:'),
  ]
  for (const key of keys) {
    directory.write('key.pub', `${formatPublicKey(key, 'c')}\n`)
    assert.equal(directory.run('-l', '-f', 'key.pub').split(' ')[1], fingerprint(key), key.type)
  }
})
