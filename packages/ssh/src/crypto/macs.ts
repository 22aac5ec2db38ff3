import { hmacEntry } from './hmac.ts'
import type { MacEntry } from './mac-entry.ts'

/** Every MAC, by the name it has in KEXINIT. Which ones are offered is for the profiles to say. */
export const macs: ReadonlyMap<string, MacEntry> = new Map(
  [
    hmacEntry('hmac-sha2-256-etm@openssh.com', 'sha256', true),
    hmacEntry('hmac-sha2-512-etm@openssh.com', 'sha512', true),
    hmacEntry('hmac-sha2-256', 'sha256', false),
    hmacEntry('hmac-sha2-512', 'sha512', false),
  ].map((entry) => [entry.name, entry]),
)
