import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { test } from 'node:test'
import { ByteReader, ByteWriter, concatBytes, DecodeError } from '@sallyport/wire'
import { decodePlainKey, type PlainKey } from './plain-key.ts'
import { generatePrivateKey, type PrivateKey, type PrivateKeyType } from './private-key.ts'
import { signatureBlobAlgorithm, verifySignature } from './signature.ts'
import { isSmallOrderEd25519 } from './small-order.ts'

const types: readonly PrivateKeyType[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]
const keys: readonly PrivateKey[] = types.map(generatePrivateKey)
const signings = keys.flatMap((key) => key.algorithms.map((algorithm) => ({ key, algorithm })))
const data = new TextEncoder().encode('session id and request')

function blobOf(algorithm: string, value: Uint8Array): Uint8Array {
  return new ByteWriter().string(algorithm).string(value).finish()
}

for (const { key, algorithm } of signings) {
  test(`${algorithm} signs and verifies, and only this data with this key`, () => {
    const signature = key.sign(algorithm, data)
    assert.equal(signatureBlobAlgorithm(signature), algorithm)
    assert.equal(verifySignature(key.publicKey, algorithm, data, signature), true)
    assert.equal(verifySignature(key.publicKey, algorithm, data.subarray(1), signature), false)
    const other = generatePrivateKey(key.publicKey.type as PrivateKeyType)
    assert.equal(verifySignature(other.publicKey, algorithm, data, signature), false)
  })

  test(`V-A26 a ${algorithm} signature with any byte changed, cut anywhere or longer is false, never a throw`, () => {
    const signature = key.sign(algorithm, data)
    for (let at = 0; at < signature.length; at++) {
      const changed = signature.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x81
      assert.equal(verifySignature(key.publicKey, algorithm, data, changed), false, `byte ${at}`)
      assert.equal(verifySignature(key.publicKey, algorithm, data, signature.subarray(0, at)), false, `cut at ${at}`)
    }
    assert.equal(verifySignature(key.publicKey, algorithm, data, Uint8Array.of(...signature, 0)), false)
  })

  test(`V-A20 a ${algorithm} signature counts under no other name`, () => {
    const signature = key.sign(algorithm, data)
    const value = new ByteReader(signature)
    value.string()
    const inner = value.string()
    const names = [
      ...signings.map((signing) => signing.algorithm),
      'ssh-rsa',
      'ssh-dss',
      'rsa-sha2-1024',
      '',
      `${algorithm}-cert-v01@openssh.com`,
      'sk-ssh-ed25519@openssh.com',
      'constructor',
      '__proto__',
    ]
    for (const name of names) {
      if (name === algorithm) continue
      assert.equal(verifySignature(key.publicKey, name, data, signature), false, `negotiated ${name}`)
      assert.equal(verifySignature(key.publicKey, algorithm, data, blobOf(name, inner)), false, `labelled ${name}`)
      assert.equal(verifySignature(key.publicKey, name, data, blobOf(name, inner)), false, `both ${name}`)
    }
  })
}

test('V-A20 a signature of another curve labelled with the negotiated one is false', () => {
  const [, p256, p384] = keys
  assert.ok(p256 !== undefined && p384 !== undefined)
  const reader = new ByteReader(p384.sign('ecdsa-sha2-nistp384', data))
  reader.string()
  const relabelled = blobOf('ecdsa-sha2-nistp256', reader.string())
  assert.equal(verifySignature(p256.publicKey, 'ecdsa-sha2-nistp256', data, relabelled), false)
  assert.equal(verifySignature(p384.publicKey, 'ecdsa-sha2-nistp256', data, relabelled), false)
})

test('V-A24 SHA-1 RSA signatures are false under every name', () => {
  const rsa = keys.at(-1)
  assert.ok(rsa !== undefined)
  const value = sign('sha1', data, rsa.keyObject)
  for (const label of ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512']) {
    for (const negotiated of ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512']) {
      assert.equal(verifySignature(rsa.publicKey, negotiated, data, blobOf(label, value)), false)
    }
  }
})

test('V-A26 ed25519 keys and signatures of every wrong length are refused', () => {
  const key = generatePrivateKey('ssh-ed25519')
  for (let length = 0; length <= 128; length++) {
    const point = new Uint8Array(length).fill(7)
    const blob = new ByteWriter().string('ssh-ed25519').string(point).finish()
    if (length !== 32) assert.throws(() => decodePlainKey(blob), DecodeError, `point of ${length} bytes`)
    const signature = blobOf('ssh-ed25519', new Uint8Array(length))
    assert.equal(verifySignature(key.publicKey, 'ssh-ed25519', data, signature), false, `signature of ${length} bytes`)
  }
})

