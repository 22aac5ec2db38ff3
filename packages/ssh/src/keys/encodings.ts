/** Unpadded base64url, as JWK and WebAuthn have it. */
export function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** The bytes of an unpadded base64url string; throws SyntaxError for anything else. */
export function fromBase64url(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
}

/** The bytes of padded, canonical base64 without white space, or undefined: two texts never mean the same bytes. */
export function fromStrictBase64(text: string): Uint8Array | undefined {
  if (/\s/.test(text)) return undefined
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}
