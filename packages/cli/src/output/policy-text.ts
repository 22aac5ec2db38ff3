import type { Diagnostic, Explanation, PolicyReport } from '@sallyport/api'
import { counted } from './count.ts'
import { printable } from './escape.ts'

/** What a check found, one problem a line: `policy.hujson:12:5: error: unknown key "gruops" (did you mean “groups”?) [unknown-key]`. */
export function renderReport(report: PolicyReport, file: string): string {
  const lines = report.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, file))
  for (const { line, source, destination, expected, got, why } of report.failures) {
    const asked = source === '' ? '' : `: ${source} to ${destination}: expected ${expected}, got ${got}`
    lines.push(
      `${file}:${line}: test failed${asked}`,
      ...why
        .trimEnd()
        .split('\n')
        .map((part) => `  ${part}`),
    )
  }
  const passed = Math.max(0, report.tests - report.failures.filter(({ source }) => source !== '').length)
  const tests = report.tests === 0 ? 'no tests' : `${passed} of ${counted(report.tests, 'test')} passed`
  if (report.ok) lines.push(`${file}: no errors, ${tests}`)
  else if (report.failures.length > 0) lines.push(tests)
  return lines.map((line) => `${printable(line)}\n`).join('')
}

/** Why a policy would not be taken, in a few words. */
export function refusalOf(report: PolicyReport): string {
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error').length
  return errors > 0 ? `it has ${counted(errors, 'error')}` : `${counted(report.failures.length, 'test')} failed`
}

function renderDiagnostic({ severity, code, message, line, column, suggestion }: Diagnostic, file: string): string {
  const hint = suggestion === null ? '' : ` (did you mean “${suggestion}”?)`
  return `${file}:${line}:${column}: ${severity}: ${message}${hint} [${code}]`
}

/** The verdict, the rule that decided for each address, and what would change it. */
export function renderExplanation(explained: Explanation): string {
  const { verdict, user, destination, addresses, why, fix, policy_version: version } = explained
  const asked = version === 0 ? 'in the file' : `policy version ${version}`
  const lines = [`${verdict}: ${user} to ${destination}   (${asked})`]
  for (const row of addresses) {
    const line = row.line === null || row.rule?.includes('line') === true ? '' : `, line ${row.line}`
    lines.push(
      `  ${row.address}: ${row.verdict} by ${row.rule ?? 'no rule'}${line}${row.code === null ? '' : `  [${row.code}]`}`,
      ...row.why.map((reason) => `    ${reason}`),
    )
  }
  for (const [title, text] of [
    ['why', why],
    ['fix', fix ?? ''],
  ] as const) {
    const [first = '', ...more] = text.trimEnd().split('\n')
    if (first !== '') lines.push(`  ${title}   ${first}`, ...more.map((part) => `        ${part}`))
  }
  return lines.map((line) => `${printable(line)}\n`).join('')
}
