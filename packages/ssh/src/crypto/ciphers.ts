import { aesGcmOpener, aesGcmSealer, GCM_IV_BYTES, type GcmAlgorithm } from './aes-gcm.ts'
import type { CipherEntry } from './cipher-entry.ts'

/** Every cipher, by the name it has in KEXINIT. Which ones are offered is for the profiles to say. */
export const ciphers: ReadonlyMap<string, CipherEntry> = new Map(
  [gcm('aes256-gcm@openssh.com', 'aes-256-gcm', 32), gcm('aes128-gcm@openssh.com', 'aes-128-gcm', 16)].map((entry) => [
    entry.name,
    entry,
  ]),
)

function gcm(name: string, algorithm: GcmAlgorithm, keyBytes: number): CipherEntry {
  return {
    name,
    keyBytes,
    ivBytes: GCM_IV_BYTES,
    aead: true,
    sealer: (key, iv) => aesGcmSealer(name, algorithm, key, iv),
    opener: (key, iv) => aesGcmOpener(name, algorithm, key, iv),
  }
}
