import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { TOPICS, type Topic } from '@sallyport/store'
import type { Given } from './given-store.ts'

export function changesContract(given: Given): void {
  void suite('changes', () => {
    given('are told after the commit, by topic', async (store) => {
      const told: (readonly Topic[])[] = []
      using _all = store.changes.subscribe(TOPICS, ({ topics, origin }) => {
        assert.equal(origin, 'here')
        told.push(topics)
      })
      using _some = store.changes.subscribe(['bans'], () => assert.fail('bans did not change'))
      const alice = await store.users.add({ name: 'alice' })
      await assert.rejects(store.users.add({ name: 'alice' }))
      await store.transaction(async ({ targets, settings, users }) => {
        await targets.add({ name: 'db1', address: 'db1.example', port: 22 })
        await settings.set({ name: 'a', parse: String }, 'b')
        await users.change(alice.id, { disabled: true })
        assert.equal(told.length, 1)
      })
      await assert.rejects(
        store.transaction(async ({ settings }) => {
          await settings.set({ name: 'a', parse: String }, 'c')
          throw new Error('wrong')
        }),
      )
      assert.deepEqual(told, [['users'], ['targets', 'settings', 'users']])
    })

    given('of another process are noticed within a second', async (store, { reopen }) => {
      const other = await reopen()
      const noticed = Promise.withResolvers<string>()
      using _ = store.changes.subscribe(['users'], ({ origin }) => noticed.resolve(origin))
      await other.users.add({ name: 'alice' })
      const deadline = setTimeout(() => noticed.reject(new Error('not noticed')), 1000)
      assert.equal(await noticed.promise, 'elsewhere')
      clearTimeout(deadline)
      assert.equal((await store.users.list()).length, 1)
    })

    given('are told no more after the end of a subscription', async (store) => {
      const subscription = store.changes.subscribe(TOPICS, () => assert.fail('told'))
      subscription[Symbol.dispose]()
      await store.users.add({ name: 'alice' })
    })
  })
}
