import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEY_TEXT_MAX, keyTextProblem } from './key-text.ts'

test('a private key is told from a public one before anything is sent', () => {
  for (const text of [
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----',
    'PuTTY-User-Key-File-3: ssh-ed25519',
  ])
    assert.match(keyTextProblem(text) ?? '', /private key: it stays with you/)
})

test('one key at a time, and not a whole file of something else', () => {
  assert.equal(keyTextProblem(' ssh-ed25519 AAAA me@laptop\n\n'), undefined)
  assert.equal(keyTextProblem(''), undefined)
  assert.match(keyTextProblem('ssh-ed25519 AAAA\nssh-rsa BBBB\n') ?? '', /these are 2 lines/)
  assert.match(keyTextProblem('x'.repeat(KEY_TEXT_MAX + 1)) ?? '', /too long/)
})
