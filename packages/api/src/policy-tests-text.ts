import type { PolicyReport } from './schemas/policy.ts'

/** How the tests of a policy went: `2 of 3 tests passed`, `no tests`. */
export function policyTestsText({ tests, failures }: Pick<PolicyReport, 'tests' | 'failures'>): string {
  if (tests === 0) return 'no tests'
  // What could not be asked at all is a failure, and none of those counted.
  const failed = failures.filter(({ source }) => source !== '').length
  return `${Math.max(0, tests - failed)} of ${tests} ${tests === 1 ? 'test' : 'tests'} passed`
}
