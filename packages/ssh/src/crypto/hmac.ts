import { createHmac } from 'node:crypto'
import type { MacEntry } from './mac-entry.ts'

/** HMAC with SHA-2, RFC 6668; `etm` for OpenSSH's encrypt-then-MAC form. Keys are as long as the tag. */
export function hmacEntry(name: string, hash: 'sha256' | 'sha512', etm: boolean): MacEntry {
  const tagBytes = hash === 'sha256' ? 32 : 64
  const entry: MacEntry = {
    name,
    keyBytes: tagBytes,
    tagBytes,
    etm,
    keyed(key) {
      const ownKey = new Uint8Array(key)
      const sequenceBytes = new Uint8Array(4)
      const sequenceView = new DataView(sequenceBytes.buffer)
      return {
        entry,
        tag(sequence, ...parts) {
          sequenceView.setUint32(0, sequence)
          const mac = createHmac(hash, ownKey).update(sequenceBytes)
          for (const part of parts) mac.update(part)
          return mac.digest()
        },
      }
    },
  }
  return entry
}
