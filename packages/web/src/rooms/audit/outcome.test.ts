import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf } from './outcome.ts'

test('refusals are denied, whichever noun they are of, and only they and failures stop the eye', () => {
  for (const type of ['access-denied', 'sign-in-refused', 'policy-refused', 'authentication-failed'])
    assert.equal(outcomeOf(type).word, 'denied', type)
  for (const type of ['access-granted', 'policy-applied', 'session-ended', 'a-new-one'])
    assert.equal(outcomeOf(type).tone, 'plain', type)
  assert.equal(outcomeOf('penalty-applied').word, 'banned')
  assert.equal(outcomeOf('a-new-one').word, 'done')
})
