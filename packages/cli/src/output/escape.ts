/** Controls (C0, C1), line and paragraph separators, and the marks that change the direction of text. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** A text that others wrote, safe to print on this terminal: controls become `\u001b` and the like (V-I03). */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}
