import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DENIALS, denial } from './denial-codes.ts'

test('what clients print as octal escapes is in no text', () => {
  for (const name of Object.keys(DENIALS) as (keyof typeof DENIALS)[])
    assert.match(denial(name, { user: 'u', host: 'h', port: 1 }).text, /^[\x20-\x7e]*$/, name)
})

test('codes are unique and every refusal says what to do', () => {
  const entries = Object.entries(DENIALS)
  assert.equal(new Set(entries.map(([, { code }]) => code)).size, entries.length)
  for (const [name, { fix, message }] of entries) assert.ok(fix.length > 0 && message.length > 0, name)
})

test('a refusal is one line with code, name, what and fix', () => {
  const { text } = denial('policy.denied', { user: 'alice', host: 'db1', port: 22 })
  assert.equal(
    text,
    'SP2103 policy.denied: the policy does not let you reach this (db1 port 22); ' +
      'ask an admin, who can see why: sallyport policy explain alice db1 22',
  )
})

test('V-I03 what a client wrote comes back without control characters and cut', () => {
  const { text } = denial('host.invalid', { host: `a\u001b]0;x\u0007\n\u202e${'b'.repeat(1_000_000)}`, port: 22 })
  assert.match(text, /^[\x20-\x7e]*$/)
  assert.ok(text.length < 400)
})
