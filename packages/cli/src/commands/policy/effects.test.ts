import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PolicyDiff } from '@sallyport/api'
import { answering, runMain } from '../../../test/run-main.ts'

const SAME: PolicyDiff = {
  against: 2,
  version: 3,
  same_text: false,
  effects: [],
  more: 0,
  losers: 0,
  gainers: 0,
  other_sections: [],
}

test('diff --exit-code ends with 1 where logins or terms differ, too, and with 0 where nothing but the text does', async () => {
  const ended = async (found: PolicyDiff, ...flags: string[]) => {
    const client = answering({ 'policy.diff': found })
    return (await runMain(['policy', 'diff', ...flags], { client })).status
  }
  const logins = { ...SAME, other_sections: ['ssh'] }
  assert.equal(await ended(logins, '--exit-code'), 1)
  assert.equal(await ended(logins), 0)
  assert.equal(await ended(SAME, '--exit-code'), 0)
})
