/**
 * chacha20-poly1305@openssh.com, OpenSSH's PROTOCOL.chacha20poly1305.
 *
 *     key     K_2 (payload) | K_1 (length), 32 bytes each
 *     nonce   the packet's sequence number, big-endian uint64
 *     wire    length xor K_1 block 0 | rest xor K_2 blocks 1… | Poly1305(K_2 block 0, everything before)
 */
import { createCipheriv, timingSafeEqual } from 'node:crypto'
import { CHACHA20_KEY_BYTES, ChaCha20 } from './chacha20.ts'
import { macIncorrect } from './mac-incorrect.ts'
import { LENGTH_BYTES, type PacketOpener, type PacketSealer, packetLength } from './packet-protection.ts'
import { POLY1305_KEY_BYTES, POLY1305_TAG_BYTES, poly1305 } from './wasm/poly1305-kernel.ts'

export const CHACHA20_POLY1305_KEY_BYTES = 2 * CHACHA20_KEY_BYTES

/** The protocol has no block size: packets are padded to the minimum of RFC 4253 §6. */
const shape = { blockBytes: 8, lengthPadded: false, tagBytes: POLY1305_TAG_BYTES } as const

/** Up to here our own key stream is quicker than making a cipher object (2 to 3 µs against 0.4 µs a block). */
const OWN_STREAM_BYTES = 256

export function chacha20Poly1305Sealer(name: string, key: Uint8Array): PacketSealer {
  const keys = new Keys(key)
  return {
    ...shape,
    name,
    seal(sequence, packet, out) {
      const length = keys.length.xor(sequence, 0, packet.subarray(0, LENGTH_BYTES))
      const body = keys.body(sequence, packet.subarray(LENGTH_BYTES))
      out.push(length, body, poly1305(keys.oneTimeKey(sequence), length, body))
    },
  }
}

export function chacha20Poly1305Opener(name: string, key: Uint8Array): PacketOpener {
  const keys = new Keys(key)
  return {
    ...shape,
    name,
    headBytes: LENGTH_BYTES,
    length: (sequence, head) => packetLength(keys.length.xor(sequence, 0, head.subarray(0, LENGTH_BYTES))),
    open(sequence, wire) {
      const end = wire.length - POLY1305_TAG_BYTES
      if (end < LENGTH_BYTES) throw macIncorrect()
      const tag = poly1305(keys.oneTimeKey(sequence), wire.subarray(0, end))
      if (!timingSafeEqual(tag, wire.subarray(end))) throw macIncorrect()
      return keys.body(sequence, wire.subarray(LENGTH_BYTES, end))
    },
  }
}

class Keys {
  readonly length: ChaCha20
  readonly #bodyKey: Uint8Array
  readonly #body: ChaCha20
  /** As node:crypto wants it: little-endian block counter, then the 96 bits that end in the sequence number. */
  readonly #iv = new Uint8Array(16)
  readonly #ivView = new DataView(this.#iv.buffer)

  constructor(key: Uint8Array) {
    this.#bodyKey = new Uint8Array(key.subarray(0, CHACHA20_KEY_BYTES))
    this.#body = new ChaCha20(this.#bodyKey)
    this.length = new ChaCha20(key.subarray(CHACHA20_KEY_BYTES))
    this.#ivView.setUint32(0, 1, true)
  }

  /** Valid until the next call of a method. */
  oneTimeKey(sequence: number): Uint8Array {
    return this.#body.block(sequence, 0).subarray(0, POLY1305_KEY_BYTES)
  }

  /** The payload and its key stream from block 1 on. */
  body(sequence: number, source: Uint8Array): Uint8Array {
    if (source.length <= OWN_STREAM_BYTES) return this.#body.xor(sequence, 1, source)
    this.#ivView.setUint32(12, sequence)
    return createCipheriv('chacha20', this.#bodyKey, this.#iv).update(source)
  }
}
