import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '@sallyport/api'
import { bytesOf, matchingSessions, rateOf, sessionsState, whereTo } from './sessions-view.ts'

const passage = (target: string | null, bytes = 10): Session['passages'][number] => ({
  id: 'pas_1',
  host: '10.0.0.9',
  target,
  address: '10.0.0.9',
  port: 22,
  opened_at: '2026-11-22T10:00:00.000Z',
  bytes_in: bytes,
  bytes_out: bytes,
  inner_banner: null,
})
const session = (user: string, passages: Session['passages']): Session => ({
  id: `ses_${user}`,
  user,
  door: 'ssh',
  source: '203.0.113.24',
  source_port: 50_000,
  key: 'SHA256:x',
  client: 'SSH-2.0-OpenSSH_10.0',
  started_at: '2026-11-22T10:00:00.000Z',
  idle_seconds: 0,
  passages,
})

test('a session leads to targets by name, to others by address and port, or nowhere yet', () => {
  assert.equal(whereTo(session('a', [passage('db-1'), passage('db-1'), passage(null)])), 'db-1, 10.0.0.9:22')
  assert.equal(whereTo(session('a', [])), 'the gateway itself')
  assert.equal(bytesOf(session('a', [passage('x', 3), passage('y', 4)])), 14)
})

test('sessions are found by person, source, client, target and address', () => {
  const all = [session('alice', [passage('db-1')]), session('bob', [])]
  const names = (text: string) => matchingSessions(all, text).map(({ user }) => user)
  assert.deepEqual(names('ALI'), ['alice'])
  assert.deepEqual(names('10.0.0'), ['alice'])
  assert.deepEqual(names('db-'), ['alice'])
  assert.deepEqual(names('openssh'), ['alice', 'bob'])
})

test('the sentence says how many, how long, and that nobody looks inside', () => {
  const now = new Date('2026-11-22T16:12:00.000Z')
  assert.equal(sessionsState([], now), 'Nobody is connected.')
  assert.equal(
    sessionsState([session('a', [passage('db-1')])], now),
    '1 is open with 1 passage, all of them blind: their content goes end to end. The longest has run 6 h 12 min.',
  )
})

test('a rate needs two looks, and never is below nothing', () => {
  assert.equal(rateOf(undefined, { at: 0, bytes: 5 }), undefined)
  assert.equal(rateOf({ at: 0, bytes: 0 }, { at: 2000, bytes: 500 }), 250)
  assert.equal(rateOf({ at: 0, bytes: 900 }, { at: 2000, bytes: 500 }), 0)
})
