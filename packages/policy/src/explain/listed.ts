/** Entries that a line lists before it only counts the rest. */
const LISTED_MAX = 5

/** `a, b and 3 more`. */
export function listed(texts: readonly string[]): string {
  if (texts.length === 0) return '(empty)'
  const shown = texts.slice(0, LISTED_MAX).join(', ')
  return texts.length > LISTED_MAX ? `${shown} and ${texts.length - LISTED_MAX} more` : shown
}
