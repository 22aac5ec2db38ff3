import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { bytes, coded, type Given } from './given-store.ts'

export function secondFactorsContract(given: Given): void {
  void suite('second factors', () => {
    given('a TOTP step is taken once, also when two ask at the same time, and never an earlier one', async (store) => {
      const { id } = await store.users.add({ name: 'alice' })
      const factors = store.secondFactors
      await factors.proposeTotp(id, bytes('one'))
      await factors.proposeTotp(id, bytes('two'))
      assert.equal((await factors.totp(id))?.confirmedAt, undefined)
      const taken = await Promise.all([factors.takeTotpStep(id, 100), factors.takeTotpStep(id, 100)])
      assert.deepEqual(taken.toSorted(), [false, true])
      assert.equal(await factors.takeTotpStep(id, 99), false)
      assert.equal(await factors.takeTotpStep(id, 101), true)
      assert.deepEqual(await factors.totp(id), {
        userId: id,
        sealedSecret: bytes('two'),
        confirmedAt: 1_000_000,
        lastStep: 101,
      })
      await assert.rejects(factors.proposeTotp(id, bytes('three')), coded('already-exists'))
      assert.equal(await factors.removeTotp(id), true)
      assert.equal(await factors.takeTotpStep(id, 200), false)
    })

    given('a recovery code works once, and new codes replace the old', async ({ users, secondFactors }) => {
      const { id } = await users.add({ name: 'alice' })
      await secondFactors.setRecoveryCodes(id, ['a', 'b'])
      const used = await Promise.all([secondFactors.useRecoveryCode(id, 'a'), secondFactors.useRecoveryCode(id, 'a')])
      assert.deepEqual(used.toSorted(), [false, true])
      assert.equal(await secondFactors.recoveryCodesLeft(id), 1)
      await secondFactors.setRecoveryCodes(id, ['c'])
      assert.equal(await secondFactors.useRecoveryCode(id, 'b'), false)
      assert.equal(await secondFactors.recoveryCodesLeft(id), 1)
    })

    given('a password hash is set, replaced and removed', async ({ users, secondFactors }) => {
      const { id } = await users.add({ name: 'alice' })
      assert.equal(await secondFactors.password(id), undefined)
      await secondFactors.setPassword(id, '$argon2id$1')
      await secondFactors.setPassword(id, '$argon2id$2')
      assert.equal(await secondFactors.password(id), '$argon2id$2')
      await secondFactors.setPassword(id, undefined)
      assert.equal(await secondFactors.password(id), undefined)
    })
  })
}
