/** A MAC algorithm by itself; the cipher entry it is combined with decides where it goes. */
export interface MacEntry {
  readonly name: string
  readonly keyBytes: number
  readonly tagBytes: number
  /** Encrypt-then-MAC: the MAC covers the ciphertext and the length travels in the clear. */
  readonly etm: boolean
  /** A new keyed MAC. Takes its own copy of `key`. */
  keyed(key: Uint8Array): KeyedMac
}

export interface KeyedMac {
  readonly entry: MacEntry
  /** The tag over `sequence` (uint32) and the parts in order, RFC 4253 §6.4. */
  tag(sequence: number, ...parts: readonly Uint8Array[]): Uint8Array
}
