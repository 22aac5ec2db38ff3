import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { Given } from './given-store.ts'

export function bansContract(given: Given): void {
  void suite('bans', () => {
    given('bans hold until their time or until lifted', async ({ bans }, { clock }) => {
      const long = await bans.add({ subject: '192.0.2.1', reason: 'guessing', createdBy: 'alice' })
      const short = await bans.add({
        subject: '192.0.2.0/24',
        reason: 'scan',
        createdBy: '@gateway',
        until: clock.time + 10,
      })
      assert.deepEqual(new Set(await bans.list()), new Set([long, short]))
      clock.time += 10
      assert.deepEqual(await bans.list(), [long])
      assert.equal(await bans.removeExpired(), 1)
      assert.equal(await bans.removeExpired(), 0)
      assert.deepEqual(await bans.get(long.id), long)
      assert.equal(await bans.remove(long.id), true)
      assert.equal(await bans.remove(long.id), false)
    })
  })
}
