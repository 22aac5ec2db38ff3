import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { bytes, coded, type Given, NOWHERE } from './given-store.ts'

export function usersContract(given: Given): void {
  void suite('users', () => {
    given('a user is found by id and by name, as it was added', async ({ users }, { clock }) => {
      const alice = await users.add({ name: 'alice', displayName: 'Alice Ž', role: 'admin' })
      assert.deepEqual(alice, {
        id: alice.id,
        name: 'alice',
        displayName: 'Alice Ž',
        role: 'admin',
        disabled: false,
        createdAt: clock.time,
      })
      assert.match(alice.id, /^usr_[a-z2-7]{16}$/)
      assert.deepEqual(await users.get(alice.id), alice)
      assert.deepEqual(await users.byName('alice'), alice)
      assert.equal(await users.byName('Alice'), undefined)
      assert.equal(await users.get(NOWHERE), undefined)
    })

    given('a name belongs to one user', async ({ users }) => {
      await users.add({ name: 'alice' })
      await assert.rejects(users.add({ name: 'alice' }), coded('already-exists'))
      const bob = await users.add({ name: 'bob' })
      await assert.rejects(users.change(bob.id, { name: 'alice' }), coded('already-exists'))
      assert.deepEqual(
        (await users.list()).map(({ name }) => name),
        ['alice', 'bob'],
      )
    })

    given('what is changed is changed, and no more', async ({ users }) => {
      const alice = await users.add({ name: 'alice' })
      const changed = await users.change(alice.id, { disabled: true, role: 'auditor' })
      assert.deepEqual(changed, { ...alice, disabled: true, role: 'auditor' })
      assert.deepEqual(await users.get(alice.id), changed)
      await assert.rejects(users.change(NOWHERE, { disabled: true }), coded('not-found'))
    })

    given('a user goes with their keys', async ({ users, userKeys }) => {
      const alice = await users.add({ name: 'alice' })
      const bob = await users.add({ name: 'bob' })
      await userKeys.add({ userId: alice.id, type: 'ssh-ed25519', blob: bytes('a') })
      const kept = await userKeys.add({ userId: bob.id, type: 'ssh-ed25519', blob: bytes('b') })
      assert.equal(await users.remove(alice.id), true)
      assert.equal(await users.remove(alice.id), false)
      assert.deepEqual(
        (await userKeys.list()).map(({ id }) => id),
        [kept.id],
      )
    })
  })
}
