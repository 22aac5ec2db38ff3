import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { coded, type Given } from './given-store.ts'

export function invitationsContract(given: Given): void {
  void suite('one-time links', () => {
    given('a link works once, also when two use it at the same time', async ({ users, invitations }, { clock }) => {
      const alice = await users.add({ name: 'alice' })
      const draft = { purpose: 'invite', userId: alice.id, createdBy: 'admin', expiresAt: 2_000_000 } as const
      const link = await invitations.add({ ...draft, tokenHash: 'h1' })
      assert.deepEqual(await invitations.byToken('h1'), link)
      const uses = await Promise.allSettled([invitations.use(link.id), invitations.use(link.id)])
      assert.deepEqual(uses.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      assert.equal(await invitations.byToken('h1'), undefined)
      const late = await invitations.add({ ...draft, tokenHash: 'h2' })
      const other = await invitations.add({ ...draft, purpose: 'setup', userId: undefined, tokenHash: 'h3' })
      assert.equal(await invitations.revoke({ userId: alice.id }), 1)
      assert.deepEqual(await invitations.list(), [other])
      clock.time = 2_000_000
      await assert.rejects(invitations.use(late.id), coded('not-found'))
      await assert.rejects(invitations.use(other.id), coded('not-found'))
      assert.equal(await invitations.byToken('h3'), undefined)
    })
  })
}
