import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { ByteReader, ByteWriter, concatBytes, equalBytes, utf8Bytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { bcryptPbkdf } from './bcrypt-pbkdf.ts'
import { decodePlainKey, type PlainKey } from './plain-key.ts'
import { readPrivateFields, writePrivateFields } from './private-fields.ts'
import { PrivateKey } from './private-key.ts'

/*
 * OpenSSH's private key file, PROTOCOL.key, behind its PEM-like armour:
 *
 *     "openssh-key-v1" 0 | string cipher | string kdf | string kdf options | uint32 keys (1) | string public key
 *     string: uint32 check | uint32 check | type and fields | string comment | 1 2 3 … to the block size
 *     tag (AEAD ciphers only)
 */
const MAGIC = utf8Bytes('openssh-key-v1\0')

interface FileCipher {
  readonly name: string
  readonly node: string
  readonly keyBytes: number
  readonly ivBytes: number
  readonly blockBytes: number
  readonly tagBytes: number
}

const aes = (name: string, bits: number, mode: string): FileCipher => ({
  name,
  node: `aes-${bits}-${mode}`,
  keyBytes: bits / 8,
  ivBytes: mode === 'gcm' ? 12 : 16,
  blockBytes: 16,
  tagBytes: mode === 'gcm' ? 16 : 0,
})

const AES_256_CTR = aes('aes256-ctr', 256, 'ctr')
const FILE_CIPHERS: readonly FileCipher[] = [
  AES_256_CTR,
  aes('aes192-ctr', 192, 'ctr'),
  aes('aes128-ctr', 128, 'ctr'),
  aes('aes256-gcm@openssh.com', 256, 'gcm'),
  aes('aes128-gcm@openssh.com', 128, 'gcm'),
  aes('aes256-cbc', 256, 'cbc'),
  aes('aes192-cbc', 192, 'cbc'),
  aes('aes128-cbc', 128, 'cbc'),
]

const PLAIN_BLOCK_BYTES = 8
const PADDING_MAX_BYTES = 255
/** A round costs about 7 ms here, so the limit is some seconds of a blocked thread: far over ssh-keygen's 16 or 24. */
export const KDF_MAX_ROUNDS = 1024
/** What ssh-keygen has written since 9.4. */
const KDF_ROUNDS = 24
const KDF_SALT_BYTES = 16
const SALT_MAX_BYTES = 256
const NAME_MAX_BYTES = 64

export interface OpensshKeyFile {
  readonly publicKey: PlainKey
  readonly encrypted: boolean
  readonly cipher: string
  /** bcrypt_pbkdf's; 0 where nothing is encrypted. */
  readonly rounds: number
  readonly salt: Uint8Array
  readonly sealed: Uint8Array
  readonly tag: Uint8Array
}

/** Reads what needs no passphrase. Throws DecodeError. */
export function readOpensshKeyFile(bytes: Uint8Array): OpensshKeyFile {
  const reader = new ByteReader(bytes)
  if (!equalBytes(reader.bytes(MAGIC.length, 'key-file.magic'), MAGIC)) {
    throw reader.error('is not openssh-key-v1', 'key-file.magic')
  }
  const cipher = reader.text('key-file.cipher', NAME_MAX_BYTES)
  const kdf = reader.text('key-file.kdf', NAME_MAX_BYTES)
  const options = new ByteReader(reader.string('key-file.kdf-options'))
  if (reader.u32('key-file.keys') !== 1) throw reader.error('is not one key', 'key-file.keys')
  const publicKey = decodePlainKey(reader.string('key-file.public-key'))
  const sealed = reader.string('key-file.private-keys')
  const tag = reader.rest()
  if ((kdf === 'none') !== (cipher === 'none')) throw reader.error('does not fit the cipher', 'key-file.kdf')
  if (kdf === 'none') {
    options.end('key-file.kdf-options')
    if (tag.length > 0) throw reader.error('follow an unencrypted key', 'key-file.trailing-bytes')
    return { publicKey, encrypted: false, cipher, rounds: 0, salt: new Uint8Array(), sealed, tag }
  }
  if (kdf !== 'bcrypt') throw reader.error('is not bcrypt', 'key-file.kdf')
  const salt = options.string('key-file.salt', SALT_MAX_BYTES)
  const rounds = options.u32('key-file.rounds')
  options.end('key-file.kdf-options')
  if (salt.length === 0) throw reader.error('is empty', 'key-file.salt')
  if (rounds === 0 || rounds > KDF_MAX_ROUNDS) {
    throw reader.error(`are ${rounds}, at most ${KDF_MAX_ROUNDS} are worked through`, 'key-file.rounds')
  }
  return { publicKey, encrypted: true, cipher, rounds, salt, sealed, tag }
}

/** The private key in a file. Throws DecodeError, or SshError 'key-passphrase' or 'key-unsupported'. */
export function openOpensshKeyFile(file: OpensshKeyFile, passphrase: Uint8Array | undefined): PrivateKey {
  const cipher = file.encrypted ? fileCipher(file.cipher) : undefined
  const reader = new ByteReader(cipher === undefined ? file.sealed : decrypt(file, cipher, passphrase))
  const checks = [reader.u32('key-file.check'), reader.u32('key-file.check')]
  if (checks[0] !== checks[1]) {
    if (file.encrypted) throw wrongPassphrase()
    throw reader.error('differ', 'key-file.check')
  }
  const { publicKey, keyObject } = readPrivateFields(reader)
  if (!equalBytes(publicKey.blob, file.publicKey.blob)) throw reader.error('do not fit', 'key-file.public-key')
  const comment = reader.text('key-file.comment')
  readPadding(reader)
  return new PrivateKey(keyObject, comment)
}

/** OpenSSH pads to the cipher's block; PuTTY always to 16 bytes. */
function readPadding(reader: ByteReader): void {
  const padding = reader.rest()
  if (padding.length > PADDING_MAX_BYTES || padding.some((byte, at) => byte !== at + 1)) {
    throw reader.error('is not 1, 2, 3 …', 'key-file.padding')
  }
}

function fileCipher(name: string): FileCipher {
  const cipher = FILE_CIPHERS.find((candidate) => candidate.name === name)
  if (cipher !== undefined) return cipher
  throw new SshError('key-unsupported', 'private key file is encrypted with a cipher that is not known', {
    facts: { cipher: name },
  })
}

function decrypt(file: OpensshKeyFile, cipher: FileCipher, passphrase: Uint8Array | undefined): Uint8Array {
  if (passphrase === undefined || passphrase.length === 0) {
    throw new SshError('key-passphrase', 'private key is encrypted: a passphrase is needed')
  }
  if (file.sealed.length === 0 || file.sealed.length % cipher.blockBytes !== 0 || file.tag.length !== cipher.tagBytes) {
    throw new SshError('key-format', 'private key file has a length that does not fit its cipher')
  }
  const { key, iv } = deriveKey(cipher, passphrase, file.salt, file.rounds)
  try {
    if (cipher.tagBytes > 0) {
      const opener = createDecipheriv(cipher.node as 'aes-256-gcm', key, iv, { authTagLength: cipher.tagBytes })
      opener.setAuthTag(file.tag)
      return concatBytes(opener.update(file.sealed), opener.final())
    }
    const opener = createDecipheriv(cipher.node, key, iv).setAutoPadding(false)
    return concatBytes(opener.update(file.sealed), opener.final())
  } catch (cause) {
    throw wrongPassphrase(cause)
  }
}

function deriveKey(cipher: FileCipher, passphrase: Uint8Array, salt: Uint8Array, rounds: number) {
  const derived = bcryptPbkdf(passphrase, salt, rounds, cipher.keyBytes + cipher.ivBytes)
  return { key: derived.subarray(0, cipher.keyBytes), iv: derived.subarray(cipher.keyBytes) }
}

function wrongPassphrase(cause?: unknown): SshError {
  return new SshError('key-passphrase', 'passphrase is wrong or private key file is damaged', { cause })
}

/** The bytes of a file, encrypted with aes256-ctr where there is a passphrase, as ssh-keygen does by default. */
export function writeOpensshKeyFile(key: PrivateKey, comment: string, passphrase: Uint8Array | undefined): Uint8Array {
  const cipher = passphrase === undefined ? undefined : AES_256_CTR
  const check = new ByteReader(randomBytes(4)).u32()
  const inner = new ByteWriter(512).u32(check).u32(check).string(key.publicKey.type)
  writePrivateFields(inner, key)
  inner.string(comment)
  const blockBytes = cipher?.blockBytes ?? PLAIN_BLOCK_BYTES
  for (let pad = 1; inner.length % blockBytes !== 0; pad++) inner.u8(pad)
  const plain = inner.finish()

  const file = new ByteWriter(1024).bytes(MAGIC)
  if (cipher === undefined || passphrase === undefined) {
    return file.string('none').string('none').string('').u32(1).string(key.publicKey.blob).string(plain).finish()
  }
  const salt = randomBytes(KDF_SALT_BYTES)
  const { key: secret, iv } = deriveKey(cipher, passphrase, salt, KDF_ROUNDS)
  const sealer = createCipheriv(cipher.node, secret, iv).setAutoPadding(false)
  const sealed = concatBytes(sealer.update(plain), sealer.final())
  const options = new ByteWriter().string(salt).u32(KDF_ROUNDS).finish()
  file.string(cipher.name).string('bcrypt').string(options).u32(1).string(key.publicKey.blob).string(sealed)
  return file.finish()
}
