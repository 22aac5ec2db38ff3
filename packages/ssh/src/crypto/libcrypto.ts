/**
 * AES-GCM by direct calls into the OpenSSL that is part of Node (`node:ffi`), where that exists. `node:crypto` makes, clears,
 * copies and throws away two buffers and a cipher object per packet, which costs three times the encryption itself; here a
 * packet goes from where it lies to where it shall lie. docs/decisions/0006-libcrypto.md has the numbers and the reasons why
 * this is only ever an optimisation: without it, or when its self-test fails, `node:crypto` does the same work.
 *
 * This is the only file with native pointers. What keeps them honest:
 * - every length is checked here, in the two methods that pass memory to native code, against the arrays themselves;
 * - key, nonce, associated data and tag travel in a fixed scratch area that is never freed;
 * - small packets are worked on in the scratch area too; for others the address of an ArrayBuffer is asked once and kept only
 *   as long as the buffer lives, and a buffer that was detached has length 0 and does not pass;
 * - one context per algorithm and direction is keyed anew for each packet, so that none can be leaked or used after free.
 */
import { createCipheriv, randomBytes } from 'node:crypto'
import { equalBytes } from '@sallyport/wire'

export const GCM_NONCE_BYTES = 12
export const GCM_TAG_BYTES = 16
/** Associated data of an SSH packet is its length field. */
const AAD_BYTES = 4

export type GcmAlgorithm = 'aes-128-gcm' | 'aes-256-gcm'

/** AES-GCM over SSH packets. Lengths that do not fit throw RangeError. */
export interface GcmEngine {
  /** Encrypts `data` into `out`, of equal length, and writes the tag. */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, data: Uint8Array, out: Uint8Array, tag: Uint8Array): void
  /** Decrypts `data` into `out`, of equal length. True, and only true, is success; otherwise `out` has been cleared. */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, data: Uint8Array, tag: Uint8Array, out: Uint8Array): boolean
}

/** The part of `node:ffi` that is used. */
interface Ffi {
  dlopen(path: null, definitions: object): { readonly functions: OpenSsl }
  getRawPointer(memory: ArrayBufferLike): bigint
}

interface OpenSsl {
  readonly EVP_CIPHER_CTX_new: () => bigint
  readonly EVP_aes_128_gcm: () => bigint
  readonly EVP_aes_256_gcm: () => bigint
  readonly EVP_EncryptInit_ex2: (context: bigint, type: bigint, key: bigint, iv: bigint, parameters: bigint) => number
  readonly EVP_DecryptInit_ex2: (context: bigint, type: bigint, key: bigint, iv: bigint, parameters: bigint) => number
  readonly EVP_CIPHER_CTX_ctrl: (context: bigint, type: bigint, argument: bigint, pointer: bigint) => number
  readonly EVP_Cipher: (context: bigint, out: bigint, data: bigint, length: bigint) => number
  readonly ERR_clear_error: () => void
}

/**
 * Integers are declared as pointers and passed as BigInts, in the same registers: `node:ffi` looks the range of an integer
 * argument up by the name of its type, which costs 300 ns, ten times the call. None of them is negative or above 32 bits.
 */
