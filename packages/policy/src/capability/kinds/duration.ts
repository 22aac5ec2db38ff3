import { kindWords } from '../../text/node-reader.ts'
import { quote } from '../../text/quote.ts'
import type { TermKind } from '../term-kind.ts'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const
/** Longest span, in milliseconds: longer than any session lives or any proof counts. */
const SPAN_MAX_MS = 366 * UNITS[0][1]

/** Milliseconds, at least a second. */
export const duration: TermKind<number> = {
  values: '`"90s"`, `"15m"`, `"1h30m"`, `"7d"`',
  strictest: 'the shortest',
  read(node, what, reader) {
    const ms = node.kind === 'string' ? parseSpan(node.value) : undefined
    if (ms !== undefined) return ms
    const found = node.kind === 'string' ? quote(node.value) : kindWords(node)
    reader.report(
      'bad-value',
      node.offset,
      `${what} is a span of 1s to 366d, such as "15m", "8h" or "1h30m", not ${found}`,
    )
    return undefined
  },
  meet: Math.min,
  text: formatSpan,
}

/** Milliseconds of `90s`, `15m`, `1h30m`, `7d`: larger units first, each once. `undefined` for anything else. */
export function parseSpan(text: string): number | undefined {
  const match = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?$/.exec(text)
  if (match === null) return undefined
  let total = 0
  for (const [index, [, unitMs]] of UNITS.entries()) total += Number(match[index + 1] ?? 0) * unitMs
  return total > 0 && total <= SPAN_MAX_MS ? total : undefined
}

/** The shortest text that `parseSpan` reads back: `5400000` is `1h30m`. */
export function formatSpan(ms: number): string {
  let rest = ms
  let text = ''
  for (const [unit, unitMs] of UNITS) {
    const amount = Math.floor(rest / unitMs)
    rest -= amount * unitMs
    if (amount > 0) text += `${amount}${unit}`
  }
  return text
}
