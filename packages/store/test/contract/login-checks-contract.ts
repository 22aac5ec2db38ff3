import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { Given } from './given-store.ts'

export function loginChecksContract(given: Given): void {
  void suite('login checks', () => {
    given(
      'the last check of a person, source, target and login is kept, until it is old or all of them are forgotten',
      async (store) => {
        const { id: userId } = await store.users.add({ name: 'alice', displayName: '', role: 'member' })
        const { id: other } = await store.users.add({ name: 'bob', displayName: '', role: 'member' })
        const check = { userId, source: '192.0.2.7', target: 'db', login: '', method: 'totp', checkedAt: 1000 }
        await store.loginChecks.put(check)
        await store.loginChecks.put({ ...check, method: 'passkey', checkedAt: 2000 })
        await store.loginChecks.put({ ...check, target: '*' })
        await store.loginChecks.put({ ...check, userId: other })
        const sorted = async () =>
          (await store.loginChecks.list()).toSorted(
            (a, b) => a.target.localeCompare(b.target) || a.checkedAt - b.checkedAt,
          )
        assert.deepEqual(await sorted(), [
          { ...check, target: '*' },
          { ...check, userId: other },
          { ...check, method: 'passkey', checkedAt: 2000 },
        ])
        assert.equal(await store.loginChecks.remove({ before: 1001 }), 2)
        assert.equal(await store.loginChecks.remove({ userId: other }), 0)
        assert.equal(await store.loginChecks.remove({ userId }), 1)
        assert.deepEqual(await store.loginChecks.list(), [])
      },
    )

    given('a check says until when it counts, and is forgotten by address, by place and by kind', async (store) => {
      const { id: userId } = await store.users.add({ name: 'alice', displayName: '', role: 'member' })
      const check = { userId, source: '192.0.2.7', target: 'db', login: '', method: 'totp', checkedAt: 1000 }
      const places = async () =>
        (await store.loginChecks.list()).map(({ source, target }) => `${source} ${target}`).sort()
      await store.loginChecks.put({ ...check, until: 5000 })
      assert.deepEqual(await store.loginChecks.list(), [{ ...check, until: 5000 }])
      await store.loginChecks.put(check)
      assert.deepEqual(await store.loginChecks.list(), [check], 'the last one says')
      await store.loginChecks.put({ ...check, target: 'web', method: 'passkey' })
      await store.loginChecks.put({ ...check, source: '192.0.2.8', target: 'web' })
      assert.equal(await store.loginChecks.remove({ userId, source: '192.0.2.8', target: 'db' }), 0)
      assert.equal(await store.loginChecks.remove({ userId, source: '192.0.2.7', target: 'db' }), 1)
      assert.deepEqual(await places(), ['192.0.2.7 web', '192.0.2.8 web'])
      assert.equal(await store.loginChecks.remove({ userId, method: 'passkey' }), 1)
      assert.equal(await store.loginChecks.remove({ userId, source: '192.0.2.8' }), 1)
    })

    given('they go with their user', async (store) => {
      const { id: userId } = await store.users.add({ name: 'alice', displayName: '', role: 'member' })
      await store.loginChecks.put({ userId, source: '::1', target: 'db', login: '', method: 'totp', checkedAt: 1 })
      await store.users.remove(userId)
      assert.deepEqual(await store.loginChecks.list(), [])
    })
  })
}
