/**
 * AES-GCM by direct calls into the OpenSSL that is part of Node (`node:ffi`), where that exists. `node:crypto` makes, clears,
 * copies and throws away two buffers and a cipher object per packet, which costs three times the encryption itself; here a
 * packet goes from where it lies to where it shall lie. docs/decisions/0006-libcrypto.md has the numbers and the reasons why
 * this is only ever an optimisation: without it, or when its self-test fails, `node:crypto` does the same work.
 *
 * This is the only file with native pointers. What keeps them honest:
 * - every length is checked here, in the three methods that pass memory to native code, against the arrays themselves;
 * - key and nonce travel in a fixed scratch area that is never freed;
 * - small packets are worked on in the scratch area too; for others the address of an ArrayBuffer is asked once and kept only
 *   as long as the buffer lives, and a buffer that was detached has length 0 and does not pass;
 * - one context per algorithm and direction is keyed anew for each packet, so that none can be leaked or used after free.
 */
import { createCipheriv, randomBytes } from 'node:crypto'
import { concatBytes, equalBytes } from '@sallyport/wire'

export const GCM_NONCE_BYTES = 12
export const GCM_TAG_BYTES = 16
/** Associated data of an SSH packet is its length field. */
const AAD_BYTES = 4

export type GcmAlgorithm = 'aes-128-gcm' | 'aes-256-gcm'

/**
 * AES-GCM over whole SSH packets: the length field in front is associated data, the tag stands behind (RFC 5647 §7.3).
 * Lengths that do not fit throw RangeError.
 */
export interface GcmEngine {
  /** Encrypts `packet` behind its length field into `wire`, which is longer by a tag. */
  seal(key: Uint8Array, nonce: Uint8Array, packet: Uint8Array, wire: Uint8Array): void
  /** The same for a packet in three pieces, none empty, the first longer than the length field. */
  sealPieces(
    key: Uint8Array,
    nonce: Uint8Array,
    front: Uint8Array,
    data: Uint8Array,
    back: Uint8Array,
    wire: Uint8Array,
  ): void
  /** Decrypts what `wire` has between length field and tag into `plain`. True, and only true, is success; else `plain` has been cleared. */
  open(key: Uint8Array, nonce: Uint8Array, wire: Uint8Array, plain: Uint8Array): boolean
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
const MAX_PACKET_BYTES = 16 * 1024 * 1024

/** Offsets in the scratch area. */
const KEY_AT = 0
const NONCE_AT = 32
const SMALL_AT = 64
/** Packets up to this size, tag included, are worked on in the scratch area: two copies cost less than learning two addresses. */
const SMALL_BYTES = 2048
const SCRATCH_BYTES = SMALL_AT + SMALL_BYTES

class LibcryptoGcm implements GcmEngine {
  readonly #ffi: Ffi
  readonly #openssl: OpenSsl
  readonly #keyBytes: number
  readonly #sealing: bigint
  readonly #opening: bigint
  readonly #scratch = new Uint8Array(new ArrayBuffer(SCRATCH_BYTES))
  readonly #keyPointer: bigint
  readonly #noncePointer: bigint
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
    this.#smallPointer = base + BigInt(SMALL_AT)
  }

  seal(key: Uint8Array, nonce: Uint8Array, packet: Uint8Array, wire: Uint8Array): void {
    const end = packet.length
    if (wire.length !== end + GCM_TAG_BYTES) throw misfit()
    this.#prepare(key, nonce, end - AAD_BYTES)
    const scratch = this.#scratch
    const small = wire.length <= SMALL_BYTES
    if (small) scratch.set(packet, SMALL_AT)
    else for (let i = 0; i < AAD_BYTES; i++) wire[i] = packet[i] as number
    const from = small ? this.#smallPointer : this.#address(packet)
    const to = small ? from : this.#address(wire)
    const openssl = this.#openssl
    const context = this.#sealing
    const good =
      openssl.EVP_EncryptInit_ex2(context, NULL, this.#keyPointer, this.#noncePointer, NULL) === 1 &&
      openssl.EVP_Cipher(context, NULL, from, AAD_LENGTH) === AAD_BYTES &&
      openssl.EVP_Cipher(context, to + AAD_LENGTH, from + AAD_LENGTH, BigInt(end - AAD_BYTES)) === end - AAD_BYTES &&
      openssl.EVP_Cipher(context, NULL, NULL, NULL) >= 0 &&
      openssl.EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, to + BigInt(end)) === 1
    if (!good) throw this.#sealingFailed(wire)
    if (small) wire.set(scratch.subarray(SMALL_AT, SMALL_AT + wire.length))
  }

