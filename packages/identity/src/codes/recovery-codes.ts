import { createHash } from 'node:crypto'

/** Codes made at once. */
export const RECOVERY_CODES = 10
/** 80 bits: nobody guesses them, so a fast hash is enough to keep. */
const CODE_BYTES = 10
/** Crockford's base32: no letter looks like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const GROUP = 4

/** New codes for a person, `k3f9-…`, with what is kept of them. */
export function makeRecoveryCodes(
  userId: string,
  randomBytes: (size: number) => Uint8Array,
): readonly { readonly code: string; readonly hash: string }[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const code = encode(randomBytes(CODE_BYTES))
    return { code, hash: hashRecoveryCode(userId, code) }
  })
}

/** What is kept of a code as somebody types it: case, spaces and dashes do not matter, `o` is 0, `i` and `l` are 1. */
export function hashRecoveryCode(userId: string, typed: string): string {
  const plain = typed.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
  return createHash('sha256').update(`${userId} ${plain}`, 'utf8').digest('hex')
}

function encode(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  const digits = Array.from(
    { length: (bytes.length * 8) / 5 },
    (_, index) => ALPHABET[Number((bits >> BigInt(index * 5)) & 31n)],
  )
  return digits.join('').replaceAll(new RegExp(`(.{${GROUP}})(?=.)`, 'g'), '$1-')
}
