import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PolicyReport } from '@sallyport/api'
import { draftText, hindrance, readsWell } from './policy-state.ts'

const good: PolicyReport = { ok: true, diagnostics: [], tests: 3, failures: [] }
const bad: PolicyReport = {
  ...good,
  ok: false,
  diagnostics: [{ severity: 'error', code: 'x', message: 'x', line: 1, column: 1, suggestion: null }],
}
const failing: PolicyReport = {
  ...good,
  ok: false,
  failures: [{ source: 'a', destination: 'b:22', expected: 'deny', got: 'accept', line: 1, why: '' }],
}
const draft = { base: 7, current: 7, changed: 2, report: good }

test('only a draft that changes something, reads, passes its tests and is not behind may be published', () => {
  assert.equal(hindrance(draft), undefined)
  assert.match(hindrance({ ...draft, changed: 0 }) ?? '', /nothing to publish/)
  assert.match(hindrance({ ...draft, current: 8 }) ?? '', /version 8/)
  assert.match(hindrance({ ...draft, report: undefined }) ?? '', /being checked/)
  assert.match(hindrance({ ...draft, report: bad }) ?? '', /1 mistake/)
  assert.match(hindrance({ ...draft, report: failing }) ?? '', /1 of 3 tests/)
})

test('the sentence says what stands in the way, and the tests where nothing does', () => {
  assert.equal(
    draftText({ ...draft, report: failing }),
    'Your draft changes 2 lines, but it fails 1 of 3 tests: it cannot be published.',
  )
  assert.equal(draftText(draft), 'Your draft changes 2 lines and may be published. All 3 tests pass.')
  assert.equal(draftText({ ...draft, changed: 0 }), 'All 3 tests pass.')
  assert.equal(draftText({ ...draft, changed: 0, report: { ...good, tests: 0 } }), 'It has no tests.')
})

test('only a text that was read without mistakes can be asked anything; failing tests do not hinder that', () => {
  assert.deepEqual([undefined, bad, failing, good].map(readsWell), [false, false, true, true])
})
