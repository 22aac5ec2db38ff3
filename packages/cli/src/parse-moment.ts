import { InvalidArgumentError } from 'commander'
import { parseSpan } from './parse-span.ts'

/** RFC 3339 in UTC of a time given as such, or as a span back from now (`2h`, `1d`). */
export function parseMoment(text: string): string {
  if (/^(\d+[smhdw])+$/.test(text)) return new Date(Date.now() - parseSpan(text) * 1000).toISOString()
  const at = new Date(text)
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('write a span back such as 2h, or a time such as 2026-01-31T12:00:00Z.')
  return at.toISOString()
}
