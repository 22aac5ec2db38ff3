import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { type Topic } from '@sallyport/store'
import { coded, type Given } from './given-store.ts'

export function externalIdentitiesContract(given: Given): void {
  void suite('identities of providers', () => {
    given(
      'an identity of a provider is one person’s, carries what its claims gave last, and goes with its owner',
      async (store, { clock }) => {
        const { users, externalIdentities } = store
        const alice = await users.add({ name: 'alice@example.com' })
        const bob = await users.add({ name: 'bob@example.com' })
        const issuer = 'https://idp.example.com'
        const told: Topic[] = []
        using _subscription = store.changes.subscribe(
          ['external-identities'],
          ({ topics }) => void told.push(...topics),
        )
        const added = await externalIdentities.add({ issuer, subject: 's1', userId: alice.id, groups: ['group:dba'] })
        assert.deepEqual(await externalIdentities.get(issuer, 's1'), added)
        const again = { issuer, subject: 's1', userId: bob.id, groups: [] }
        await assert.rejects(externalIdentities.add(again), coded('already-exists'), 'it is hers')
        await externalIdentities.add({ ...again, issuer: 'https://other.example.com' })
        assert.equal(await externalIdentities.get(issuer, 'S1'), undefined, 'subjects differ by case')
        clock.time += 5
        await externalIdentities.used(issuer, 's1', [])
        assert.deepEqual(await externalIdentities.list(alice.id), [{ ...added, groups: [], lastUsedAt: clock.time }])
        await assert.rejects(externalIdentities.used(issuer, 's2', []), coded('not-found'))
        assert.ok(await externalIdentities.remove('https://other.example.com', 's1'))
        assert.ok(!(await externalIdentities.remove('https://other.example.com', 's1')))
        assert.equal(told.length, 4, 'every change is told, and nothing else')
        await users.remove(alice.id)
        assert.deepEqual(await externalIdentities.list(), [])
      },
    )
  })
}
