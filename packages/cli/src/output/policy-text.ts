import { type Diagnostic, type Explanation, type PolicyReport, policyTestsText } from '@sallyport/api'
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
  const tests = policyTestsText(report)
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

/**
 * The verdict, for each address the rule that decided or the nearest ones, what the terms and `ssh` say, and what would
 * change it. `file` is the file that was asked instead of the policy in force: then rules stand at `file:line`.
 */
export function renderExplanation(explained: Explanation, file?: string): string {
  const { verdict, user, destination, addresses, terms, login, why, fix, door, policy_version: version } = explained
  const asked = file ?? (version === 0 ? 'in the file' : `policy version ${version}`)
  const as = login === null ? '' : ` as ${login.name}`
  const lines = [`${verdict}: ${user} to ${destination}${as}   (${asked})`]
  for (const row of addresses) {
    const code = row.code === null ? '' : `  [${row.code}]`
    lines.push(`  ${row.address}: ${row.verdict} by ${row.rule ?? 'no rule'}${code}`, ...indented(row.why, row.others))
  }
  if (terms !== null) {
    lines.push(`  terms: ${terms.verdict === 'allow' ? 'met' : 'not met'}`, ...indented(terms.why, 0))
    if (terms.holds.length > 0) lines.push(`    together: ${terms.holds.join('; ')}`)
  }
  if (login !== null) {
    const by = login.rule === null ? 'no rule of "ssh"' : login.rule
    lines.push(
      `  login ${login.name}: ${login.verdict} by ${by}  [${login.code}]`,
      ...indented(login.why, login.others),
    )
  }
  for (const [title, text] of [
    ['why', why],
    ['fix', fix ?? ''],
    ['door', door ?? ''],
  ] as const) {
    const [first = '', ...more] = text.trimEnd().split('\n')
    if (first !== '') lines.push(`  ${title.padEnd(5)} ${first}`, ...more.map((part) => `     or ${part}`))
  }
  return lines.map((line) => `${printable(file === undefined ? line : placed(line, file))}\n`).join('')
}

function indented(lines: readonly string[], others: number): readonly string[] {
  const told = lines.map((line) => `    ${line}`)
  if (others > 0) told.push(`    and ${counted(others, 'other rule')}`)
  return told
}

/** `acls[1], line 6` and `(line 6)` with the name of the file, so that an editor finds them. */
function placed(line: string, file: string): string {
  return line
    .replaceAll(
      /\b(acls|grants|ssh)\[(\d+)\], line (\d+)/g,
      (_, section: string, index: string, at: string) => `${section}[${index}] ${file}:${at}`,
    )
    .replaceAll(/\(line (\d+)\)/g, (_, at: string) => `(${file}:${at})`)
}
