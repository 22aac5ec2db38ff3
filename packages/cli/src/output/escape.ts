/**
 * Controls (C0, C1), line and paragraph separators, and every character that shows nothing or turns the direction of text:
 * what a terminal would obey, or a reader would not see.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A text that others wrote, safe to print on this terminal: controls become `\u001b` and the like (V-I03). */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, escaped)
}

/** As `printable`, for a text of several lines: line ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replaceAll(UNSAFE, (char) => (char === '\n' || char === '\t' ? char : escaped(char)))
}

/** A copy of a value in which every text is printable, the names of fields as well. */
export function printableDeep<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T
  if (Array.isArray(value)) return value.map(printableDeep) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [printable(name), printableDeep(part)])) as T
}

function escaped(char: string): string {
  const units = Array.from({ length: char.length }, (_, index) => char.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
