import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { TOPICS, type Topic } from '@sallyport/store'
import { bytes, coded, type Given, NOWHERE } from './given-store.ts'

export function userKeysContract(given: Given): void {
  void suite('keys', () => {
    given('a key is found by its bytes and its fingerprint, with its user', async ({ users, userKeys }) => {
      const alice = await users.add({ name: 'alice', displayName: 'Alice' })
      const key = await userKeys.add({
        userId: alice.id,
        type: 'ssh-ed25519',
        blob: bytes('blob'),
        comment: 'alice@laptop',
      })
      assert.equal(key.fingerprint, 'SHA256:+iyMxPKBdrvu1Lc231aaNMec03I+nsQvlnS01GrGuLg')
      const known = await userKeys.byBlob(bytes('blob'))
      assert.deepEqual(known?.user, alice)
      assert.deepEqual({ ...known?.key, blob: [...(known?.key.blob ?? [])] }, { ...key, blob: [...bytes('blob')] })
      assert.deepEqual((await userKeys.byFingerprint(key.fingerprint))?.user, alice)
      assert.equal(await userKeys.byBlob(bytes('other')), undefined)
      assert.equal((await userKeys.get(key.id))?.comment, 'alice@laptop')
    })

    given('a key proves one user only', async ({ users, userKeys }) => {
      const alice = await users.add({ name: 'alice' })
      const bob = await users.add({ name: 'bob' })
      const key = { type: 'ssh-ed25519', blob: bytes('blob') }
      await userKeys.add({ userId: alice.id, ...key })
      await assert.rejects(userKeys.add({ userId: bob.id, ...key }), coded('already-exists'))
      await assert.rejects(userKeys.add({ userId: alice.id, ...key }), coded('already-exists'))
    })

    given('a key keeps when it was used last, and nobody is told of it', async (store, { clock }) => {
      const { users, userKeys } = store
      const alice = await users.add({ name: 'alice' })
      const key = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('1') })
      const other = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('2') })
      assert.equal(key.lastUsedAt, undefined)
      const heard: Topic[] = []
      using _ = store.changes.subscribe(TOPICS, ({ topics }) => void heard.push(...topics))
      clock.time += 60_000
      await userKeys.used(key.fingerprint)
      assert.equal((await userKeys.get(key.id))?.lastUsedAt, clock.time)
      assert.equal((await userKeys.get(other.id))?.lastUsedAt, undefined)
      await userKeys.used('SHA256:nobody')
      assert.deepEqual(heard, [])
    })

    given('a key needs a user', async ({ userKeys }) => {
      await assert.rejects(userKeys.add({ userId: NOWHERE, type: 'x', blob: bytes('x') }), coded('not-found'))
    })

    given('keys are listed by user, oldest first, and removed one by one', async ({ users, userKeys }, { clock }) => {
      const alice = await users.add({ name: 'alice' })
      const first = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('1') })
      clock.time++
      const second = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('2') })
      assert.deepEqual(
        (await userKeys.list(alice.id)).map(({ id }) => id),
        [first.id, second.id],
      )
      assert.equal(await userKeys.remove(first.id), true)
      assert.equal(await userKeys.remove(first.id), false)
      assert.equal(await userKeys.byBlob(bytes('1')), undefined)
      assert.deepEqual(await userKeys.list(NOWHERE), [])
    })
  })
}
