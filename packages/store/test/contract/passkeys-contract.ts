import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { PasskeyId, UserId } from '@sallyport/model'
import { bytes, coded, type Given } from './given-store.ts'

export function passkeysContract(given: Given): void {
  void suite('passkeys', () => {
    const passkey = (userId: UserId, credentialId: string) => ({
      userId,
      credentialId,
      publicKey: bytes('cose'),
      counter: 0,
      transports: ['internal', 'hybrid'],
      aaguid: '00000000-0000-0000-0000-000000000000',
      backedUp: true,
      name: 'laptop',
    })

    given(
      'a passkey proves one person, is renamed, counts, and goes with its owner',
      async ({ users, passkeys }, { clock }) => {
        const alice = await users.add({ name: 'alice' })
        const added = await passkeys.add(passkey(alice.id, 'abc'))
        await assert.rejects(passkeys.add(passkey(alice.id, 'abc')), coded('already-exists'))
        clock.time = 2_000_000
        await passkeys.used(added.id, { counter: 5, backedUp: false })
        await passkeys.rename(added.id, 'key on the ring')
        assert.deepEqual(await passkeys.byCredentialId('abc'), {
          ...added,
          counter: 5,
          backedUp: false,
          name: 'key on the ring',
          lastUsedAt: 2_000_000,
        })
        await assert.rejects(passkeys.rename('pky_aaaaaaaaaaaaaaaa' as PasskeyId, 'x'), coded('not-found'))
        await users.remove(alice.id)
        assert.deepEqual(await passkeys.list(), [])
      },
    )
  })
}
