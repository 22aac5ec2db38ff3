import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { User } from '@sallyport/api'
import { matchingUsers, personName, usersState } from './users-view.ts'

const user = (name: string, more: Partial<User> = {}): User => ({
  id: `usr_${name}`,
  name,
  display_name: '',
  role: 'member',
  disabled: false,
  created_at: '2026-11-22T00:00:00.000Z',
  keys: 1,
  sessions: 0,
  ...more,
})

test('people are called by their name, or by their login', () => {
  assert.equal(personName(user('alice', { display_name: 'Alice Adams' })), 'Alice Adams')
  assert.equal(personName(user('alice')), 'alice')
  assert.equal(
    personName(user('alice', { display_name: 'user \u202etxt.exe' })),
    'user txt.exe',
    'nothing turns it round',
  )
})

test('people are found by login, name and role, in the order of their logins', () => {
  const users = [user('bob', { display_name: 'Zed' }), user('alice', { role: 'admin' })]
  const names = (text: string | undefined, role?: 'admin') =>
    matchingUsers(users, { text, role }).map(({ name }) => name)
  assert.deepEqual(names(undefined), ['alice', 'bob'])
  assert.deepEqual(names('zED'), ['bob'])
  assert.deepEqual(names(undefined, 'admin'), ['alice'])
})

test('the sentence tells what wants attention and leaves out what does not', () => {
  assert.equal(usersState([user('a')]), '1 person, none connected now.')
  assert.equal(
    usersState([user('a', { sessions: 2 }), user('b', { keys: 0 }), user('c', { disabled: true, keys: 0 })]),
    '3 people, 1 connected now. 1 has no SSH key. 1 is disabled.',
  )
})
