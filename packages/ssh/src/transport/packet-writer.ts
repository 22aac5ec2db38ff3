import { LENGTH_BYTES, type PacketSealer } from '../crypto/packet-protection.ts'
import { plainSealer } from '../crypto/plain.ts'
import { paddingFor, writeRandomPadding } from './padding.ts'

const INITIAL_SCRATCH_BYTES = 40_960
const HEADER_BYTES = LENGTH_BYTES + 1
/** Data from this size on is sealed where it lies, by ciphers that can: below, a copy costs less than two more calls. */
const MIN_PIECE_BYTES = 4096
const nothing = new Uint8Array(0)

/** Where packets are put together. One for the whole process: sealing is synchronous, and nothing keeps a view of it. */
let scratch = new Uint8Array(INITIAL_SCRATCH_BYTES)

/** The outgoing direction of the binary packet protocol, RFC 4253 §6: padding, sequence numbers, protection. */
export class PacketWriter {
  #sealer: PacketSealer = plainSealer
  /** uint32, wraps to 0 (RFC 4253 §6.4). */
  #sequence: number
  /** Packets and wire bytes since the last `protect`. */
  #packets = 0
  #bytes = 0

  /** `sequence`: of the first packet. */
  constructor(sequence = 0) {
    this.#sequence = sequence
  }

  get sequence(): number {
    return this.#sequence
  }

  get packetsSinceKeys(): number {
    return this.#packets
  }

  get bytesSinceKeys(): number {
    return this.#bytes
  }

  /** Everything from here on goes out under `sealer`. `resetSequence`: strict key exchange. */
  protect(sealer: PacketSealer, resetSequence: boolean): void {
    this.#sealer = sealer
    if (resetSequence) this.#sequence = 0
    this.#packets = 0
    this.#bytes = 0
  }

  /** Appends the wire form of a packet whose payload is `header` followed by `data` to `out`. Copies both once at most. */
  write(out: Uint8Array[], header: Uint8Array, data: Uint8Array = nothing): void {
    const sealer = this.#sealer
    const payloadBytes = header.length + data.length
    const counted = sealer.lengthPadded ? HEADER_BYTES + payloadBytes : 1 + payloadBytes
    const padding = paddingFor(counted, sealer.blockBytes)
    const packetBytes = HEADER_BYTES + payloadBytes + padding
    if (scratch.length < packetBytes) scratch = new Uint8Array(packetBytes * 2)
    const target = scratch
    const length = packetBytes - LENGTH_BYTES
    target[0] = length >>> 24
    target[1] = length >>> 16
    target[2] = length >>> 8
    target[3] = length
    target[4] = padding
    target.set(header, HEADER_BYTES)
    const front = HEADER_BYTES + header.length
    if (sealer.sealPieces !== undefined && data.length >= MIN_PIECE_BYTES) {
      writeRandomPadding(target, front, padding)
      const back = target.subarray(front, front + padding)
      sealer.sealPieces(this.#sequence, target.subarray(0, front), data, back, out)
    } else {
      if (data.length > 0) target.set(data, front)
      writeRandomPadding(target, HEADER_BYTES + payloadBytes, padding)
      sealer.seal(this.#sequence, target.subarray(0, packetBytes), out)
    }
    this.#sequence = (this.#sequence + 1) >>> 0
    this.#packets++
    this.#bytes += packetBytes + sealer.tagBytes
  }
}
