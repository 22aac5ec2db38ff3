import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { UserId } from '@sallyport/model'
import type { Given } from './given-store.ts'

export function webSessionsContract(given: Given): void {
  void suite('web sessions', () => {
    const session = (userId: UserId, tokenHash: string) => ({
      userId,
      tokenHash,
      method: 'passkey',
      factors: [{ factor: 'passkey', at: 1 }],
      source: '192.0.2.7',
      agent: 'Firefox',
      expiresAt: 2_000_000,
    })

    given(
      'a web session is found by its token until it ends or is ended',
      async ({ users, webSessions }, { clock }) => {
        const alice = await users.add({ name: 'alice' })
        const [first, second] = [
          await webSessions.add(session(alice.id, 'h1')),
          await webSessions.add(session(alice.id, 'h2')),
        ]
        assert.deepEqual(await webSessions.byToken('h1'), first)
        await webSessions.setFactors(first.id, [{ factor: 'totp', at: 2 }])
        await webSessions.touch(first.id)
        assert.deepEqual((await webSessions.byToken('h1'))?.factors, [{ factor: 'totp', at: 2 }])
        assert.equal(await webSessions.remove({ userId: alice.id, except: second.id }), 1)
        assert.equal(await webSessions.byToken('h1'), undefined)
        clock.time = 2_000_000
        assert.equal(await webSessions.byToken('h2'), undefined)
        assert.equal(await webSessions.removeExpired(), 1)
      },
    )
  })
}
