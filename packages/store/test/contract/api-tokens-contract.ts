import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { coded, type Given } from './given-store.ts'

export function apiTokensContract(given: Given): void {
  void suite('API tokens', () => {
    given('an API token is found until it expires or is removed', async ({ users, apiTokens }, { clock }) => {
      const alice = await users.add({ name: 'alice' })
      const draft = { userId: alice.id, name: 'ci', scopes: ['policy:read'], expiresAt: 2_000_000 }
      const token = await apiTokens.add({ ...draft, tokenHash: 'h1' })
      await assert.rejects(apiTokens.add({ ...draft, tokenHash: 'h1' }), coded('already-exists'))
      await apiTokens.touch(token.id)
      assert.deepEqual(await apiTokens.byToken('h1'), { ...token, lastUsedAt: 1_000_000 })
      clock.time = 2_000_000
      assert.equal(await apiTokens.byToken('h1'), undefined)
      assert.equal((await apiTokens.list(alice.id)).length, 1)
      assert.equal(await apiTokens.remove(token.id), true)
    })
  })
}