const signatures = {
  EVP_CIPHER_CTX_new: { arguments: [], return: 'pointer' },
  EVP_aes_128_gcm: { arguments: [], return: 'pointer' },
  EVP_aes_256_gcm: { arguments: [], return: 'pointer' },
  EVP_EncryptInit_ex2: { arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer'], return: 'int32' },
  EVP_DecryptInit_ex2: { arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer'], return: 'int32' },
  EVP_CIPHER_CTX_ctrl: { arguments: ['pointer', 'pointer', 'pointer', 'pointer'], return: 'int32' },
  EVP_Cipher: { arguments: ['pointer', 'pointer', 'pointer', 'pointer'], return: 'int32' },
  ERR_clear_error: { arguments: [], return: 'void' },
}

const NULL = 0n
const EVP_CTRL_AEAD_GET_TAG = 0x10n
const EVP_CTRL_AEAD_SET_TAG = 0x11n
const TAG_LENGTH = BigInt(GCM_TAG_BYTES)
const AAD_LENGTH = BigInt(AAD_BYTES)
/** EVP_Cipher takes an unsigned int; no packet is near this. */
const MAX_DATA_BYTES = 16 * 1024 * 1024

/** Offsets in the scratch area. */
const KEY_AT = 0
const NONCE_AT = 32
const TAG_AT = 48
const AAD_AT = 64
const SMALL_AT = 128
/** Up to this size two copies cost less than learning two addresses. */
const SMALL_BYTES = 2048
const SCRATCH_BYTES = SMALL_AT + SMALL_BYTES

class LibcryptoGcm implements GcmEngine {
  readonly #ffi: Ffi
  readonly #openssl: OpenSsl
  readonly #keyBytes: number
  readonly #sealing: bigint
  readonly #opening: bigint
  readonly #scratch = new Uint8Array(new ArrayBuffer(SCRATCH_BYTES))
  readonly #tag = this.#scratch.subarray(TAG_AT, TAG_AT + GCM_TAG_BYTES)
  readonly #keyPointer: bigint
  readonly #noncePointer: bigint
  readonly #tagPointer: bigint
  readonly #aadPointer: bigint
  readonly #smallPointer: bigint
  readonly #addresses = new WeakMap<ArrayBufferLike, bigint>()

  constructor(ffi: Ffi, openssl: OpenSsl, algorithm: GcmAlgorithm) {
    this.#ffi = ffi
    this.#openssl = openssl
    this.#keyBytes = algorithm === 'aes-128-gcm' ? 16 : 32
    const type = algorithm === 'aes-128-gcm' ? openssl.EVP_aes_128_gcm() : openssl.EVP_aes_256_gcm()
    this.#sealing = makeContext(openssl, type, openssl.EVP_EncryptInit_ex2)
    this.#opening = makeContext(openssl, type, openssl.EVP_DecryptInit_ex2)
    const base = ffi.getRawPointer(this.#scratch.buffer)
    this.#keyPointer = base + BigInt(KEY_AT)
    this.#noncePointer = base + BigInt(NONCE_AT)
    this.#tagPointer = base + BigInt(TAG_AT)
    this.#aadPointer = base + BigInt(AAD_AT)
    this.#smallPointer = base + BigInt(SMALL_AT)
  }

  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, data: Uint8Array, out: Uint8Array, tag: Uint8Array): void {
    this.#prepare(key, nonce, aad, data, out, tag)
    const openssl = this.#openssl
    const context = this.#sealing
    const good =
      openssl.EVP_EncryptInit_ex2(context, NULL, this.#keyPointer, this.#noncePointer, NULL) === 1 &&
      openssl.EVP_Cipher(context, NULL, this.#aadPointer, AAD_LENGTH) === AAD_BYTES &&
      this.#crypt(context, data, out) &&
      openssl.EVP_Cipher(context, NULL, NULL, NULL) >= 0 &&
      openssl.EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, this.#tagPointer) === 1
    if (!good) {
      openssl.ERR_clear_error()
      out.fill(0)
      throw new Error('libcrypto could not encrypt')
    }
    tag.set(this.#tag)
  }

  open(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    data: Uint8Array,
    tag: Uint8Array,
    out: Uint8Array,
  ): boolean {
    this.#prepare(key, nonce, aad, data, out, tag)
    this.#tag.set(tag)
    const openssl = this.#openssl
    const context = this.#opening
    const good =
      openssl.EVP_DecryptInit_ex2(context, NULL, this.#keyPointer, this.#noncePointer, NULL) === 1 &&
      openssl.EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, this.#tagPointer) === 1 &&
      openssl.EVP_Cipher(context, NULL, this.#aadPointer, AAD_LENGTH) === AAD_BYTES &&
      this.#crypt(context, data, out) &&
      openssl.EVP_Cipher(context, NULL, NULL, NULL) >= 0
    if (good) return true
    openssl.ERR_clear_error()
    out.fill(0)
    return false
  }

  /** `data` to `out`, whose lengths `#prepare` has found equal. */
  #crypt(context: bigint, data: Uint8Array, out: Uint8Array): boolean {
    const bytes = data.length
    if (bytes > SMALL_BYTES)
      return this.#openssl.EVP_Cipher(context, this.#address(out), this.#address(data), BigInt(bytes)) === bytes
    const scratch = this.#scratch
    scratch.set(data, SMALL_AT)
    const good = this.#openssl.EVP_Cipher(context, this.#smallPointer, this.#smallPointer, BigInt(bytes)) === bytes
    if (good) out.set(scratch.subarray(SMALL_AT, SMALL_AT + bytes))
    return good
  }

  #address(view: Uint8Array): bigint {
    const { buffer, byteOffset } = view
    let base = this.#addresses.get(buffer)
    if (base === undefined) {
      base = this.#ffi.getRawPointer(buffer)
      this.#addresses.set(buffer, base)
    }
    return byteOffset === 0 ? base : base + BigInt(byteOffset)
  }

  #prepare(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    data: Uint8Array,
    out: Uint8Array,
    tag: Uint8Array,
  ): void {
    if (
      key.length !== this.#keyBytes ||
      nonce.length !== GCM_NONCE_BYTES ||
      aad.length !== AAD_BYTES ||
      tag.length !== GCM_TAG_BYTES ||
      data.length === 0 ||
      data.length > MAX_DATA_BYTES ||
      out.length !== data.length
    )
      throw new RangeError('lengths do not fit AES-GCM')
    const scratch = this.#scratch
    scratch.set(key, KEY_AT)
    scratch.set(nonce, NONCE_AT)
    scratch.set(aad, AAD_AT)
  }
}

function makeContext(openssl: OpenSsl, type: bigint, initialize: OpenSsl['EVP_EncryptInit_ex2']): bigint {
  const context = openssl.EVP_CIPHER_CTX_new()
  if (context === NULL || type === NULL || initialize(context, type, NULL, NULL, NULL) !== 1)
    throw new Error('libcrypto has no AES-GCM')
  return context
}

/** Sizes around blocks, strides and packets. */
const SELF_TEST_BYTES = [1, 15, 16, 17, 255, 4096, 32_789]

/** Both directions against `node:crypto`, and a refusal of every tag with a wrong bit. Exported for its test. */
export function passesSelfTest(engine: GcmEngine, algorithm: GcmAlgorithm): boolean {
  const key = new Uint8Array(randomBytes(algorithm === 'aes-128-gcm' ? 16 : 32))
  const tag = new Uint8Array(GCM_TAG_BYTES)
  for (const bytes of SELF_TEST_BYTES) {
    const nonce = new Uint8Array(randomBytes(GCM_NONCE_BYTES))
    const aad = new Uint8Array(randomBytes(AAD_BYTES))
    const data = new Uint8Array(randomBytes(bytes))
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: GCM_TAG_BYTES })
    cipher.setAAD(aad)
    const expected = cipher.update(data)
    cipher.final()
    const out = new Uint8Array(bytes)
    engine.seal(key, nonce, aad, data, out, tag)
    if (!equalBytes(out, expected) || !equalBytes(tag, cipher.getAuthTag())) return false
    const plain = new Uint8Array(bytes)
    if (!engine.open(key, nonce, aad, out, tag, plain) || !equalBytes(plain, data)) return false
    tag[bytes % GCM_TAG_BYTES] = (tag[bytes % GCM_TAG_BYTES] ?? 0) ^ 1
    if (engine.open(key, nonce, aad, out, tag, plain) || plain.some((byte) => byte !== 0)) return false
  }
  return true
}

const engines = new Map<GcmAlgorithm, GcmEngine | undefined>()

/** The engine for an algorithm; undefined where this Node has none, or one that does not agree with `node:crypto`. */
export function libcryptoGcm(algorithm: GcmAlgorithm): GcmEngine | undefined {
  if (!engines.has(algorithm)) engines.set(algorithm, loadEngine(algorithm))
  return engines.get(algorithm)
}

function loadEngine(algorithm: GcmAlgorithm): GcmEngine | undefined {
  // The binary interface relied on is that of OpenSSL 3.
  if (!process.versions.openssl.startsWith('3.')) return undefined
  try {
    const ffi = loadFfi()
    if (ffi === undefined) return undefined
    const engine = new LibcryptoGcm(ffi, ffi.dlopen(null, signatures).functions, algorithm)
    return passesSelfTest(engine, algorithm) ? engine : undefined
  } catch {
    // Not built in, not permitted, or other symbols than expected: all the same to us.
    return undefined
  }
}

/** Node warns of the experimental module on stderr once; that is our decision to take, not news for the user of a command. */
function loadFfi(): Ffi | undefined {
  const before = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:ffi') as unknown as Ffi | undefined
  } finally {
    if (before !== undefined) Object.defineProperty(process, 'emitWarning', before)
  }
}
