/**
 * Which of two versions is the greater: negative, zero or positive. As Tailscale compares them: runs of what is no digit
 * and runs of digits in turn, the former as text, the latter as numbers, what is missing counting as nothing and as zero.
 * So `1.9` is before `1.40`, `1.40` before `1.40.1`, and `13.04` is `13.4`.
 */
export function compareVersions(a: string, b: string): number {
  const left = { text: a, at: 0 }
  const right = { text: b, at: 0 }
  while (left.at < a.length || right.at < b.length) {
    const order = compareTexts(run(left, false), run(right, false)) || compareNumbers(run(left, true), run(right, true))
    if (order !== 0) return order
  }
  return 0
}

interface Cursor {
  readonly text: string
  at: number
}

/** What comes next of digits, or of anything else; perhaps nothing. */
function run(cursor: Cursor, digits: boolean): string {
  const start = cursor.at
  while (cursor.at < cursor.text.length && isDigit(cursor.text.charCodeAt(cursor.at)) === digits) cursor.at++
  return cursor.text.slice(start, cursor.at)
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Runs of digits of any length, without leading zeros: the longer is the greater number. */
function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, '')
  const right = b.replace(/^0+/, '')
  return left.length - right.length || compareTexts(left, right)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
