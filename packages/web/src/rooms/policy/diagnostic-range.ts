/** Where a line stands in a text. */
export interface LinePlace {
  /** Offset of its first character. */
  readonly from: number
  readonly text: string
}

/** What ends a name, number or text that a mistake is about. */
const END = /[\s,\]}:[{]/

/** Offsets of what a mistake at a column (from 1) is about: a whole quoted text, a word, at least one character. */
export function rangeAt({ from, text }: LinePlace, column: number): { readonly from: number; readonly to: number } {
  const start = Math.min(Math.max(column - 1, 0), text.length)
  let end = start + 1
  if (text[start] === '"') {
    while (end < text.length && (text[end] !== '"' || text[end - 1] === '\\')) end++
    end++
  } else while (end < text.length && !END.test(text[end] ?? '')) end++
  return { from: from + start, to: from + Math.min(end, text.length) }
}
