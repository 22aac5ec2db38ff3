import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { ByteWriter, utf8Bytes } from '@sallyport/wire'
import { SshError, type SshErrorCode } from '../errors.ts'
import { KeygenDirectory, missingTool } from '../testing/ssh-keygen.ts'
import { bcryptPbkdf } from './bcrypt-pbkdf.ts'
import { generatePrivateKey, PrivateKey, type PrivateKeyType } from './private-key.ts'
import { decodePrivateKey, encodePrivateKey, inspectPrivateKey } from './private-key-file.ts'
import { formatPublicKey, parsePublicKey, samePublicKey } from './public-key.ts'
import { verifySignature } from './signature.ts'

const skip = missingTool('ssh-keygen') ?? false
const types: readonly PrivateKeyType[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]

function failsWith(code: SshErrorCode, run: () => unknown, message?: string): void {
  assert.throws(run, (error: unknown) => error instanceof SshError && error.code === code, message)
}

test('bcrypt_pbkdf agrees with the OpenBSD regression vectors', () => {
  // OpenBSD regress/lib/libutil/bcrypt_pbkdf, the first two
  assert.equal(
    bcryptPbkdf(utf8Bytes('password'), utf8Bytes('salt'), 4, 32).toHex(),
    '5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9',
  )
  assert.equal(bcryptPbkdf(utf8Bytes('password'), Uint8Array.of(0), 4, 16).toHex(), 'c12b566235eee04c212598970a579a67')
})

for (const type of types) {
  test(`a ${type} key written by us reads back, plain and encrypted`, () => {
    const key = generatePrivateKey(type)
    for (const options of [{ comment: 'carol' }, { comment: 'carol', passphrase: 'pässwörd' }]) {
      const again = decodePrivateKey(encodePrivateKey(key, options), options)
      assert.ok(samePublicKey(again.publicKey, key.publicKey))
      assert.equal(again.comment, 'carol')
    }
  })

  test(`ssh-keygen reads ${type} keys that we write, plain and encrypted`, { skip }, () => {
    using directory = new KeygenDirectory()
    const key = generatePrivateKey(type)
    for (const [name, passphrase] of [
      ['plain', ''],
      ['sealed', 'a passphrase'],
    ] as const) {
      directory.write(name, encodePrivateKey(key, { comment: 'c', ...(passphrase === '' ? {} : { passphrase }) }))
      const shown = parsePublicKey(directory.run('-y', '-P', passphrase, '-f', name))
      assert.ok(samePublicKey(shown.key, key.publicKey), name)
      assert.equal(shown.comment, 'c')
    }
  })
}

const keygenTypes = [
  ['ed25519'],
  ['ecdsa', '-b', '256'],
  ['ecdsa', '-b', '384'],
  ['ecdsa', '-b', '521'],
  ['rsa', '-b', '2048'],
] as const

for (const [type, ...size] of keygenTypes) {
  test(`we read what ssh-keygen writes for ${type}${size[1] ?? ''}, in each of its formats`, { skip }, () => {
    using directory = new KeygenDirectory()
    // ssh-keygen has only its own format for ed25519
    const formats = type === 'ed25519' ? ['RFC4716'] : ['RFC4716', 'PKCS8', 'PEM']
    for (const format of formats) {
      for (const passphrase of ['', 'sésame 1234']) {
        const name = `${format}-${passphrase.length}`
        directory.generate(name, type, ...size, '-m', format, '-N', passphrase, '-a', '2')
        const text = directory.read(name)
        const { key: publicKey } = parsePublicKey(directory.read(`${name}.pub`))
        const key = decodePrivateKey(text, { passphrase })
        assert.ok(samePublicKey(key.publicKey, publicKey), name)
        assert.equal(inspectPrivateKey(text).encrypted, passphrase !== '')
        if (passphrase === '') continue
        failsWith('key-passphrase', () => decodePrivateKey(text), `${name} without passphrase`)
        failsWith('key-passphrase', () => decodePrivateKey(text, { passphrase: '' }), `${name} empty passphrase`)
        failsWith('key-passphrase', () => decodePrivateKey(text, { passphrase: 'sesame' }), `${name} wrong passphrase`)
      }
    }
  })
}

test('we read each cipher ssh-keygen encrypts with', { skip }, () => {
  using directory = new KeygenDirectory()
  const ciphers = ['aes256-ctr', 'aes192-ctr', 'aes128-ctr', 'aes256-gcm@openssh.com', 'aes128-gcm@openssh.com']
  for (const [at, cipher] of [...ciphers, 'aes256-cbc', 'aes192-cbc', 'aes128-cbc'].entries()) {
    const name = `key${at}`
    directory.generate(name, 'ed25519', '-N', 'open', '-Z', cipher, '-a', '3')
    const text = directory.read(name)
    assert.ok(text.length > 0)
    const key = decodePrivateKey(text, { passphrase: 'open' })
    assert.equal(`${formatPublicKey(key.publicKey, key.comment)}\n`, directory.read(`${name}.pub`))
    failsWith('key-passphrase', () => decodePrivateKey(text, { passphrase: 'shut' }), cipher)
  }
})

test('a cipher we do not know is named', { skip }, () => {
  using directory = new KeygenDirectory()
  directory.generate('key', 'ed25519', '-N', 'open', '-Z', '3des-cbc', '-a', '1')
  failsWith('key-unsupported', () => decodePrivateKey(directory.read('key'), { passphrase: 'open' }))
})

test('the public half of an encrypted OpenSSH key is readable without its passphrase', () => {
  const key = generatePrivateKey('ssh-ed25519')
  const facts = inspectPrivateKey(encodePrivateKey(key, { passphrase: 'x' }))
  assert.equal(facts.encrypted, true)
  assert.ok(facts.publicKey !== undefined && samePublicKey(facts.publicKey, key.publicKey))
})

