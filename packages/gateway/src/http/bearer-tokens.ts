import { createHash } from 'node:crypto'

/** Randomness of every token, in bytes: nobody guesses 256 bits, so a fast hash of it is enough to keep. */
export const TOKEN_BYTES = 32

/** Kinds of tokens by their first letters, so that a leaked one says what it is to whoever finds it. */
export const TOKEN_PREFIX = { session: 'sps_', api: 'spt_', link: 'spl_', device: 'spd_' } as const
export type TokenKind = keyof typeof TOKEN_PREFIX

/** A new token with what is kept of it. */
export function mintToken(
  kind: TokenKind,
  randomBytes: (size: number) => Uint8Array,
): { readonly token: string; readonly hash: string } {
  const token = TOKEN_PREFIX[kind] + randomBytes(TOKEN_BYTES).toBase64({ alphabet: 'base64url', omitPadding: true })
  return { token, hash: hashToken(token) }
}

/** SHA-256 in hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}

/** Whether a text has the form of a token of this kind; others are not even looked up. */
export function isToken(kind: TokenKind, text: string): boolean {
  return text.startsWith(TOKEN_PREFIX[kind]) && /^[a-z]{3}_[A-Za-z0-9_-]{43}$/.test(text)
}
