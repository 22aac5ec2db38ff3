import type { Position } from '../text/position.ts'

/** What the policy's own `tests` and `sshTests` say of it. A policy whose report has not `passed` is not taken. */
export interface TestReport {
  readonly passed: boolean
  readonly tests: readonly TestResult[]
  readonly sshTests: readonly SshTestResult[]
}

export type TestResult = Result<CheckResult>
export type SshTestResult = Result<LoginCheckResult>

interface Result<Check> {
  /** Of the entry in its section, from 0. */
  readonly index: number
  readonly position: Position
  readonly passed: boolean
  /** Why the whole entry could not be asked; then it has no checks. */
  readonly problem?: string
  readonly checks: readonly Check[]
}

export interface CheckResult {
  readonly expect: 'accept' | 'deny'
  readonly source: string
  /** As written: `tag:db:22`. */
  readonly destination: string
  readonly position: Position
  readonly passed: boolean
  /** One line: what was found, and by which rule. */
  readonly reason: string
}

export interface LoginCheckResult {
  readonly expect: 'accept' | 'check' | 'deny'
  readonly source: string
  readonly login: string
  /** What was decided, of those asked the first that failed; absent where nothing could be asked. */
  readonly found?: LoginCheckResult['expect']
  /** As written: `tag:db`. */
  readonly destination: string
  readonly position: Position
  readonly passed: boolean
  /** One line: what was found, and by which rule. */
  readonly reason: string
}

/** What Tailscale says of a policy whose tests fail, whichever they are. */
export const TESTS_FAILED = 'test(s) failed'

/** One line for each thing that failed: `tests[0] (line 12): …`. */
export function failures({ tests, sshTests }: TestReport): readonly string[] {
  return [
    ...tests.flatMap((test) => failuresOf('tests', test, ({ destination }) => destination)),
    ...sshTests.flatMap((test) =>
      failuresOf('sshTests', test, ({ login, destination }) => `${login} on ${destination}`),
    ),
  ]
}

function failuresOf<Check extends CheckResult | LoginCheckResult>(
  section: string,
  { index, position, problem, checks }: Result<Check>,
  what: (check: Check) => string,
): readonly string[] {
  const where = ({ line }: Position): string => `${section}[${index}] (line ${line})`
  if (problem !== undefined) return [`${where(position)}: ${problem}`]
  return checks
    .filter((check) => !check.passed)
    .map((check) => `${where(check.position)}: ${check.source} ${check.expect} ${what(check)}: ${check.reason}`)
}
