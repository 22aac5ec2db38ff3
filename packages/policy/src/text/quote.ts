/** Longest piece of the policy's own text that a message repeats, in code units. */
const QUOTE_MAX = 100

/** Controls, invisible and direction-changing characters, line separators, lone surrogates: what can deceive a reader. */
const DECEIVING = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|[^\S ]/gu

/** A text from the policy between double quotes, made safe for terminals and cut to 100 code units. */
export function quote(text: string): string {
  const cut = text.length > QUOTE_MAX ? `${text.slice(0, QUOTE_MAX)}…` : text
  const escaped = cut.replaceAll(/[\\"]/g, (char) => `\\${char}`).replaceAll(DECEIVING, escapeCharacter)
  return `"${escaped}"`
}

/** `U+00A0`, for a character that may be invisible. */
export function nameCharacter(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Whether a text is printable ASCII without spaces: what every name in a policy is made of. */
export function isPlainName(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}

function escapeCharacter(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
}
