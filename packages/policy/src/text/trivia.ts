/** Space and comments between the tokens of a text that is known to be well-formed HuJSON. */

/** The offset after space and comments from `at` on. */
export function skipTrivia(text: string, at: number): number {
  let next = at
  for (;;) {
    next = skipSpace(text, next, true)
    const comment = commentEnd(text, next)
    if (comment === undefined) return next
    next = comment
  }
}

/** As `skipTrivia`, but no further than the end of the line; a comment that leaves the line is not skipped. */
export function skipLineTrivia(text: string, at: number): number {
  let next = at
  for (;;) {
    const start = skipSpace(text, next, false)
    const comment = commentEnd(text, start)
    if (comment === undefined || /[\r\n]/.test(text.slice(start, comment))) return next
    next = comment
  }
}

/** The offset after spaces and tabs, and after line ends too where `lines`. */
export function skipSpace(text: string, at: number, lines: boolean): number {
  let next = at
  for (;;) {
    const unit = text.charCodeAt(next)
    const isSpace = unit === 0x20 || unit === 0x09 || (lines && (unit === 0x0a || unit === 0x0d))
    if (!isSpace) return next
    next++
  }
}

/** Where the line that holds `at` starts. */
export function lineStart(text: string, at: number): number {
  let start = at
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--
  return start
}

/** Just after the comment that starts at `at`; a line comment ends before its line does. */
function commentEnd(text: string, at: number): number | undefined {
  if (text.startsWith('/*', at)) return text.indexOf('*/', at + 2) + 2
  if (!text.startsWith('//', at)) return undefined
  let end = at
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++
  return end
}
