import { InvalidArgumentError } from 'commander'
import { parseSpan } from './parse-span.ts'

/** RFC 3339: a date, and with it perhaps a time with its zone. Looser forms mean different things to different readers. */
const RFC3339 = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/i

/** RFC 3339 in UTC of a time given as such (a date alone begins at midnight UTC), or as a span back from now (`2h`, `1d`). */
export function parseMoment(text: string, now: number = Date.now()): string {
  const at = /^\d+[smhdw]/.test(text)
    ? new Date(now - parseSpan(text) * 1000)
    : new Date(RFC3339.test(text) ? text : '')
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Write a span back such as 2h or 1d12h, or a time such as 2026-01-31T12:00:00Z.')
  return at.toISOString()
}
