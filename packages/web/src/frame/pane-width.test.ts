import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PANE_MAX_PX, PANE_MIN_PX, paneWidth } from './pane-width.ts'

test('a pane is never narrower than its facts nor wider than leaves room for the list, whatever was kept', () => {
  assert.equal(paneWidth(undefined), 416)
  assert.equal(paneWidth(Number.NaN), 416)
  assert.equal(paneWidth(500.4), 500)
  assert.equal(paneWidth(-1), PANE_MIN_PX)
  assert.equal(paneWidth(1e9), PANE_MAX_PX)
})
