import type { Diagnostic, PolicyReport, PolicyTestFailure } from '@sallyport/api'
import {
  type CompiledPolicy,
  commandConflicts,
  compilePolicy,
  parsePolicy,
  runTests,
  type SshTestResult,
  type TestResult,
} from '@sallyport/policy'
import { directoryOf, type Roster } from '../access/roster.ts'

/** Everything that is to be said about a policy text. */
export function reportOn(text: string, roster: Roster): PolicyReport {
  const parsed = parsePolicy(text)
  if (!parsed.ok)
    return {
      ok: false,
      diagnostics: parsed.diagnostics.map((each) => shownDiagnostic(each, 'error')),
      tests: 0,
      failures: [],
    }
  const compiled = compilePolicy(parsed.policy, directoryOf(roster))
  const warnings = [...parsed.policy.warnings, ...commandConflicts(compiled)].toSorted((a, b) => a.offset - b.offset)
  return { ...testReport(compiled), diagnostics: warnings.map((each) => shownDiagnostic(each, 'warning')) }
}

/** How the tests of a policy go: `tests` counts what they ask, of ways and of logins. */
export function testReport(compiled: CompiledPolicy): Omit<PolicyReport, 'diagnostics'> {
  const { passed, tests, sshTests } = runTests(compiled)
  return {
    ok: passed,
    tests: [...tests, ...sshTests].reduce((count, test) => count + test.checks.length, 0),
    failures: [...tests.flatMap(failuresOf), ...sshTests.flatMap(loginFailuresOf)],
  }
}

function failuresOf({ problem, position, checks }: TestResult): readonly PolicyTestFailure[] {
  if (problem !== undefined) return [unasked(problem, position.line)]
  return checks
    .filter((check) => !check.passed)
    .map(({ source, destination, expect, position: { line }, reason }) => ({
      source,
      destination,
      expected: expect,
      got: expect === 'accept' ? 'deny' : 'accept',
      line,
      why: reason,
    }))
}

function loginFailuresOf({ problem, position, checks }: SshTestResult): readonly PolicyTestFailure[] {
  if (problem !== undefined) return [unasked(problem, position.line)]
  return checks
    .filter((check) => !check.passed)
    .map(({ source, login, destination, expect, found, position: { line }, reason }) =>
      found === undefined
        ? unasked(`${destination}: ${reason}`, line)
        : { source, destination: `${login}@${destination}`, expected: expect, got: found, line, why: reason },
    )
}

function unasked(why: string, line: number): PolicyTestFailure {
  return { source: '', destination: '', expected: 'accept', got: 'deny', line, why }
}

function shownDiagnostic(
  {
    code,
    message,
    line,
    column,
    suggestion,
  }: { code: string; message: string; line: number; column: number; suggestion?: string },
  severity: Diagnostic['severity'],
): Diagnostic {
  return { severity, code, message, line, column, suggestion: suggestion ?? null }
}
