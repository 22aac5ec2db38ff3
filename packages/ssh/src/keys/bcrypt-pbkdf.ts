import { createHash } from 'node:crypto'
import { ByteWriter, concatBytes } from '@sallyport/wire'
import { Blowfish } from './blowfish.ts'

const HASH_WORDS = 8
const HASH_BYTES = HASH_WORDS * 4
/** Key schedules per hash, and encryptions of the text: bcrypt's cost of 2^6. */
const HASH_COST = 64
const TEXT = wordsOf(new TextEncoder().encode('OxychromaticBlowfishSwatDynamite'))

/**
 * bcrypt_pbkdf, the key derivation of OpenSSH's private key files (PROTOCOL.key): PBKDF2's shape with a bcrypt hash
 * inside, and output bytes dealt out across blocks. Blocks the thread for about `rounds` × `keyBytes` / 32 hashes of
 * some milliseconds each: callers bound `rounds`.
 */
export function bcryptPbkdf(passphrase: Uint8Array, salt: Uint8Array, rounds: number, keyBytes: number): Uint8Array {
  const hash = new BcryptHash(sha512(passphrase))
  const key = new Uint8Array(keyBytes)
  const stride = Math.ceil(keyBytes / HASH_BYTES)
  for (let block = 0; block < stride; block++) {
    const counter = new ByteWriter(4).u32(block + 1).finish()
    let latest = hash.digest(sha512(concatBytes(salt, counter)))
    const sum = latest.slice()
    for (let round = 1; round < rounds; round++) {
      latest = hash.digest(sha512(latest))
      for (let at = 0; at < HASH_BYTES; at++) sum[at] = (sum[at] as number) ^ (latest[at] as number)
    }
    for (let at = 0, to = block; at < HASH_BYTES && to < keyBytes; at++, to += stride) key[to] = sum[at] as number
  }
  return key
}

/** The bcrypt hash for one passphrase and many salts. */
class BcryptHash {
  readonly #blowfish = new Blowfish()
  readonly #passphrase: Int32Array

  constructor(hashedPassphrase: Uint8Array) {
    this.#passphrase = wordsOf(hashedPassphrase)
  }

  /** 32 bytes. */
  digest(hashedSalt: Uint8Array): Uint8Array {
    const salt = wordsOf(hashedSalt)
    const blowfish = this.#blowfish
    blowfish.reset()
    blowfish.expand(this.#passphrase, salt)
    for (let turn = 0; turn < HASH_COST; turn++) {
      blowfish.expandUnsalted(salt)
      blowfish.expandUnsalted(this.#passphrase)
    }
    const text = TEXT.slice()
    for (let turn = 0; turn < HASH_COST; turn++) blowfish.encrypt(text)
    const out = new Uint8Array(HASH_BYTES)
    const view = new DataView(out.buffer)
    // words go in big-endian and come out little-endian: so in OpenBSD, so here
    for (const [at, word] of text.entries()) view.setInt32(at * 4, word, true)
    return out
  }
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int32Array.from({ length: bytes.length / 4 }, (_, at) => view.getInt32(at * 4))
}

function sha512(bytes: Uint8Array): Uint8Array {
  return createHash('sha512').update(bytes).digest()
}
