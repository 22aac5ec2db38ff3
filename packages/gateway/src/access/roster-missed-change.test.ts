import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultPolicy } from '@sallyport/policy'
import { openStore, type Store, StoreError } from '@sallyport/store'
import { RosterKeeper } from './roster.ts'

async function storeWithAlice() {
  const store = await openStore({ path: ':memory:' })
  await store.policyVersions.add({ text: defaultPolicy(), author: 'test', message: '' })
  const alice = await store.users.add({ name: 'alice', role: 'member' })
  return { store, alice }
}

/** A store whose transactions go through `around`. */
function through(store: Store, around: (run: () => Promise<unknown>) => Promise<unknown>): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'transaction') return Reflect.get(target, name) as unknown
      return (run: Parameters<Store['transaction']>[0]) => around(() => target.transaction(run))
    },
  })
}

test('V-C06 while the store cannot be read what was taken back stays so; who is disabled meanwhile is so once it can', {
  timeout: 30_000,
}, async () => {
  const { store, alice } = await storeWithAlice()
  await using _store = store
  const { fingerprint } = await store.revokedKeys.add({ blob: Uint8Array.of(1), reason: 'stolen', revokedBy: 'test' })
  let busy = false
  const failures: string[] = []
  const flaky = through(store, (run) => {
    return busy ? Promise.reject(new StoreError('store-busy', 'another process holds the database')) : run()
  })
  await using roster = await RosterKeeper.open(flaky, (what) => void failures.push(what))
  const told: boolean[] = []
  roster.onChange((now) => void told.push(now.usersById.get(alice.id)?.disabled ?? true))
  busy = true
  await store.users.change(alice.id, { disabled: true })
  while (failures.length === 0) await sleep(5)
  assert.equal(roster.current.usersById.get(alice.id)?.disabled, false)
  assert.deepEqual([...roster.current.trust.revokedKeys], [fingerprint])
  busy = false
  while (told.length === 0) await sleep(5)
  assert.equal(roster.current.usersById.get(alice.id)?.disabled, true)
  assert.deepEqual(told, [true], 'and whoever revokes is told')
})

test('a change told in the very turn in which a refresh ends is read', async () => {
  const { store } = await storeWithAlice()
  await using _store = store
  for (let turns = 0; turns < 12; turns++) {
    await using roster = await RosterKeeper.open(store, () => {})
    let reads = 0
    roster.onChange(() => {
      if (++reads === 1) afterMicrotasks(turns, () => void roster.refresh())
    })
    await roster.refresh()
    const isTold = () => reads >= 2
    for (let tries = 0; !isTold() && tries < 2000; tries++) await sleep(5)
    assert.equal(reads, 2, `told ${turns} turns of the microtask queue later`)
  }
})

function afterMicrotasks(turns: number, run: () => void): void {
  if (turns === 0) run()
  else queueMicrotask(() => afterMicrotasks(turns - 1, run))
}