function armour(bytes: Uint8Array): string {
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toBase64()}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function dearmour(text: string): Uint8Array {
  return Uint8Array.fromBase64(text.replace(/-----.*-----/g, ''))
}

test('a key derivation of more rounds than we would wait for is refused at once', () => {
  const options = new ByteWriter().string(new Uint8Array(16)).u32(0xffff_ffff).finish()
  const key = generatePrivateKey('ssh-ed25519')
  const bytes = new ByteWriter()
    .bytes(utf8Bytes('openssh-key-v1\0'))
    .string('aes256-ctr')
    .string('bcrypt')
    .string(options)
    .u32(1)
    .string(key.publicKey.blob)
    .string(new Uint8Array(160))
    .finish()
  // The best of several: a machine may be busy once, but work takes its time every time.
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    failsWith('key-format', () => decodePrivateKey(armour(bytes), { passphrase: 'x' }))
    return performance.now() - start
  })
  assert.ok(Math.min(...times) < 100, times.join(' '))
})

test('a file whose private half belongs to another key is refused', () => {
  const [one, other] = [generatePrivateKey('ssh-ed25519'), generatePrivateKey('ssh-ed25519')]
  const bytes = dearmour(encodePrivateKey(one))
  const needle = one.publicKey.blob
  const at = bytes.findIndex((_, start) => needle.every((byte, i) => bytes[start + i] === byte))
  bytes.set(other.publicKey.blob, at)
  failsWith('key-format', () => decodePrivateKey(armour(bytes)))
})

test('a private half file damaged in any byte is refused', () => {
  const key = generatePrivateKey('ecdsa-sha2-nistp256')
  const bytes = dearmour(encodePrivateKey(key))
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] ?? 0) ^ 1
    assert.throws(() => decodePrivateKey(armour(damaged)), SshError, `byte ${at}`)
  }
})

test('PEM whose two halves differ is refused', () => {
  const [one, other] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
  assert.ok(one !== undefined && other !== undefined)
  const der = one.export({ format: 'der', type: 'sec1' })
  // SEC1 ends in the public point
  der.set(other.export({ format: 'der', type: 'sec1' }).subarray(-64), der.length - 64)
  const pem = `-----BEGIN EC PRIVATE KEY-----\n${der.toString('base64')}\n-----END EC PRIVATE KEY-----\n`
  assert.throws(() => decodePrivateKey(pem), SshError)
})

for (const [type, format] of [
  ['ed25519', 'private-openssh-new'],
  ['ecdsa', 'private-openssh'],
  ['rsa', 'private-openssh'],
  ['rsa', 'private-openssh-new'],
] as const) {
  test(`we read what puttygen writes for ${type} as ${format}`, { skip: missingTool('puttygen') ?? false }, () => {
    using directory = new KeygenDirectory()
    const puttygen = (...args: string[]) => execFileSync('puttygen', args, { cwd: directory.path, stdio: 'pipe' })
    puttygen('-t', type, '-q', '-o', 'key.ppk', '--new-passphrase', '/dev/null')
    puttygen('key.ppk', '-O', format, '-o', 'key')
    puttygen('key.ppk', '-O', 'public-openssh', '-o', 'key.pub')
    const key = decodePrivateKey(directory.read('key'))
    assert.ok(samePublicKey(key.publicKey, parsePublicKey(directory.read('key.pub')).key))
  })
}

test('kinds and sizes that SSH does not take are refused by name', () => {
  const x25519 = generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' })
  const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  failsWith('key-unsupported', () => decodePrivateKey(x25519))
  failsWith('key-unsupported', () => decodePrivateKey(secp256k1.export({ format: 'pem', type: 'sec1' })))
  failsWith('key-unsupported', () => decodePrivateKey(small.export({ format: 'pem', type: 'pkcs1' })))
  failsWith('key-unsupported', () => decodePrivateKey('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'))
})

test('texts that are no key are refused', () => {
  const whole = encodePrivateKey(generatePrivateKey('ssh-ed25519'))
  for (const text of ['', 'hello', whole.slice(0, 100), whole.replace('AAAA', '!!!!'), 'x'.repeat(70_000)]) {
    failsWith('key-format', () => decodePrivateKey(text))
  }
  failsWith('key-format', () => decodePrivateKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'))
})

test('an empty passphrase never writes a key that only looks encrypted', () => {
  assert.throws(() => encodePrivateKey(generatePrivateKey('ssh-ed25519'), { passphrase: '' }), TypeError)
})

test('keys with leading zeros in their numbers survive both ways', () => {
  for (let found = 0, tries = 0; found < 3 && tries < 3000; tries++) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    if (!/^AA|^A[A-P]/.test(privateKey.export({ format: 'jwk' }).d ?? '')) continue
    found++
    const key = new PrivateKey(privateKey)
    const again = decodePrivateKey(encodePrivateKey(key))
    const data = utf8Bytes('x')
    assert.ok(verifySignature(key.publicKey, key.publicKey.type, data, again.sign(key.publicKey.type, data)))
  }
})

test('printing a private key shows nothing secret', () => {
  const key = generatePrivateKey('ssh-ed25519')
  const secret = key.keyObject.export({ format: 'jwk' }).d ?? ''
  const bytes = Uint8Array.fromBase64(secret, { alphabet: 'base64url' })
  const printed = `${inspect(key, { depth: 9, showHidden: true })} ${JSON.stringify(key)}`
  assert.ok(printed.includes('ssh-ed25519'))
  for (const spelling of [secret, bytes.toHex(), bytes.toBase64(), bytes.join(', '), bytes.join(',')]) {
    assert.ok(!printed.includes(spelling))
  }
})
