import { aesCtrOpener, aesCtrSealer, CTR_IV_BYTES, type CtrAlgorithm } from './aes-ctr.ts'
import { aesGcmOpener, aesGcmSealer, GCM_IV_BYTES } from './aes-gcm.ts'
import { directGcmOpener, directGcmSealer } from './aes-gcm-direct.ts'
import { CHACHA20_POLY1305_KEY_BYTES, chacha20Poly1305Opener, chacha20Poly1305Sealer } from './chacha20-poly1305.ts'
import type { CipherEntry } from './cipher-entry.ts'
import { type GcmAlgorithm, libcryptoGcm } from './libcrypto.ts'
import type { KeyedMac } from './mac-entry.ts'

/** Every cipher, by the name it has in KEXINIT. Which ones are offered is for the profiles to say. */
export const ciphers: ReadonlyMap<string, CipherEntry> = new Map(
  [
    gcm('aes256-gcm@openssh.com', 'aes-256-gcm', 32),
    gcm('aes128-gcm@openssh.com', 'aes-128-gcm', 16),
    chacha20Poly1305('chacha20-poly1305@openssh.com'),
    ctr('aes256-ctr', 'aes-256-ctr', 32),
    ctr('aes192-ctr', 'aes-192-ctr', 24),
    ctr('aes128-ctr', 'aes-128-ctr', 16),
  ].map((entry) => [entry.name, entry]),
)

function gcm(name: string, algorithm: GcmAlgorithm, keyBytes: number): CipherEntry {
  return {
    name,
    keyBytes,
    ivBytes: GCM_IV_BYTES,
    aead: true,
    sealer(key, iv) {
      const engine = libcryptoGcm(algorithm)
      return engine === undefined ? aesGcmSealer(name, algorithm, key, iv) : directGcmSealer(name, engine, key, iv)
    },
    opener(key, iv) {
      const engine = libcryptoGcm(algorithm)
      return engine === undefined ? aesGcmOpener(name, algorithm, key, iv) : directGcmOpener(name, engine, key, iv)
    },
  }
}

function chacha20Poly1305(name: string): CipherEntry {
  return {
    name,
    keyBytes: CHACHA20_POLY1305_KEY_BYTES,
    ivBytes: 0,
    aead: true,
    sealer: (key) => chacha20Poly1305Sealer(name, key),
    opener: (key) => chacha20Poly1305Opener(name, key),
  }
}

function ctr(name: string, algorithm: CtrAlgorithm, keyBytes: number): CipherEntry {
  const needed = (mac: KeyedMac | undefined): KeyedMac => {
    if (mac === undefined) throw new TypeError(`${name} needs a MAC`)
    return mac
  }
  return {
    name,
    keyBytes,
    ivBytes: CTR_IV_BYTES,
    aead: false,
    sealer: (key, iv, mac) => aesCtrSealer({ name, algorithm, key, iv, mac: needed(mac) }),
    opener: (key, iv, mac) => aesCtrOpener({ name, algorithm, key, iv, mac: needed(mac) }),
  }
}
