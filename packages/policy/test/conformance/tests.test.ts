import assert from 'node:assert/strict'
import { compilePolicy } from '../../src/decide/compile.ts'
import { parsePolicy } from '../../src/language/parse-policy.ts'
import { runTests } from '../../src/tests/run-tests.ts'
import { failures, TESTS_FAILED } from '../../src/tests/test-report.ts'
import { type Capture, policyText, testCaptures } from './captures.ts'
import { directoryOf } from './topology.ts'

testCaptures(
  'tests',
  ({ kind }) => kind === 'policytest' || kind === 'sshtest',
  (capture) => {
    const { error, report } = outcome(capture)
    assert.equal(error, capture.error, report)
  },
)

/** What a write of the policy is refused with, null where it is taken; and what we would say of the tests. */
function outcome(capture: Capture): { readonly error: string | null; readonly report: string } {
  const parsed = parsePolicy(policyText(capture))
  if (!parsed.ok) return { error: parsed.refusal, report: '' }
  const tests = runTests(compilePolicy(parsed.policy, directoryOf(capture)))
  return { error: tests.passed ? null : TESTS_FAILED, report: failures(tests).join('\n') }
}
