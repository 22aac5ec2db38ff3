import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditOutcome } from './audit-outcome.ts'

test('refusals are denied, whichever noun they are of; what ends has ended; the rest is done', () => {
  for (const type of ['access-denied', 'sign-in-refused', 'policy-refused', 'authentication-failed'])
    assert.equal(auditOutcome(type), 'denied', type)
  for (const type of ['session-ended', 'passage-closed', 'gateway-stopped']) assert.equal(auditOutcome(type), 'ended')
  assert.equal(auditOutcome('penalty-applied'), 'banned')
  for (const type of ['policy-applied', 'a-new-one', 'constructor']) assert.equal(auditOutcome(type), 'done', type)
})
