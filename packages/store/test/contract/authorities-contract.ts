import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { Store } from '@sallyport/store'
import { bytes, coded, type Given } from './given-store.ts'

const statesOf = async (store: Store) =>
  Object.fromEntries((await store.authorities.list()).map(({ id, state }) => [id, state]))

export function authoritiesContract(given: Given): void {
  void suite('authorities', () => {
    given('the first of a kind signs at once; the next one waits until it is promoted', async (store, { clock }) => {
      const first = await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
      const host = await store.authorities.add({ kind: 'host', publicKey: bytes('two') })
      const next = await store.authorities.add({ kind: 'user', publicKey: bytes('three') })
      assert.deepEqual([first.state, host.state, next.state], ['active', 'active', 'next'])
      const before = { [first.id]: 'active', [host.id]: 'active', [next.id]: 'next' }
      assert.deepEqual(await statesOf(store), before)

      await assert.rejects(store.authorities.retire(first.id), coded('still-in-use'))
      for (const none of [first.id, host.id])
        await assert.rejects(store.authorities.promote(none), coded('not-found'), 'only one that waits is promoted')
      assert.deepEqual(await statesOf(store), before)

      const { promoted, former } = await store.authorities.promote(next.id)
      assert.deepEqual(
        [promoted, former],
        [
          { ...next, state: 'active' },
          { ...first, state: 'former' },
        ],
      )
      const after = { [first.id]: 'former', [host.id]: 'active', [next.id]: 'active' }
      assert.deepEqual(await statesOf(store), after)
      await assert.rejects(store.authorities.promote(next.id), coded('not-found'))
      await assert.rejects(store.authorities.promote(first.id), coded('not-found'), 'there is no step back')
      await assert.rejects(store.authorities.retire(next.id), coded('still-in-use'))

      clock.time = 2_000_000
      assert.equal((await store.authorities.retire(first.id)).retiredAt, 2_000_000)
      assert.deepEqual(await statesOf(store), { ...after, [first.id]: 'retired' })
    })

    given('of each kind one may wait, and one that is withdrawn makes room for another', async (store) => {
      await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
      await store.authorities.add({ kind: 'host', publicKey: bytes('two') })
      const next = await store.authorities.add({ kind: 'user', publicKey: bytes('three') })
      const another = () => store.authorities.add({ kind: 'user', publicKey: bytes('four') })
      await assert.rejects(another(), coded('already-exists'))
      assert.equal((await store.authorities.add({ kind: 'host', publicKey: bytes('five') })).state, 'next')
      assert.equal((await store.authorities.retire(next.id)).state, 'retired')
      await assert.rejects(store.authorities.promote(next.id), coded('not-found'))
      const made = await another()
      assert.equal(made.state, 'next')
      await store.authorities.retire(made.id)
      const states = await statesOf(store)
      await assert.rejects(store.authorities.add({ kind: 'user', publicKey: bytes('one') }), coded('already-exists'))
      assert.deepEqual(await statesOf(store), states, 'a failed addition changes nothing')
    })

    given('of two that are made or promoted at once, one is', async (store) => {
      await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
      const made = await Promise.allSettled(
        ['two', 'three'].map((text) => store.authorities.add({ kind: 'user', publicKey: bytes(text) })),
      )
      const [next] = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      assert.deepEqual(made.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.ok(next !== undefined)
      const promoted = await Promise.allSettled([
        store.authorities.promote(next.id),
        store.authorities.promote(next.id),
      ])
      assert.deepEqual(promoted.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.deepEqual(Object.values(await statesOf(store)).sort(), ['active', 'former'])
    })
  })
}
