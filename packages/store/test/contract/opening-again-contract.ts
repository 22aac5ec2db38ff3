import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { coded, type Given } from './given-store.ts'

export function openingAgainContract(given: Given): void {
  void suite('opening again', () => {
    given('what was written is there', async (store, { reopen }) => {
      const alice = await store.users.add({ name: 'alice' })
      const again = await reopen()
      assert.deepEqual(await again.users.get(alice.id), alice)
    })

    given('a closed store says so', async (store) => {
      await store.close()
      await store.close()
      await assert.rejects(store.users.list(), coded('store-closed'))
    })
  })
}
