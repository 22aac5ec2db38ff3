import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { TargetId } from '@sallyport/model'
import { coded, type Given } from './given-store.ts'

export function targetsContract(given: Given): void {
  void suite('targets', () => {
    const db1 = { name: 'db1', address: '10.0.0.1', port: 22, tags: ['tag:prod'], hostKeys: ['ssh-ed25519 AAAA'] }

    given('a target is found by id and by name, as it was added', async ({ targets }, { clock }) => {
      const target = await targets.add(db1)
      assert.deepEqual(target, { ...db1, id: target.id, createdAt: clock.time })
      assert.deepEqual(await targets.get(target.id), target)
      assert.deepEqual(await targets.byName('db1'), target)
      assert.equal(await targets.byName('db2'), undefined)
    })

    given('a name belongs to one target; what is changed is changed', async ({ targets }) => {
      const target = await targets.add(db1)
      await assert.rejects(targets.add(db1), coded('already-exists'))
      await targets.change(target.id, { tags: [], port: 2222 })
      assert.deepEqual(await targets.get(target.id), { ...target, tags: [], port: 2222 })
      assert.equal(await targets.remove(target.id), true)
      assert.equal(await targets.remove(target.id), false)
      await assert.rejects(targets.change('tgt_aaaaaaaaaaaaaaaa' as TargetId, {}), coded('not-found'))
      assert.deepEqual(await targets.list(), [])
    })
  })
}
