import { PacketBuffers, returnPacketBuffer } from '../crypto/packet-buffers.ts'
import { LENGTH_BYTES, type PacketOpener } from '../crypto/packet-protection.ts'
import { plainOpener } from '../crypto/plain.ts'
import { SshError } from '../errors.ts'
import { MIN_PADDING_BYTES } from './padding.ts'

/** Largest packet_length: a channel packet of 256 KiB (what OpenSSH takes at most) with its header and padding. */
export const MAX_PACKET_BYTES = 256 * 1024 + 1024
/** Before authentication nobody needs more than RFC 4253 §6.1 obliges us to take (35,000), and strangers get little. */
export const MAX_PACKET_BYTES_BEFORE_AUTH = 64 * 1024
/** padding_length, one byte of payload, the least padding. */
const MIN_PACKET_BYTES = 1 + 1 + MIN_PADDING_BYTES
/** First allocation for a packet that arrives in pieces, so that a declared length alone costs its sender more than us. */
const INITIAL_CARRY_BYTES = 2048

/**
 * The incoming direction of the binary packet protocol, RFC 4253 §6. Packets are opened where they lie in the bytes passed
 * in; only a packet that is cut off at their end is copied, and nothing is held between whole packets.
 */
export class PacketReader {
  #opener: PacketOpener = plainOpener
  /** uint32, wraps to 0 (RFC 4253 §6.4). */
  #sequence: number
  #maxPacketBytes = MAX_PACKET_BYTES_BEFORE_AUTH
  #packets = 0
  #bytes = 0
  readonly #buffers = new PacketBuffers()
  /** Begin of a packet that is not complete. */
  #carry: Uint8Array | undefined
  #carried = 0
  /** Wire bytes of the packet under way; 0 while its length is not known. */
  #wireBytes = 0
  #offset = 0

  /** `sequence`: of the first packet. */
  constructor(sequence = 0) {
    this.#sequence = sequence
  }

  /** Of the packet that comes next. */
  get sequence(): number {
    return this.#sequence
  }

  get packetsSinceKeys(): number {
    return this.#packets
  }

  get bytesSinceKeys(): number {
    return this.#bytes
  }

  /** Everything from here on comes in under `opener`. `resetSequence`: strict key exchange. */
  protect(opener: PacketOpener, resetSequence: boolean): void {
    this.#opener = opener
    if (resetSequence) this.#sequence = 0
    this.#packets = 0
    this.#bytes = 0
  }

  /** The peer has proved who it is: packets up to 256 KiB. */
  allowLargePackets(): void {
    this.#maxPacketBytes = MAX_PACKET_BYTES
  }

  /** Forgets what was carried over. */
  clear(): void {
    this.#carry = undefined
    this.#carried = 0
    this.#wireBytes = 0
  }

  /** Behind the bytes that the last `next` used. */
  get offset(): number {
    return this.#offset
  }

  /**
   * The payload of the next packet, which begins at `offset` of `bytes` or in what was carried over from earlier calls; the
   * caller owns it. Undefined when the packet is not complete: then all of `bytes` is used.
   * @throws SshError 'packet-too-long', 'protocol-error', 'mac-incorrect'
   */
  next(bytes: Uint8Array, offset: number): Uint8Array | undefined {
    this.#offset = offset
    if (this.#carried > 0) return this.#nextCarried(bytes)
    const opener = this.#opener
    const available = bytes.length - offset
    if (available < opener.headBytes) return this.#carryOver(bytes, opener.headBytes)
    const wireBytes = this.#readLength(bytes.subarray(offset, offset + opener.headBytes))
    if (available < wireBytes) return this.#carryOver(bytes, wireBytes)
    this.#offset = offset + wireBytes
    return this.#open(bytes.subarray(offset, offset + wireBytes))
  }

  #nextCarried(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#wireBytes === 0) {
      const headBytes = this.#opener.headBytes
      if (!this.#fill(bytes, headBytes)) return undefined
      this.#readLength((this.#carry as Uint8Array).subarray(0, headBytes))
    }
    const wireBytes = this.#wireBytes
    if (!this.#fill(bytes, wireBytes)) return undefined
    const wire = (this.#carry as Uint8Array).subarray(0, wireBytes)
    this.clear()
    const payload = this.#open(wire)
    returnPacketBuffer(wire)
    return payload
  }

  /** Moves the rest of `bytes` into the carry; `wanted`: what the carry must hold before it is looked at again. */
  #carryOver(bytes: Uint8Array, wanted: number): undefined {
    if (this.#offset < bytes.length) this.#fill(bytes, wanted)
  }

  /** Copies from `bytes` until the carry holds `wanted`. Whether it does. */
  #fill(bytes: Uint8Array, wanted: number): boolean {
    const count = Math.min(wanted - this.#carried, bytes.length - this.#offset)
    const needed = this.#carried + count
    let carry = this.#carry
    if (carry === undefined || carry.length < needed) {
      // Who has authenticated gets the whole packet's room at once; anyone else only twice what was really sent.
      const room = this.#maxPacketBytes === MAX_PACKET_BYTES ? wanted : Math.max(INITIAL_CARRY_BYTES, needed * 2)
      const larger = this.#buffers.take(Math.max(needed, Math.min(room, Math.max(wanted, INITIAL_CARRY_BYTES))))
      if (carry !== undefined) larger.set(carry.subarray(0, this.#carried))
      carry = larger
      this.#carry = larger
    }
    carry.set(bytes.subarray(this.#offset, this.#offset + count), this.#carried)
    this.#carried = needed
    this.#offset += count
    return needed === wanted
  }

  /** Learns and bounds the length of the packet under way, before any room is made for it. Returns its wire bytes. */
  #readLength(head: Uint8Array): number {
    const opener = this.#opener
    const length = opener.length(this.#sequence, head)
    if (length > this.#maxPacketBytes) {
      throw new SshError('packet-too-long', `packet declares ${length} bytes, limit ${this.#maxPacketBytes}`)
    }
    const padded = opener.lengthPadded ? length + LENGTH_BYTES : length
    if (length < MIN_PACKET_BYTES || padded % opener.blockBytes !== 0) {
      throw new SshError('protocol-error', `packet length ${length} is not possible under ${opener.name}`)
    }
    this.#wireBytes = LENGTH_BYTES + length + opener.tagBytes
    return this.#wireBytes
  }

  #open(wire: Uint8Array): Uint8Array {
    const body = this.#opener.open(this.#sequence, wire)
    this.#wireBytes = 0
    this.#sequence = (this.#sequence + 1) >>> 0
    this.#packets++
    this.#bytes += wire.length
    const padding = body[0] ?? 0
    const end = body.length - padding
    // At least the number byte must be left between padding_length and the padding.
    if (padding < MIN_PADDING_BYTES || end < 2) {
      throw new SshError('protocol-error', `packet of ${body.length} bytes has ${padding} bytes of padding`)
    }
    // Not a Buffer, whose slice() would be no copy where the upper layers want one.
    return new Uint8Array(body.buffer, body.byteOffset + 1, end - 1)
  }
}
