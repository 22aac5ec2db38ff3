/** Printable US-ASCII but `"` and `\`: nothing in it can act on a terminal, and each character is one byte of JSON. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
/**
 * What may act on a terminal or mislead a reader: control characters (C0, DEL, C1), format characters (bidirectional
 * overrides, zero-width, tags), line and paragraph separators, lone surrogates, private use.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu
const UNSAFE_ONE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u
/** Room for the mark that says how much was cut: `…+` and up to ten digits. */
const MARK_BYTES = 14

/**
 * A text from anybody as it may be kept and shown: characters that could act on a terminal are written out as
 * `\u001b`, and what does not fit is cut, with a mark `…+N` for the N UTF-16 units left out.
 *
 * The result is at most `maxBytes` long as UTF-8 inside a JSON string, quotes not counted. A literal `\u001b` from the
 * peer looks the same as an escape: the text is for reading, not for restoring what was sent.
 */
export function peerText(value: string, maxBytes: number): string {
  if (value.length <= maxBytes && PLAIN.test(value)) return value
  // Every unit costs a byte or more, so nothing behind this can be kept: 1 MB costs no more to look at than this.
  const head = value.slice(0, maxBytes)
  const escaped = head.replace(UNSAFE, escape)
  if (head.length === value.length && jsonBytes(escaped) <= maxBytes) return escaped
  const room = maxBytes - MARK_BYTES
  let kept = ''
  let used = 0
  let units = 0
  for (const character of head) {
    const shown = UNSAFE_ONE.test(character) ? escape(character) : character
    const cost = jsonBytes(shown)
    if (used + cost > room) break
    kept += shown
    used += cost
    units += character.length
  }
  return `${kept}…+${value.length - units}`
}

function escape(character: string): string {
  let out = ''
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return out
}

/** Bytes of a text as UTF-8 inside a JSON string; the text has no control characters left in it, or is counted too small. */
function jsonBytes(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22 || unit === 0x5c) bytes += 1
    else if (unit >= 0xd800 && unit <= 0xdfff) bytes += 1
    else if (unit >= 0x800) bytes += 2
    else if (unit >= 0x80) bytes += 1
  }
  return bytes
}