test('V-A26 an ed25519 signature with S raised by the group order is false', () => {
  const key = generatePrivateKey('ssh-ed25519')
  const reader = new ByteReader(key.sign('ssh-ed25519', data))
  reader.string()
  const value = reader.string().slice()
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  let s = 0n
  for (let at = 63; at >= 32; at--) s = (s << 8n) | BigInt(value[at] ?? 0)
  s += order
  for (let at = 32; at < 64; at++, s >>= 8n) value[at] = Number(s & 0xffn)
  assert.equal(verifySignature(key.publicKey, 'ssh-ed25519', data, blobOf('ssh-ed25519', value)), false)
})

/** All eight small points and their unreduced forms, found by arithmetic on the curve instead of from the table. */
function smallPoints(): Uint8Array[] {
  const p = 2n ** 255n - 19n
  const power = (base: bigint, exponent: bigint): bigint => {
    let result = 1n
    for (let b = base % p, e = exponent; e > 0n; e >>= 1n, b = (b * b) % p) if (e & 1n) result = (result * b) % p
    return result
  }
  const root = (square: bigint): bigint | undefined => {
    const candidate = power(square, (p + 3n) / 8n)
    for (const r of [candidate, (candidate * power(2n, (p - 1n) / 4n)) % p]) if ((r * r) % p === square % p) return r
    return undefined
  }
  const d = ((p - 121665n) * power(121666n, p - 2n)) % p
  const ys = [0n, 1n, p - 1n]
  // points of order 8 double to y = 0: there y^2 = -x^2, which the curve turns into d y^4 + 2 y^2 - 1 = 0
  const discriminant = root((1n + d) % p)
  assert.ok(discriminant !== undefined)
  for (const sign of [discriminant, p - discriminant]) {
    const y = root((((p - 1n + sign) % p) * power(d, p - 2n)) % p)
    if (y !== undefined) ys.push(y, p - y)
  }
  const encodings = [...ys, p, p + 1n]
  assert.equal(encodings.length, 7)
  return encodings.flatMap((y) => {
    const bytes = Uint8Array.from({ length: 32 }, (_, at) => Number((y >> BigInt(8 * at)) & 0xffn))
    const negative = bytes.slice()
    negative[31] = (negative[31] ?? 0) | 0x80
    return [bytes, negative]
  })
}

test('V-A26 keys of small order are refused, and a forgery under one is false', () => {
  // R neutral and S zero: what RFC 8032 calls valid wherever the hash is a multiple of the point's order
  const forgery = blobOf('ssh-ed25519', concatBytes(Uint8Array.of(1), new Uint8Array(63)))
  for (const point of smallPoints()) {
    assert.ok(isSmallOrderEd25519(point), point.toHex())
    const blob = new ByteWriter().string('ssh-ed25519').string(point).finish()
    assert.throws(() => decodePlainKey(blob), DecodeError)
    const key: PlainKey = { type: 'ssh-ed25519', blob, point }
    for (let tries = 0; tries < 64; tries++) {
      assert.equal(verifySignature(key, 'ssh-ed25519', Uint8Array.of(tries), forgery), false, point.toHex())
    }
  }
})

test('RSA signatures may come without leading zeros, but never with more', () => {
  const rsa = keys.at(-1)
  assert.ok(rsa?.publicKey.type === 'ssh-rsa')
  const { publicKey } = rsa
  let shortened = 0
  for (let tries = 0; tries < 2000 && shortened === 0; tries++) {
    const message = new ByteWriter().u32(tries).finish()
    const reader = new ByteReader(rsa.sign('rsa-sha2-256', message))
    reader.string()
    const value = reader.string()
    const longer = blobOf('rsa-sha2-256', concatBytes(Uint8Array.of(0), value))
    assert.equal(verifySignature(publicKey, 'rsa-sha2-256', message, longer), false)
    if (value[0] !== 0) continue
    shortened++
    assert.equal(verifySignature(publicKey, 'rsa-sha2-256', message, blobOf('rsa-sha2-256', value.subarray(1))), true)
  }
  assert.equal(shortened, 1)
})

test('V-A23 ten thousand ECDSA signatures repeat no r', { timeout: 60_000 }, () => {
  const key = generatePrivateKey('ecdsa-sha2-nistp256')
  const seen = new Set<string>()
  for (let i = 0; i < 10_000; i++) {
    const reader = new ByteReader(key.sign('ecdsa-sha2-nistp256', data))
    reader.string()
    seen.add(new ByteReader(reader.string()).mpint().toHex())
  }
  assert.equal(seen.size, 10_000)
})

test('V-B05 verification answers with a boolean and nothing else, whatever the bytes', () => {
  for (const { key, algorithm } of signings) {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0), new Uint8Array(4), new Uint8Array(300).fill(0xff)]) {
      assert.equal(verifySignature(key.publicKey, algorithm, data, bytes), false)
      assert.equal(verifySignature(key.publicKey, algorithm, data, blobOf(algorithm, bytes)), false)
    }
    // r and s of zero, which OpenSSL reports by an error of its own
    const zeros = blobOf(algorithm, new ByteWriter().u32(0).u32(0).finish())
    assert.equal(verifySignature(key.publicKey, algorithm, data, zeros), false)
  }
})
