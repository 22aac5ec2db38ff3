import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Explanation, PolicyReport } from '@sallyport/api'
import { refusalOf, renderExplanation, renderReport } from './policy-text.ts'

test('a report shows each problem with file, line and column, then the tests', () => {
  const report: PolicyReport = {
    ok: false,
    diagnostics: [
      {
        severity: 'error',
        code: 'unknown-key',
        message: 'unknown key "gruops"',
        line: 3,
        column: 5,
        suggestion: 'groups',
      },
      { severity: 'warning', code: 'no-effect', message: 'allows nothing', line: 9, column: 1, suggestion: null },
    ],
    tests: 3,
    failures: [
      { source: 'alice@', destination: 'db1:22', expected: 'accept', got: 'deny', line: 12, why: 'no rule allows it' },
    ],
  }
  assert.equal(
    renderReport(report, 'policy.hujson'),
    `policy.hujson:3:5: error: unknown key "gruops" (did you mean “groups”?) [unknown-key]
policy.hujson:9:1: warning: allows nothing [no-effect]
policy.hujson:12: test failed: alice@ to db1:22: expected accept, got deny
  no rule allows it
2 of 3 tests passed
`,
  )
  assert.equal(refusalOf(report), 'it has 1 error')
  assert.equal(refusalOf({ ...report, diagnostics: [] }), '1 test failed')
})

test('a clean report is one line', () => {
  const clean: PolicyReport = { ok: true, diagnostics: [], tests: 2, failures: [] }
  assert.equal(renderReport(clean, 'p'), 'p: no errors, 2 of 2 tests passed\n')
  assert.equal(renderReport({ ...clean, tests: 0 }, 'p'), 'p: no errors, no tests\n')
})

test('an explanation shows verdict, rule, conditions and the way to yes', () => {
  const explained: Explanation = {
    verdict: 'deny',
    user: 'alice',
    destination: 'db1 port 22',
    addresses: [
      {
        address: '10.0.0.5',
        verdict: 'deny',
        code: 'SP2103 policy.denied',
        rule: null,
        line: null,
        why: ['acls[0], line 4: src does not hold alice'],
      },
    ],
    why: 'no rule allows it',
    fix: 'add alice to group:dba\nor add a grant',
    policy_version: 3,
  }
  assert.equal(
    renderExplanation(explained),
    `deny: alice to db1 port 22   (policy version 3)
  10.0.0.5: deny by no rule  [SP2103 policy.denied]
    acls[0], line 4: src does not hold alice
  why   no rule allows it
  fix   add alice to group:dba
        or add a grant
`,
  )
})
