import { JOINER_IN_PLACE } from './joiners.ts'

/**
 * What a reader does not see, or what a terminal or a browser obeys: controls, formats (bidirectional overrides and isolates,
 * zero-width characters, tags), lone surrogates, private and unassigned code points, line and paragraph separators; and the
 * joiners, fillers and selectors of variants that Unicode counts as marks and letters though they show nothing.
 */
const HIDDEN =
  '\\p{C}\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}'
/** Pictures that Unicode recommends, whole: joined ones and flags are held together by characters that show nothing alone. */
const PICTURE = '\\p{RGI_Emoji}'
/** Which form of an ideograph a name is written with, and whether a symbol is a picture. */
const VARIANT = '(?<=\\p{Ideographic})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]|(?<=[\\p{Emoji}--[0-9#*]])[\\ufe0e\\ufe0f]'
/** No alternative begins where another one ends, so that no text is gone through twice. */
const KEPT_OR_HIDDEN = new RegExp(`(?<kept>${PICTURE}|${VARIANT}|${JOINER_IN_PLACE})|[${HIDDEN}]`, 'gv')

/** Whether it is one line of which a reader sees every character: what people may call themselves, their keys and tokens. */
export function isShown(text: string): boolean {
  return shownText(text) === text
}

/** A text with something in the place of each character that is not shown; nothing, if not told otherwise. */
export function shownText(text: string, inPlace = ''): string {
  return text.replaceAll(KEPT_OR_HIDDEN, (_, kept: string | undefined) => kept ?? inPlace)
}

/** What others call somebody or something, as it is kept: `max` UTF-16 units at most, and no half of a character. */
export function shownName(text: string, max: number): string {
  return shownText(shownText(text).slice(0, max))
}
