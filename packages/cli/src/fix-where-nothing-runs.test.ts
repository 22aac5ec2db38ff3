import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { fixWhereNothingRuns } from './fix-where-nothing-runs.ts'

const none = { state: undefined, local: false }

test('on a machine that never had a gateway, the way to another one is told first', () => {
  assert.match(fixWhereNothingRuns(none, {}, '/nonexistent').fix ?? '', /^sallyport login --server /)
  assert.match(fixWhereNothingRuns(none, { SALLYPORT_STATE: '' }, '/nonexistent').fix ?? '', /^sallyport login /)
})

test('where this machine’s gateway is meant, or was once, it is to be started', () => {
  using directory = new TemporaryDirectory('state')
  assert.deepEqual(fixWhereNothingRuns(none, {}, directory.path), {})
  assert.deepEqual(fixWhereNothingRuns({ ...none, local: true }, {}, '/nonexistent'), {})
  assert.deepEqual(fixWhereNothingRuns({ ...none, state: '/nonexistent' }, {}, '/nonexistent'), {})
  assert.deepEqual(fixWhereNothingRuns(none, { SALLYPORT_STATE: '/nonexistent' }, '/nonexistent'), {})
})
