import type { DoctorCheck } from '@sallyport/api'
import { styled, type Terminal } from '../terminal.ts'
import { printable } from './escape.ts'

const MARKS = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'], skipped: ['–', 'dim'] } as const

/** What was looked at, a line each, with how to mend it below. */
export function checkLines(checks: readonly DoctorCheck[], terminal: Terminal): string {
  return checks.map((check) => renderCheck(check, terminal)).join('')
}

function renderCheck({ status, title, detail, fix }: DoctorCheck, terminal: Terminal): string {
  const [mark, colour] = MARKS[status]
  const line = `${styled(terminal.stdout, colour, mark)} ${printable(title)}${detail === '' ? '' : `: ${printable(detail)}`}\n`
  return fix === null || status === 'ok' ? line : `${line}  fix   ${printable(fix)}\n`
}
