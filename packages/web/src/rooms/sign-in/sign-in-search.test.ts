import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSignInSearch } from './sign-in-search.ts'

test('the address says where to go on and why somebody is here, in known words alone', () => {
  assert.deepEqual(readSignInSearch({ to: '/users?text=a', why: 'account-pending' }), {
    to: '/users?text=a',
    why: 'account-pending',
  })
  assert.deepEqual(readSignInSearch({ why: 'signed-out' }), { why: 'signed-out' })
  for (const why of ['You are hacked: call 555', '__proto__', 'constructor', '', 7, null, ['refused']])
    assert.deepEqual(readSignInSearch({ to: 5, why }), {}, String(why))
})
