import assert from 'node:assert/strict'
import { parsePolicy } from '../../src/language/parse-policy.ts'
import { policyText, testCaptures } from './captures.ts'

/** Domains of the tailnet that was asked: its first user's. */
const DOMAINS = ['example.com']

testCaptures(
  'refusals',
  () => true,
  (capture) => {
    const { status, error } = capture
    const result = parsePolicy(policyText(capture), { domains: DOMAINS })
    // Failing tests refuse a policy that was read well.
    if (status === 200 || error === 'test(s) failed') {
      assert.deepEqual(result.ok ? [] : result.diagnostics, [])
    } else {
      assert.ok(!result.ok, `accepted, but refused there: ${error}`)
      assert.equal(result.refusal, error)
    }
  },
)
