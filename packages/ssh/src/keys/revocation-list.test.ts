import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ByteWriter, DecodeError } from '@sallyport/wire'
import * as fc from 'fast-check'
import { KeygenDirectory, missingTool } from '../testing/ssh-keygen.ts'
import type { Certificate } from './certificate.ts'
import { issueCertificate } from './certificate-issue.ts'
import { generatePrivateKey } from './private-key.ts'
import { formatPublicKey, type PublicKey } from './public-key.ts'
import { type Revocation, RevocationIndex } from './revocation-check.ts'
import {
  decodeRevocationList,
  EMPTY_REVOCATION_LIST,
  encodeRevocationList,
  type RevocationList,
} from './revocation-list.ts'

const skip = missingTool('ssh-keygen') ?? false
const authority = generatePrivateKey('ssh-ed25519')
const otherAuthority = generatePrivateKey('ssh-ed25519')
const user = generatePrivateKey('ssh-ed25519').publicKey
const otherUser = generatePrivateKey('ecdsa-sha2-nistp256').publicKey

function certificate(serial: bigint, keyId: string, by = authority, key = user): Promise<Certificate> {
  const request = {
    key,
    kind: 'user',
    serial,
    keyId,
    principals: ['alice'],
    validAfter: 0n,
    validBefore: 2n ** 40n,
  } as const
  return issueCertificate(request, by)
}

const list = (part: Partial<RevocationList>): RevocationList => ({ ...EMPTY_REVOCATION_LIST, version: 3n, ...part })
const find = (part: Partial<RevocationList>, key: PublicKey): Revocation | undefined =>
  new RevocationIndex(list(part)).find(key)

const ranges = fc.array(
  fc
    .tuple(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 1000n }))
    .map(([first, more]) => ({ first, last: first + more > 2n ** 64n - 1n ? first : first + more })),
  { maxLength: 8 },
)

test('what is written is read again', () => {
  const certificates = fc.array(
    fc.record({
      authority: fc.constantFrom(authority.publicKey, otherAuthority.publicKey),
      serials: ranges,
      keyIds: fc.array(fc.string({ unit: 'grapheme' })),
    }),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(certificates, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (entries, version) => {
      const written = encodeRevocationList(list({ version, certificates: entries, keys: [user.blob] }))
      const read = decodeRevocationList(written)
      assert.equal(read.version, version)
      assert.deepEqual(read.keys, [user.blob])
      for (const [index, entry] of entries.entries()) {
        assert.deepEqual(read.certificates[index]?.keyIds, entry.keyIds)
        assert.deepEqual(new Set(read.certificates[index]?.serials), new Set(entry.serials))
      }
    }),
  )
})

test('serials are found exactly where a walk over the ranges finds them', async () => {
  const certified = await certificate(1n, 'x')
  fc.assert(
    fc.property(ranges, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(7), (serials, any, pick) => {
      const near = serials[pick]
      const index = new RevocationIndex(list({ certificates: [{ serials, keyIds: [] }] }))
      for (const serial of near === undefined ? [any] : [any, near.first, near.last, near.last + 1n, near.first - 1n]) {
        const expected = serial !== 0n && serials.some(({ first, last }) => first <= serial && serial <= last)
        assert.equal(index.find({ ...certified, serial }) !== undefined, expected, String(serial))
      }
    }),
  )
})

test('a key is revoked by itself, by its hash, and inside a certificate', async () => {
  const certified = await certificate(7n, 'alice')
  assert.equal(find({ keys: [user.blob] }, user), 'key')
  assert.equal(find({ keys: [user.blob] }, certified), 'key')
  assert.equal(find({ keys: [user.blob] }, otherUser), undefined)
  const hash = (name: string) => new Uint8Array(createHash(name).update(user.blob).digest())
  assert.equal(find({ sha256Hashes: [hash('sha256')] }, certified), 'key')
  assert.equal(find({ sha1Hashes: [hash('sha1')] }, user), 'key')
  assert.equal(find({ keys: [authority.publicKey.blob] }, certified), 'authority')
})

test('a certificate is revoked by serial or key id, of its own authority alone', async () => {
  const certified = await certificate(7n, 'alice')
  const serials = [{ first: 5n, last: 8n }]
  assert.equal(find({ certificates: [{ authority: authority.publicKey, serials, keyIds: [] }] }, certified), 'serial')
  assert.equal(
    find({ certificates: [{ authority: otherAuthority.publicKey, serials, keyIds: [] }] }, certified),
    undefined,
  )
  assert.equal(find({ certificates: [{ serials: [], keyIds: ['alice'] }] }, certified), 'key-id')
  assert.equal(find({ certificates: [{ serials: [], keyIds: ['alic'] }] }, certified), undefined)
})

test('serial 0 means "none" and is not revoked by a range that holds it', async () => {
  const serials = [{ first: 0n, last: 100n }]
  assert.equal(find({ certificates: [{ serials, keyIds: [] }] }, await certificate(0n, 'x')), undefined)
})

