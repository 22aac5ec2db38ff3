/**
 * What a reader does not see, or what a terminal or a browser obeys: controls, formats (bidirectional overrides and isolates,
 * zero-width characters, tags), lone surrogates, private and unassigned code points, line and paragraph separators; and the
 * joiners and fillers that Unicode counts as marks and letters though they show nothing.
 */
const HIDDEN = '\\p{C}\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0'
const ONE_HIDDEN = new RegExp(`[${HIDDEN}]`, 'gu')

/** One line of which a reader sees every character: what people may call themselves, their keys and tokens. */
export const SHOWN_TEXT = new RegExp(`^[^${HIDDEN}]*$`, 'u')

/** A text with something in the place of each character that is not shown; nothing, if not told otherwise. */
export function shownText(text: string, inPlace = ''): string {
  return text.replaceAll(ONE_HIDDEN, inPlace)
}

/** What others call somebody or something, as it is kept: `max` UTF-16 units at most, and no half of a character. */
export function shownName(text: string, max: number): string {
  return shownText(shownText(text).slice(0, max))
}