  sealPieces(
    key: Uint8Array,
    nonce: Uint8Array,
    front: Uint8Array,
    data: Uint8Array,
    back: Uint8Array,
    wire: Uint8Array,
  ): void {
    const first = front.length - AAD_BYTES
    const middle = data.length
    const last = back.length
    if (first <= 0 || middle === 0 || last === 0) throw misfit()
    if (wire.length !== front.length + middle + last + GCM_TAG_BYTES) throw misfit()
    this.#prepare(key, nonce, first + middle + last)
    for (let i = 0; i < AAD_BYTES; i++) wire[i] = front[i] as number
    const from = this.#address(front)
    const to = this.#address(wire)
    const toData = to + BigInt(front.length)
    const toBack = toData + BigInt(middle)
    const openssl = this.#openssl
    const context = this.#sealing
    const good =
      openssl.EVP_EncryptInit_ex2(context, NULL, this.#keyPointer, this.#noncePointer, NULL) === 1 &&
      openssl.EVP_Cipher(context, NULL, from, AAD_LENGTH) === AAD_BYTES &&
      openssl.EVP_Cipher(context, to + AAD_LENGTH, from + AAD_LENGTH, BigInt(first)) === first &&
      openssl.EVP_Cipher(context, toData, this.#address(data), BigInt(middle)) === middle &&
      openssl.EVP_Cipher(context, toBack, this.#address(back), BigInt(last)) === last &&
      openssl.EVP_Cipher(context, NULL, NULL, NULL) >= 0 &&
      openssl.EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, toBack + BigInt(last)) === 1
    if (!good) throw this.#sealingFailed(wire)
  }

  open(key: Uint8Array, nonce: Uint8Array, wire: Uint8Array, plain: Uint8Array): boolean {
    const bytes = plain.length
    if (wire.length !== AAD_BYTES + bytes + GCM_TAG_BYTES) throw misfit()
    this.#prepare(key, nonce, bytes)
    const scratch = this.#scratch
    const small = wire.length <= SMALL_BYTES
    if (small) scratch.set(wire, SMALL_AT)
    const from = small ? this.#smallPointer : this.#address(wire)
    const to = small ? from : this.#address(plain)
    const openssl = this.#openssl
    const context = this.#opening
    const tag = from + BigInt(AAD_BYTES + bytes)
    const good =
      openssl.EVP_DecryptInit_ex2(context, NULL, this.#keyPointer, this.#noncePointer, NULL) === 1 &&
      openssl.EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, tag) === 1 &&
      openssl.EVP_Cipher(context, NULL, from, AAD_LENGTH) === AAD_BYTES &&
      openssl.EVP_Cipher(context, to, from + AAD_LENGTH, BigInt(bytes)) === bytes &&
      openssl.EVP_Cipher(context, NULL, NULL, NULL) >= 0
    if (good) {
      if (small) plain.set(scratch.subarray(SMALL_AT, SMALL_AT + bytes))
      return true
    }
    openssl.ERR_clear_error()
    if (small) scratch.fill(0, SMALL_AT)
    plain.fill(0)
    return false
  }

  #sealingFailed(wire: Uint8Array): Error {
    this.#openssl.ERR_clear_error()
    wire.fill(0)
    return new Error('libcrypto could not encrypt')
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

  /** Puts key and nonce where native code finds them; `bytes`: what is to be encrypted or decrypted. */
  #prepare(key: Uint8Array, nonce: Uint8Array, bytes: number): void {
    if (key.length !== this.#keyBytes || nonce.length !== GCM_NONCE_BYTES) throw misfit()
    if (bytes <= 0 || bytes > MAX_PACKET_BYTES) throw misfit()
    this.#scratch.set(key, KEY_AT)
    this.#scratch.set(nonce, NONCE_AT)
  }
}

function misfit(): RangeError {
  return new RangeError('lengths do not fit AES-GCM')
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
  for (const bytes of SELF_TEST_BYTES) {
    const nonce = new Uint8Array(randomBytes(GCM_NONCE_BYTES))
    const packet = new Uint8Array(randomBytes(AAD_BYTES + bytes))
    const aad = packet.subarray(0, AAD_BYTES)
    const data = packet.subarray(AAD_BYTES)
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: GCM_TAG_BYTES })
    cipher.setAAD(aad)
    const encrypted = cipher.update(data)
    cipher.final()
    const wire = new Uint8Array(packet.length + GCM_TAG_BYTES)
    engine.seal(key, nonce, packet, wire)
    const expected = concatBytes(aad, encrypted, cipher.getAuthTag())
    if (!equalBytes(wire, expected)) return false
    if (bytes > 2) {
      const [front, back] = [packet.subarray(0, AAD_BYTES + 1), packet.subarray(AAD_BYTES + bytes - 1)]
      wire.fill(0)
      engine.sealPieces(key, nonce, front, packet.subarray(AAD_BYTES + 1, AAD_BYTES + bytes - 1), back, wire)
      if (!equalBytes(wire, expected)) return false
    }
    const plain = new Uint8Array(bytes)
    if (!engine.open(key, nonce, wire, plain) || !equalBytes(plain, data)) return false
    const inTag = packet.length + (bytes % GCM_TAG_BYTES)
    wire[inTag] = (wire[inTag] ?? 0) ^ 1
    if (engine.open(key, nonce, wire, plain) || plain.some((byte) => byte !== 0)) return false
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
