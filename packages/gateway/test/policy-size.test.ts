import assert from 'node:assert/strict'
import { test } from 'node:test'
import { POLICY_TEXT_MAX as API_MAX, routes } from '@sallyport/api'
import { POLICY_TEXT_MAX, parsePolicy } from '@sallyport/policy'
import { BODY_MAX_BYTES } from '../src/http/request-body.ts'

const NOTE = 'x'.repeat(1000)

test('the API takes policies as long as the language reads, and none longer', () => {
  assert.equal(API_MAX, POLICY_TEXT_MAX)
  const { input } = routes['policy.apply']
  assert.ok(input.safeParse({ text: ' '.repeat(POLICY_TEXT_MAX) }).success)
  assert.ok(!input.safeParse({ text: ' '.repeat(POLICY_TEXT_MAX + 1) }).success)
})

test('a request has room for the longest policy, whatever its characters', () => {
  for (const unit of ['"', '\n', '\u20ac', '\u{1f600}', 'a']) {
    const text = unit.repeat(POLICY_TEXT_MAX / unit.length)
    assert.equal(text.length, POLICY_TEXT_MAX)
    assert.ok(Buffer.byteLength(JSON.stringify({ text, message: NOTE })) < BODY_MAX_BYTES, JSON.stringify(unit))
  }
})

test('10,000 rules and 10,000 people with long names in ten groups each are a policy', () => {
  const person = (index: number): string => `somebody.with-a-long-name.${index % 10_000}@mail.example.com`
  const groups = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [
      `group:department-${index}`,
      Array.from({ length: 100 }, (__, member) => person(index * 7 + member * 101)),
    ]),
  )
  const grants = Array.from({ length: 10_000 }, (_, index) => ({
    src: [`group:department-${index % 1000}`],
    dst: [`10.${index >> 8}.${index & 255}.0/24`, `192.168.${index & 255}.${index >> 8}`],
    ip: ['tcp:22', 'tcp:443', 'tcp:5432'],
  }))
  const text = JSON.stringify({ groups, grants }, undefined, 1)
  assert.ok(text.length > 4 * 1024 * 1024)
  assert.ok(parsePolicy(text).ok)
})
