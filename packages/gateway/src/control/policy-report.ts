import type { Diagnostic, PolicyReport } from '@sallyport/api'
import { compilePolicy, parsePolicy, runTests } from '@sallyport/policy'
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
  const { passed, tests } = runTests(compilePolicy(parsed.policy, directoryOf(roster)))
  return {
    ok: passed,
    diagnostics: parsed.policy.warnings.map((each) => shownDiagnostic(each, 'warning')),
    tests: tests.reduce((count, test) => count + test.checks.length, 0),
    failures: tests.flatMap((test) => {
      if (test.problem !== undefined)
        return [
          {
            source: '',
            destination: '',
            expected: 'accept',
            got: 'deny',
            line: test.position.line,
            why: test.problem,
          } as const,
        ]
      return test.checks
        .filter((check) => !check.passed)
        .map(({ source, destination, expect, position, reason }) => ({
          source,
          destination,
          expected: expect,
          got: expect === 'accept' ? ('deny' as const) : ('accept' as const),
          line: position.line,
          why: reason,
        }))
    }),
  }
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
