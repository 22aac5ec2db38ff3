import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { DENIAL_LIFE_MS, PENDING_LIFE_MS, PENDING_PER_PROVIDER_MAX } from '@sallyport/store'
import { coded, type Given } from './given-store.ts'

export function pendingAccountsContract(given: Given): void {
  void suite('pending accounts', () => {
    given(
      'who waits for an account is kept once, bounded per provider, and a denial outlasts those who ask',
      async (store, { clock }) => {
        const { pendingAccounts } = store
        const issuer = 'https://idp.example.com'
        const person = (subject: string, at = issuer) => ({
          issuer: at,
          subject,
          email: `${subject}@example.com`,
          displayName: subject,
        })
        const { pending: eve, isNew } = await pendingAccounts.ask(person('eve'))
        assert.ok(isNew)
        clock.time += 5
        const again = await pendingAccounts.ask({ ...person('eve'), email: 'new@example.com' })
        assert.deepEqual(again, {
          pending: { ...eve, email: 'new@example.com', lastAskedAt: clock.time },
          isNew: false,
        })
        const denied = await pendingAccounts.deny(eve.id, 'root')
        assert.deepEqual(denied.denied, { at: clock.time, by: 'root' })
        assert.deepEqual(
          (await pendingAccounts.ask(person('eve'))).pending.denied,
          denied.denied,
          'asking changes nothing',
        )
        await pendingAccounts.ask(person('other', 'https://other.example.com'))
        for (let index = 0; index <= PENDING_PER_PROVIDER_MAX; index++) {
          clock.time++
          await pendingAccounts.ask(person(`s${index}`))
        }
        const waiting = (await pendingAccounts.list()).filter(({ denied }) => denied === undefined)
        assert.equal(waiting.filter((each) => each.issuer === issuer).length, PENDING_PER_PROVIDER_MAX)
        assert.equal(waiting[0]?.subject, `s${PENDING_PER_PROVIDER_MAX}`, 'the last one first')
        assert.equal(await pendingAccounts.find(issuer, 's0'), undefined, 'the oldest went')
        assert.ok(
          waiting.some(({ subject }) => subject === 'other'),
          'another provider’s have a place of their own',
        )
        assert.ok((await pendingAccounts.find(issuer, 'eve'))?.denied)
        clock.time += PENDING_LIFE_MS
        assert.deepEqual(
          (await pendingAccounts.list()).map(({ subject }) => subject),
          ['eve'],
        )
        clock.time += DENIAL_LIFE_MS
        assert.deepEqual(await pendingAccounts.list(), [])
        assert.ok((await pendingAccounts.ask(person('eve'))).isNew, 'it is as if they never had')
        assert.ok(await pendingAccounts.remove(person('eve')))
        assert.ok(!(await pendingAccounts.remove(person('eve'))))
        await assert.rejects(pendingAccounts.deny(eve.id, 'root'), coded('not-found'))
      },
    )
  })
}
