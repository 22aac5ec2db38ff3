import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type Approval } from '@sallyport/api'
import { scopesOf } from './scopes.ts'
import { standingOf } from './standing.ts'

const asked = { state: 'pending', expires_at: '2026-11-22T10:02:00.000Z' } as Approval
const gone = new ApiError('approval.not-found', 'no login of yours waits under this code')
const before = new Date('2026-11-22T10:01:00.000Z')
const after = new Date('2026-11-22T10:02:00.000Z')

test('a question that the gateway has no more has expired, or whoever waited has hung up', () => {
  assert.equal(standingOf(asked, null, after), 'pending', 'the gateway says when it is over')
  assert.equal(standingOf(asked, gone, before), 'gone')
  assert.equal(standingOf(asked, gone, after), 'expired')
  assert.equal(standingOf({ ...asked, state: 'approved' }, gone, after), 'approved')
  assert.equal(standingOf(asked, new ApiError('daemon.unreachable', 'no answer'), after), 'pending')
})

test('a yes is for one login, or for as long as the policy lets it count; for an hour where that is longer', () => {
  const to = (keep_max_seconds: number, target: string | null = 'db-1') =>
    scopesOf({ source: '203.0.113.24', target, port: 22, login: null, keep_max_seconds }).map(({ seconds, text }) => [
      seconds,
      text,
    ])
  assert.deepEqual(to(0), [[0, 'This login only']])
  assert.deepEqual(to(3600), [
    [0, 'This login only'],
    [3600, 'Logins to db-1 from 203.0.113.24 for 1 hour'],
  ])
  assert.deepEqual(to(43_200, null), [
    [0, 'This login only'],
    [3600, 'Logins from 203.0.113.24 for 1 hour'],
    [43_200, 'Logins from 203.0.113.24 for 12 hours'],
  ])
})
