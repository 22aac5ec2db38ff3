import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { bytes, coded, type Given } from './given-store.ts'

export function revokedKeysContract(given: Given): void {
  void suite('revoked keys', () => {
    given('a revoked key is known until it is taken back', async (store) => {
      const revoked = await store.revokedKeys.add({ blob: bytes('key'), reason: 'stolen', revokedBy: 'admin' })
      await assert.rejects(
        store.revokedKeys.add({ blob: bytes('key'), reason: 'again', revokedBy: 'admin' }),
        coded('already-exists'),
      )
      assert.deepEqual(await store.revokedKeys.list(), [revoked])
      assert.equal(await store.revokedKeys.remove(revoked.fingerprint), true)
      assert.equal(await store.revokedKeys.remove(revoked.fingerprint), false)
    })
  })
}
