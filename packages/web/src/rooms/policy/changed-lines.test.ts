import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedLines } from './changed-lines.ts'

test('a rewritten line counts once, added and removed ones each', () => {
  assert.equal(changedLines('a\nb\nc', 'a\nB\nc'), 1)
  assert.equal(changedLines('a\nb', 'a\nb\nc\nd'), 2)
  assert.equal(changedLines('a\nb\nc', 'a'), 2)
  assert.equal(changedLines('a', 'a'), 0)
})

test('lines that only changed places are one change, not none', () => assert.equal(changedLines('a\nb', 'b\na'), 1))
