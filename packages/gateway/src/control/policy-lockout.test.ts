import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy, parsePolicy } from '@sallyport/policy'
import type { Roster } from '../access/roster.ts'
import { lockoutBy } from './policy-lockout.ts'

const PEOPLE = [
  { id: 'usr_a', name: 'alice', role: 'owner' as const, disabled: false },
  { id: 'usr_b', name: 'bob', role: 'admin' as const, disabled: false },
]

function compiledFor(...names: readonly string[]) {
  const parsed = parsePolicy(JSON.stringify({ grants: [{ src: names, dst: ['10.0.0.0/8'], ip: ['22'] }] }))
  assert.ok(parsed.ok)
  return compilePolicy(parsed.policy, { users: PEOPLE, targets: [] })
}

/** What the guard reads of a roster; alice alone has a key. */
const roster = {
  usersById: new Map(PEOPLE.map((user) => [user.id, user])),
  keysByFingerprint: new Map([['SHA256:x', { userId: 'usr_a' }]]),
  compiled: compiledFor('alice@', 'bob@'),
} as unknown as Roster

test('an author who signs in without a key is locked out too', () => {
  assert.deepEqual(lockoutBy(compiledFor('alice@'), roster, 'bob'), { whose: 'author', names: ['bob'] })
  assert.equal(lockoutBy(compiledFor('alice@'), roster, '@local:root'), undefined)
})

test('administrators without a key do not stand for those with one', () => {
  assert.deepEqual(lockoutBy(compiledFor('bob@'), roster, 'bob'), { whose: 'administrators', names: ['alice'] })
})
