import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DecodeError } from '@sallyport/wire'
import { asSshError, DISCONNECT_REASON, disconnectFor, endError, SshError } from './errors.ts'

test('what the peer learns never holds the text of an error', () => {
  for (const code of ['protocol-error', 'host-key-rejected', 'no-common-algorithm', 'auth-failed'] as const) {
    const error = new SshError(code, 'user alice may not reach db1', { facts: { target: 'db1' } })
    const { description } = disconnectFor(error)
    assert.doesNotMatch(description, /alice|db1/)
  }
  assert.deepEqual(disconnectFor(new TypeError('secret is 42')), { reason: 11, description: 'internal error' })
})

test('reasons are those of RFC 4253 §11.1', () => {
  assert.equal(disconnectFor(new SshError('mac-incorrect', '')).reason, DISCONNECT_REASON.macError)
  assert.equal(disconnectFor(new SshError('no-common-algorithm', '')).reason, 3)
  assert.equal(disconnectFor(new DecodeError('short', 'x', 0)).reason, 2)
})

test('the error of an ordinary end carries no stack, and others keep theirs', () => {
  const end = endError('connection-lost', 'gone', { cause: 'reset' })
  assert.equal(end.stack, 'SshError: gone')
  assert.equal(end.code, 'connection-lost')
  assert.equal(end.cause, 'reset')
  assert.match(new SshError('timeout', 'late').stack ?? '', /errors\.test/)
})

test('a reason in an error wins only where the code leaves it open', () => {
  assert.equal(disconnectFor(new SshError('auth-failed', '', { disconnectReason: 2 })).reason, 2)
  assert.equal(disconnectFor(new SshError('mac-incorrect', '', { disconnectReason: 2 })).reason, 5)
})

test('any throw becomes an SshError that keeps its cause', () => {
  const cause = new DecodeError('short', 'x', 0)
  assert.equal(asSshError(cause).code, 'protocol-error')
  assert.equal(asSshError(cause).cause, cause)
  const bug = new TypeError('bug')
  assert.equal(asSshError(bug).code, 'internal-error')
  assert.equal(asSshError(bug).cause, bug)
  const own = new SshError('timeout', 'late')
  assert.equal(asSshError(own), own)
})
