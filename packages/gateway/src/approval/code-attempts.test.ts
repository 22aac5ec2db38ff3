import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodeAttempts } from './code-attempts.ts'

test('V-F08 the first wrong codes cost nothing, then each doubles the wait, and the hundredth locks for an hour', () => {
  let now = 0
  const attempts = new CodeAttempts(() => now)
  for (let each = 0; each < 5; each++) assert.equal(attempts.take('alice', 'net'), 0)
  assert.equal(attempts.take('alice', 'net'), 0)
  assert.equal(attempts.take('alice', 'net'), 1)
  now += 1000
  assert.equal(attempts.take('alice', 'net'), 0)
  assert.equal(attempts.take('alice', 'net'), 2)
  let tries = 7
  while (tries < 99) {
    now += 15 * 60_000
    assert.equal(attempts.take('alice', 'net'), 0)
    tries++
  }
  assert.equal(attempts.take('alice', 'net'), 15 * 60)
  now += 15 * 60_000
  assert.equal(attempts.take('alice', 'net'), 0)
  assert.equal(attempts.take('alice', 'net'), 60 * 60)
})

test('V-F11 whoever guesses from one network stops nobody on another, and a right code ends it', () => {
  const attempts = new CodeAttempts(() => 0)
  for (let each = 0; each < 1000; each++) attempts.take('admin', 'theirs')
  assert.ok(attempts.take('admin', 'theirs') > 0)
  assert.equal(attempts.take('admin', 'ours'), 0)
  for (let each = 0; each < 5; each++) attempts.take('admin', 'ours')
  attempts.right('admin', 'ours')
  assert.equal(attempts.take('admin', 'ours'), 0)
})

test('networks that are remembered are bounded', () => {
  const attempts = new CodeAttempts(() => 0)
  for (let each = 0; each < 10_100; each++) attempts.take('alice', String(each))
  assert.equal(attempts.size, 10_000)
})
