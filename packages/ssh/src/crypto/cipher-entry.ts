import type { KeyedMac } from './mac-entry.ts'
import type { PacketOpener, PacketSealer } from './packet-protection.ts'

/** A cipher by its name in KEXINIT, with what key derivation must make for it. */
export interface CipherEntry {
  readonly name: string
  readonly keyBytes: number
  /** Of the initial IV; 0 where there is none. */
  readonly ivBytes: number
  /** Carries its own integrity: no MAC is negotiated. */
  readonly aead: boolean
  /** `mac` is there exactly when `aead` is false. `key` and `iv` are copied: the caller may wipe them. */
  sealer(key: Uint8Array, iv: Uint8Array, mac?: KeyedMac): PacketSealer
  opener(key: Uint8Array, iv: Uint8Array, mac?: KeyedMac): PacketOpener
}
