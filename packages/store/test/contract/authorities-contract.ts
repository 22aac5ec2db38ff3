import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { AuthorityId } from '@sallyport/model'
import { bytes, coded, type Given } from './given-store.ts'

export function authoritiesContract(given: Given): void {
  void suite('authorities', () => {
    given(
      'a new authority signs, the one before it is still trusted, and only that one can be retired',
      async (store, { clock }) => {
        const first = await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
        const host = await store.authorities.add({ kind: 'host', publicKey: bytes('two') })
        const second = await store.authorities.add({ kind: 'user', publicKey: bytes('three') })
        const states = async () => new Map((await store.authorities.list()).map(({ id, state }) => [id, state]))
        const expected = [
          [first.id, 'trusted'],
          [host.id, 'active'],
          [second.id, 'active'],
        ] as const
        assert.deepEqual(await states(), new Map<AuthorityId, string>(expected))
        await assert.rejects(store.authorities.retire(second.id), coded('still-in-use'))
        clock.time = 2_000_000
        assert.equal((await store.authorities.retire(first.id)).retiredAt, 2_000_000)
        assert.equal((await states()).get(first.id), 'retired')
        await assert.rejects(store.authorities.add({ kind: 'user', publicKey: bytes('one') }), coded('already-exists'))
        assert.equal((await states()).get(second.id), 'active', 'a failed addition changes nothing')
      },
    )
  })
}
