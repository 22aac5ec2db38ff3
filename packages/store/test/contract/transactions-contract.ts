import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { User } from '@sallyport/model'
import { coded, type Given } from './given-store.ts'

export function transactionsContract(given: Given): void {
  void suite('transactions', () => {
    given('all changes are kept, or none', async (store) => {
      await store.transaction(async ({ users, settings }) => {
        await users.add({ name: 'alice' })
        await settings.set({ name: 'a', parse: String }, 'b')
      })
      const wrong = new Error('wrong')
      const failing = store.transaction(async ({ users }) => {
        await users.add({ name: 'bob' })
        throw wrong
      })
      await assert.rejects(failing, wrong)
      assert.deepEqual(
        (await store.users.list()).map(({ name }) => name),
        ['alice'],
      )
    })

    given('repositories that use transactions themselves work inside one', async (store) => {
      const alice = await store.users.add({ name: 'alice' })
      await store.transaction(async (inside) => {
        await inside.users.change(alice.id, { disabled: true })
        await inside.policyVersions.add({ text: '{}', author: 'alice' })
        await inside.auditEntries.append(() => [])
      })
      assert.equal((await store.users.get(alice.id))?.disabled, true)
    })

    given('a query that goes around its transaction is refused instead of waiting for ever', async (store) => {
      await assert.rejects(
        store.transaction(async () => {
          await store.users.list()
        }),
        coded('query-outside-transaction'),
      )
      let later: Promise<readonly User[]> | undefined
      await store.transaction(async () => {
        later = new Promise((resolve) => setTimeout(resolve, 20)).then(() => store.users.list())
      })
      assert.deepEqual(await later, [])
    })

    given('queries at the same time wait for each other', async (store) => {
      await Promise.all([
        store.transaction(async ({ users }) => {
          await users.add({ name: 'a' })
          await new Promise((resolve) => setTimeout(resolve, 20))
          await users.add({ name: 'b' })
        }),
        store.users.add({ name: 'c' }),
        store.transaction(({ users }) => users.add({ name: 'd' })),
      ])
      assert.equal((await store.users.list()).length, 4)
    })
  })
}
