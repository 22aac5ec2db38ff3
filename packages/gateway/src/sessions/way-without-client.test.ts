/** A client that is gone leaves ways behind for a while: a slow target still takes what it sent. They end like all others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTOR_GATEWAY } from '@sallyport/audit'
import { ID_RANDOM_BYTES, makeId } from '@sallyport/model'
import type { AccessGrant, Authorizer } from '../access/authorize.ts'
import type { Roster } from '../access/roster.ts'
import { testSession } from '../testing/signed-in.ts'
import { revocation } from './revocation.ts'
import { SessionRegistry } from './session-registry.ts'
import { WayWatch } from './way-watch.ts'

/** A session whose connection is gone, and its one way that is not. */
function parted() {
  const session = testSession()
  const grant = { passage: makeId('passage', new Uint8Array(ID_RANDOM_BYTES)), addresses: ['10.0.0.1'] }
  const sessions = new SessionRegistry()
  sessions.add(session)
  const way = session.begin(grant as unknown as AccessGrant, 0)
  sessions.remove(session)
  return { sessions, session, way }
}

test('a ban and a policy that takes it away reach a way whose client is gone', async () => {
  for (const banned of [true, false]) {
    const { sessions, session, way } = parted()
    const { principal } = session
    const roster = {
      bans: { find: () => (banned ? {} : undefined) },
      trust: { revokedKeys: new Set() },
      usersById: new Map([[principal.userId, { id: principal.userId, name: 'alice', disabled: false }]]),
      keysByFingerprint: new Map([['SHA256:x', { userId: principal.userId }]]),
    } as unknown as Roster
    const authorizer = {
      recheck: () => ({ lost: 'session.policy-changed', limits: undefined }),
    } as unknown as Authorizer
    const ways = new WayWatch({ now: () => 0, monotonic: () => 0 })
    const { all } = revocation({ sessions, authorizer, ways, roster: () => roster, now: () => 0 })
    assert.equal((await all()).passages, 1)
    assert.equal(way.ending?.denied, banned ? 'session.banned' : 'session.policy-changed')
    assert.equal(way.signal.aborted, true)
  }
})

test('whoever ends all of a user ends it too', () => {
  const { sessions, session, way } = parted()
  const ending = { denied: 'session.killed', note: '', actor: ACTOR_GATEWAY } as const
  assert.deepEqual(sessions.endAllOf(makeId('user', new Uint8Array(ID_RANDOM_BYTES).fill(1)), ending), [])
  assert.deepEqual(sessions.endAllOf(session.principal.userId, ending), [session])
  assert.equal(way.ending?.denied, 'session.killed')
})

test('a gateway that stops waits for it, and ends it with all that is left', async () => {
  const { sessions, way } = parted()
  assert.deepEqual([sessions.size, sessions.isEmpty], [0, false])
  let empty = false
  const waiting = sessions.empty().then(() => {
    empty = true
  })
  sessions.endAll({ denied: 'session.draining', note: '', actor: ACTOR_GATEWAY })
  assert.equal(way.ending?.denied, 'session.draining')
  assert.equal(empty, false)
  way[Symbol.dispose]()
  await waiting
  assert.deepEqual(sessions.everyone(), [])
})
