import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentText } from './agent-text.ts'
import { amountText, bytesText, countText } from './amounts.ts'
import { keyKind } from './key-kind.ts'
import { sentence } from './sentence.ts'
import { agoText, durationText, momentText, runningText, utcText } from './times.ts'

const now = new Date(2026, 10, 22, 14, 32, 6)
const before = (ms: number) => new Date(now.getTime() - ms)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

test('a moment is as short as it can be and still be found', () => {
  assert.equal(momentText(before(MINUTE), now), '14:31')
  assert.equal(momentText(before(24 * HOUR), now), 'yesterday 14:32')
  assert.equal(momentText(before(-24 * HOUR), now), 'tomorrow 14:32')
  assert.equal(momentText(new Date(2026, 2, 3), now), '3 March')
  assert.equal(momentText(new Date(2025, 2, 3), now), '3 March 2025')
  assert.equal(utcText(new Date('2026-11-22T13:32:06.500Z')), '2026-11-22 13:32:06 UTC')
})

test('what is past and what is to come are told apart, in whole units', () => {
  const cases: readonly (readonly [number, string])[] = [
    [1_000, 'just now'],
    [21_000, '21 s ago'],
    [4 * MINUTE + 59_000, '4 min ago'],
    [47 * HOUR, '47 h ago'],
    [72 * HOUR, '3 days ago'],
    [-5 * MINUTE, 'in 5 min'],
  ]
  for (const [ms, text] of cases) assert.equal(agoText(before(ms), now), text)
})

test('durations: running ones count, finished ones are said', () => {
  assert.equal(runningText(41 * MINUTE + 7_000), '41:07')
  assert.equal(runningText(3 * HOUR + 2 * MINUTE + 19_000), '3:02:19')
  assert.equal(runningText(-5), '0:00')
  assert.equal(durationText(38_000), '38 s')
  assert.equal(durationText(6 * HOUR + 12 * MINUTE), '6 h 12 min')
  assert.equal(durationText(8 * HOUR), '8 h')
  assert.equal(durationText(72 * HOUR), '3 days')
})

test('numbers have thin spaces, amounts their noun, bytes their unit', () => {
  assert.equal(countText(2418), '2\u2009418')
  assert.equal(countText(418), '418')
  assert.equal(countText(1_234_567), '1\u2009234\u2009567')
  assert.equal(amountText(1, 'passkey'), '1 passkey')
  assert.equal(amountText(3, 'rule'), '3 rules')
  assert.equal(bytesText(999), '999 B')
  assert.equal(bytesText(3_400_000), '3.4 MB')
  assert.equal(bytesText(41_000_000), '41 MB')
})

test('messages of the gateway become sentences once', () => {
  assert.equal(sentence('this proves nobody here'), 'This proves nobody here.')
  assert.equal(sentence('Try again.'), 'Try again.')
  assert.equal(sentence(''), '')
  const at = before(MINUTE).toISOString()
  assert.equal(sentence(`olga applied it (${at})`, now), 'Olga applied it (14:31).')
  assert.equal(sentence(`from ${at} to ${before(24 * HOUR).toISOString()}`, now), 'From 14:31 to yesterday 14:32.')
  assert.equal(sentence('the 2026-99-99T99:99:99Z of it', now), 'The 2026-99-99T99:99:99Z of it.')
})

test('kinds of keys have names for people, and one that nobody knows yet its own', () => {
  assert.equal(keyKind('ssh-ed25519'), 'Ed25519')
  assert.equal(keyKind('ssh-rsa'), 'RSA')
  assert.equal(keyKind('ecdsa-sha2-nistp384'), 'ECDSA P-384')
  assert.equal(keyKind('sk-ssh-ed25519@openssh.com'), 'security key, Ed25519')
  assert.equal(keyKind('sk-ecdsa-sha2-nistp256@openssh.com'), 'security key, ECDSA P-256')
  assert.equal(keyKind('ssh-mldsa-65'), 'ssh-mldsa-65')
})

test('browsers are known by name and system, anything else by what it calls itself', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
  assert.equal(agentText(chrome), 'Chrome on Linux')
  assert.equal(agentText('sallyport/0.1.0 on laptop'), 'sallyport/0.1.0 on laptop')
  assert.equal(agentText(''), 'unknown')
})
