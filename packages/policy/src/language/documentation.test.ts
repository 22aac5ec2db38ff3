import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compilePolicy } from '../decide/compile.ts'
import { DECISION_CODES } from '../decide/decide.ts'
import { policyOf } from '../testing/compile-text.ts'
import { runTests } from '../tests/run-tests.ts'
import { failures } from '../tests/test-report.ts'

const text = readFileSync(new URL('../../../../docs/policy.md', import.meta.url), 'utf8')
const examples = [...text.matchAll(/```hujson\n(.*?)```/gs)].map((match) => match[1] ?? '')

test('every example of the reference is a policy whose tests pass', () => {
  assert.ok(examples.length >= 2)
  for (const example of examples) {
    const policy = policyOf(example)
    assert.deepEqual(policy.warnings, [])
    assert.deepEqual(failures(runTests(compilePolicy(policy, { users: [], targets: [] }))), [])
  }
})

test('the reference names every reason for a denial', () => {
  for (const code of DECISION_CODES) if (code !== 'allowed') assert.ok(text.includes(`\`${code}\``), code)
})
