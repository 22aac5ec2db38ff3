import type { DoctorCheck } from '@sallyport/api'
import { styled } from '../terminal.ts'
import { printable } from './escape.ts'

const MARKS = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'], skipped: ['–', 'dim'] } as const

/** What was looked at, a line each, with how to mend it below; in the colours of the stream that it is for. */
export function checkLines(checks: readonly DoctorCheck[], stream: NodeJS.WritableStream): string {
  return checks.map((check) => renderCheck(check, stream)).join('')
}

function renderCheck({ status, title, detail, fix }: DoctorCheck, stream: NodeJS.WritableStream): string {
  const [mark, colour] = MARKS[status]
  const line = `${styled(stream, colour, mark)} ${printable(title)}${detail === '' ? '' : `: ${printable(detail)}`}\n`
  return fix === null || status === 'ok' ? line : `${line}  fix   ${printable(fix)}\n`
}
