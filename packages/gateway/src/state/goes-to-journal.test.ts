import assert from 'node:assert/strict'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { goesToJournal } from './goes-to-journal.ts'

test('a stream is the journal’s where device and inode are those that the service manager names', () => {
  using directory = new TemporaryDirectory('journal')
  const fd = openSync(directory.file('stream'), 'w')
  const { dev, ino } = fstatSync(fd)
  const named = { JOURNAL_STREAM: `${dev}:${ino}` }
  assert.equal(goesToJournal(fd, named), true)
  assert.equal(goesToJournal(fd, {}), false, 'started by hand')
  assert.equal(goesToJournal(fd, { JOURNAL_STREAM: `${dev}:${ino + 1}` }), false, 'redirected')
  closeSync(fd)
  assert.equal(goesToJournal(fd, named), false, 'closed')
})
