/**
 * One direction's packet protection (RFC 4253 §6): what a cipher with its MAC does to whole packets.
 *
 *     packet   uint32 packet_length | byte padding_length | payload | padding
 *     wire     what a sealer makes of it, tag or MAC last
 *
 * Each object belongs to one direction of one connection between two key exchanges, and expects every
 * packet exactly once and in order: AES-GCM counts invocations, CTR runs one stream through all packets.
 */

/** Outgoing protection. */
export interface PacketSealer {
  readonly name: string
  /** What the padded part must be a multiple of, at least 8. */
  readonly blockBytes: number
  /** Whether packet_length itself counts into the block multiple (plain, encrypt-and-MAC) or not (AEAD, ETM). */
  readonly lengthPadded: boolean
  /** Bytes that the wire form is longer than the packet. */
  readonly tagBytes: number
  /**
   * `packet` is packet_length(4) padding_length(1) payload padding, contiguous; it may be overwritten and is only valid
   * during the call. Appends the wire form to `out`, whose owner owns the appended pieces.
   */
  seal(sequence: number, packet: Uint8Array, out: Uint8Array[]): void
  /**
   * The same for a packet that lies in three pieces: `front` ends within the payload (at least five bytes), `back` is the
   * padding. All are only valid during the call and stay as they are. Only there where it saves the copy into one piece.
   */
  sealPieces?(sequence: number, front: Uint8Array, data: Uint8Array, back: Uint8Array, out: Uint8Array[]): void
}

/** Incoming protection. */
export interface PacketOpener {
  readonly name: string
  readonly blockBytes: number
  readonly lengthPadded: boolean
  readonly tagBytes: number
  /** Bytes needed before the length is known: 4, or a cipher block where the length is encrypted with what follows. */
  readonly headBytes: number
  /** packet_length, not yet authenticated: the caller bounds it. Called exactly once per packet, before `open`. */
  length(sequence: number, head: Uint8Array): number
  /**
   * `wire` is the whole packet, length and tag included; it is not modified. Returns padding_length | payload | padding
   * (packet_length bytes), owned by the caller. Whether padding_length is sane is for the caller to check.
   *
   * @throws SshError 'mac-incorrect' — and nothing of the packet is released
   */
  open(sequence: number, wire: Uint8Array): Uint8Array
}

/** Bytes of the packet_length field. */
export const LENGTH_BYTES = 4

/** Big-endian uint32 at the front of `bytes`, which the caller knows to hold four. */
export function packetLength(bytes: Uint8Array): number {
  return (((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) >>> 0
}