test('critical extensions and unknown sections refuse the whole list', () => {
  const empty = encodeRevocationList(EMPTY_REVOCATION_LIST)
  const withSection = (type: number, contents: Uint8Array): Uint8Array =>
    new ByteWriter().bytes(empty).u8(type).string(contents).finish()
  const extension = (critical: boolean): Uint8Array =>
    new ByteWriter().string('hosts@example.com').boolean(critical).string('').finish()
  assert.throws(() => decodeRevocationList(withSection(255, extension(true))), DecodeError)
  assert.deepEqual(decodeRevocationList(withSection(255, extension(false))), EMPTY_REVOCATION_LIST)
  assert.throws(() => decodeRevocationList(withSection(77, new Uint8Array())), DecodeError)
  const certificates = new ByteWriter().string('').string('').u8(0x77).string('').finish()
  assert.throws(() => decodeRevocationList(withSection(1, certificates)), DecodeError)
})

test('a list cut anywhere is refused or smaller, never read beyond its end', () => {
  const certificates = [{ authority: authority.publicKey, serials: [{ first: 1n, last: 9n }], keyIds: ['a'] }]
  const whole = encodeRevocationList(list({ certificates, keys: [user.blob] }))
  const ends: number[] = []
  for (let length = 0; length < whole.length; length++) {
    try {
      decodeRevocationList(whole.subarray(0, length))
      ends.push(length)
    } catch (error) {
      assert.ok(error instanceof DecodeError)
    }
  }
  assert.equal(ends.length, 2, 'only the ends of whole sections')
})

test('a bitmap of many scattered serials is bounded', () => {
  const bits = new Uint8Array(2 * 1024 * 1024).fill(0x55)
  const bitmap = new ByteWriter().u64(1n).mpint(bits).finish()
  const certificates = new ByteWriter().string('').string('').u8(0x22).string(bitmap).finish()
  const whole = new ByteWriter().bytes(encodeRevocationList(EMPTY_REVOCATION_LIST)).u8(1).string(certificates).finish()
  assert.throws(() => decodeRevocationList(whole), DecodeError)
})

test('ssh-keygen obeys our lists', { skip }, async () => {
  using keygen = new KeygenDirectory()
  const revoked = await certificate(7n, 'alice')
  const other = await certificate(70n, 'bob', authority, otherUser)
  keygen.write('revoked.pub', `${formatPublicKey(revoked)}\n`)
  keygen.write('other.pub', `${formatPublicKey(other)}\n`)
  keygen.write('user.pub', `${formatPublicKey(user)}\n`)
  const query = (part: Partial<RevocationList>, file: string): boolean => {
    writeFileSync(join(keygen.path, 'list'), encodeRevocationList(list(part)))
    try {
      execFileSync('ssh-keygen', ['-Q', '-f', 'list', file], { cwd: keygen.path, stdio: 'pipe' })
      return false
    } catch (error) {
      const output = String((error as { stdout?: unknown }).stdout)
      assert.match(output, /REVOKED/)
      return true
    }
  }
  const own = { authority: authority.publicKey }
  const wide = [
    { first: 2n, last: 6n },
    { first: 7n, last: 7n },
    { first: 9n, last: 12n },
  ]
  assert.equal(query({ certificates: [{ ...own, serials: wide, keyIds: [] }] }, 'revoked.pub'), true)
  assert.equal(query({ certificates: [{ ...own, serials: wide, keyIds: [] }] }, 'other.pub'), false)
  assert.equal(query({ certificates: [{ ...own, serials: [], keyIds: ['alice'] }] }, 'revoked.pub'), true)
  assert.equal(query({ keys: [user.blob] }, 'revoked.pub'), true)
  assert.equal(query({ keys: [user.blob] }, 'user.pub'), true)
  assert.equal(query({ keys: [authority.publicKey.blob] }, 'other.pub'), true)
  assert.equal(query({}, 'revoked.pub'), false)
})

test('we obey the lists of ssh-keygen', { skip }, async () => {
  using keygen = new KeygenDirectory()
  keygen.write('ca.pub', `${formatPublicKey(authority.publicKey)}\n`)
  keygen.write('user.pub', `${formatPublicKey(otherUser)}\n`)
  const hash = createHash('sha256')
    .update(generatePrivateKey('ssh-ed25519').publicKey.blob)
    .digest('base64')
    .replace('=', '')
  keygen.write(
    'spec',
    [
      'serial: 5-700',
      'serial: 1001',
      'serial: 1003',
      'serial: 1009',
      'id: mallory',
      'sha256: user.pub',
      `hash: SHA256:${hash}`,
    ]
      .join('\n')
      .replace('sha256: user.pub', `key: ${formatPublicKey(otherUser)}`) + '\n',
  )
  keygen.run('-k', '-f', 'list', '-s', 'ca.pub', '-z', '9', 'spec')
  const read = decodeRevocationList(readFileSync(join(keygen.path, 'list')))
  assert.equal(read.version, 9n)
  const index = new RevocationIndex(read)
  const verdicts = new Map<bigint, boolean>([
    [4n, false],
    [5n, true],
    [700n, true],
    [701n, false],
    [1001n, true],
    [1002n, false],
    [1003n, true],
    [1009n, true],
    [1010n, false],
  ])
  for (const [serial, expected] of verdicts) {
    assert.equal(index.find(await certificate(serial, 'x')) !== undefined, expected, String(serial))
  }
  assert.equal(index.find(await certificate(2n, 'mallory')), 'key-id')
  assert.equal(index.find(await certificate(5n, 'x', otherAuthority)), undefined)
  assert.equal(index.find(otherUser), 'key')
})
