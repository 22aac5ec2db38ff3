import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy } from '../decide/compile.ts'
import { decide } from '../decide/decide.ts'
import { compileText, DIRECTORY, policyOf } from '../testing/compile-text.ts'
import { runTests } from '../tests/run-tests.ts'
import { failures } from '../tests/test-report.ts'
import { defaultPolicy } from './default-policy.ts'

test('the default policy is read without warnings and passes its tests, with and without users', () => {
  const policy = policyOf(defaultPolicy())
  assert.deepEqual(policy.warnings, [])
  assert.ok(policy.tests.length > 0)
  for (const directory of [DIRECTORY, { users: [], targets: [] }]) {
    assert.deepEqual(failures(runTests(compilePolicy(policy, directory))), [])
  }
})

test('by default owners and admins reach every TCP port, nobody else anything', () => {
  const compiled = compileText(defaultPolicy())
  const allowed = DIRECTORY.users.filter(
    ({ name }) =>
      decide(compiled, { user: { name }, destination: { address: '10.0.0.5', port: 22 } }).verdict === 'allow',
  )
  assert.deepEqual(
    allowed.map(({ name }) => name),
    ['alice@example.com', 'adam@example.com'],
  )
})

test('the examples in comments are right when they are uncommented', () => {
  const text = defaultPolicy().replaceAll(/^(\s*)\/\/ (?=["{])/gm, '$1')
  assert.notEqual(text, defaultPolicy())
  const policy = policyOf(text)
  assert.deepEqual(policy.warnings, [])
  assert.deepEqual(failures(runTests(compilePolicy(policy, { users: [], targets: [] }))), [])
})
