import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PolicySimulation } from '@sallyport/api'
import { changeText, resultText, skippedTexts } from './simulation-words.ts'

const none: PolicySimulation = {
  since: '2026-10-23T00:00:00.000Z',
  replayed: 0,
  flipped: 0,
  already_so: 0,
  asked: 0,
  flips: [],
  more: 0,
  skipped: { user_gone: 0, user_disabled: 0, target_gone: 0, address_unknown: 0, not_by_policy: 0, proof_unknown: 0 },
}

test('a replay is told in one sentence: nothing to ask, nothing otherwise, or what is', () => {
  assert.match(resultText(none), /no decision of these days/)
  assert.equal(resultText({ ...none, replayed: 1 }), 'The one decision of these days would be the same.')
  assert.equal(resultText({ ...none, replayed: 12 }), 'All 12 decisions of these days would be the same.')
  assert.equal(
    resultText({ ...none, replayed: 12, flipped: 3, asked: 2 }),
    'Of 12 decisions, 3 would change and 2 would want a proof first.',
  )
  assert.match(resultText({ ...none, replayed: 12, flipped: 3, already_so: 1 }), /1 of the changes are so under/)
})

test('what was left out is counted by why, and nothing is said of what was not', () => {
  assert.deepEqual(skippedTexts(none), [])
  assert.deepEqual(skippedTexts({ ...none, skipped: { ...none.skipped, user_gone: 3 } }), [
    '3 because the person is gone',
  ])
})

test('before and after are words, with the proof that is wanted', () => {
  assert.deepEqual(changeText({ was: 'allow', becomes: 'deny', proofs: [] }), { before: 'allowed', after: 'denied' })
  assert.equal(
    changeText({ was: 'allow', becomes: 'ask', proofs: ['factor', 'check'] }).after,
    'allowed, after a factor and a check',
  )
  assert.equal(changeText({ was: 'deny', becomes: 'allow', proofs: [] }).after, 'allowed')
})
