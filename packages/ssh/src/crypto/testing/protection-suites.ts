import type { CipherEntry } from '../cipher-entry.ts'
import { ciphers } from '../ciphers.ts'
import { macs } from '../macs.ts'
import type { PacketOpener, PacketSealer } from '../packet-protection.ts'

/** A cipher with the MAC it needs, under keys that are always the same. */
export interface ProtectionSuite {
  readonly name: string
  readonly cipher: CipherEntry
  readonly key: Uint8Array
  readonly tagBytes: number
  /** Both ends of one direction, from its beginning. */
  pair(): { sealer: PacketSealer; opener: PacketOpener }
  sealer(key: Uint8Array, iv: Uint8Array): PacketSealer
}

/** Every cipher that carries its own integrity, and every other with every MAC. */
export const protectionSuites: readonly ProtectionSuite[] = [...ciphers.values()].flatMap((cipher) =>
  cipher.aead ? [suite(cipher)] : [...macs.keys()].map((mac) => suite(cipher, mac)),
)

function suite(cipher: CipherEntry, macName?: string): ProtectionSuite {
  const key = pattern(cipher.keyBytes, 3)
  const iv = pattern(cipher.ivBytes, 5)
  const macEntry = macName === undefined ? undefined : macs.get(macName)
  // of its own for every cipher, so that no packet of one suite opens under another
  const keyedMac = () => macEntry?.keyed(pattern(macEntry.keyBytes, 7 + cipher.keyBytes))
  return {
    name: macName === undefined ? cipher.name : `${cipher.name} with ${macName}`,
    cipher,
    key,
    tagBytes: cipher.sealer(key, iv, keyedMac()).tagBytes,
    pair: () => ({ sealer: cipher.sealer(key, iv, keyedMac()), opener: cipher.opener(key, iv, keyedMac()) }),
    sealer: (otherKey, otherIv) => cipher.sealer(otherKey, otherIv, keyedMac()),
  }
}

function pattern(length: number, step: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * step + 1) & 0xff)
}
