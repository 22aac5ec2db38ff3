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

const DENIED: Explanation = {
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
      why: ['acls[0], line 4: alice is not in group:dba'],
      others: 9999,
    },
  ],
  terms: null,
  login: null,
  why: 'no rule allows it',
  fix: 'add "alice@" to group:dba (line 2), which acls[0] (line 4) lets in\nadd a grant',
  door: null,
  policy_version: 3,
}

test('an explanation shows verdict, rule, conditions and the way to yes', () => {
  assert.equal(
    renderExplanation(DENIED),
    `deny: alice to db1 port 22   (policy version 3)
  10.0.0.5: deny by no rule  [SP2103 policy.denied]
    acls[0], line 4: alice is not in group:dba
    and 9999 other rules
  why   no rule allows it
  fix   add "alice@" to group:dba (line 2), which acls[0] (line 4) lets in
     or add a grant
`,
  )
})

test('an explanation of a file names its lines as editors do', () => {
  assert.equal(
    renderExplanation({ ...DENIED, policy_version: 0 }, 'new.hujson'),
    `deny: alice to db1 port 22   (new.hujson)
  10.0.0.5: deny by no rule  [SP2103 policy.denied]
    acls[0] new.hujson:4: alice is not in group:dba
    and 9999 other rules
  why   no rule allows it
  fix   add "alice@" to group:dba (new.hujson:2), which acls[0] (new.hujson:4) lets in
     or add a grant
`,
  )
})

test('an explanation shows what terms and ssh say, and what of it the door enforces', () => {
  const explained: Explanation = {
    ...DENIED,
    addresses: [
      {
        address: '10.0.0.5',
        verdict: 'allow',
        code: null,
        rule: 'acls[0], line 4',
        line: 4,
        why: ['src *, dst *:*'],
        others: 1,
      },
    ],
    terms: {
      verdict: 'deny',
      holds: ['idleTimeout: 15m', 'factors: passkey within 8h'],
      why: ['factor: sign in with passkey within 8h; it is not known what was proved (grants[0], line 7)'],
      fix: ['sign in with passkey within 8h'],
    },
    login: {
      name: 'root',
      verdict: 'deny',
      code: 'no-login-rule',
      rule: null,
      line: null,
      why: ['ssh[0], line 9: "root" is not in users autogroup:nonroot'],
      others: 0,
      fix: ['add "root" to "users" of ssh[0] (line 9)'],
    },
    why: 'acls[0], line 4 allows it: src *, dst *:*',
    fix: 'sign in with passkey within 8h',
    door: 'the SSH door does not see it',
  }
  assert.equal(
    renderExplanation(explained),
    `deny: alice to db1 port 22 as root   (policy version 3)
  10.0.0.5: allow by acls[0], line 4
    src *, dst *:*
    and 1 other rule
  terms: not met
    factor: sign in with passkey within 8h; it is not known what was proved (grants[0], line 7)
    together: idleTimeout: 15m; factors: passkey within 8h
  login root: deny by no rule of "ssh"  [no-login-rule]
    ssh[0], line 9: "root" is not in users autogroup:nonroot
  why   acls[0], line 4 allows it: src *, dst *:*
  fix   sign in with passkey within 8h
  door  the SSH door does not see it
`,
  )
})
