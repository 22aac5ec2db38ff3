import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { AuthorityId, UserId } from '@sallyport/model'
import { bytes, type Given } from './given-store.ts'

export function certificatesContract(given: Given): void {
  void suite('certificates', () => {
    const draft = (authorityId: AuthorityId, userId: UserId | undefined) => ({
      kind: 'user' as const,
      authorityId,
      userId,
      subject: 'alice',
      fingerprint: 'SHA256:x',
      validAfter: 1000,
      validBefore: 5000,
      factors: [{ factor: 'passkey', at: 999_000 }],
    })
    const complete = (serial: number) => ({ keyId: `alice ${serial}`, principals: ['alice', 'root@tag:db'] })

    given('serials grow and are never used twice, also when many ask at once', async (store) => {
      const { id } = await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
      const issued = await Promise.all(
        Array.from({ length: 20 }, () => store.certificates.add(draft(id, undefined), complete)),
      )
      const serials = issued.map(({ serial }) => serial).toSorted((a, b) => a - b)
      assert.deepEqual(
        serials,
        Array.from({ length: 20 }, (_, index) => index + 1),
      )
      assert.deepEqual(
        await store.certificates.get(7),
        issued.find(({ serial }) => serial === 7),
      )
    })

    given('revoking names what was not revoked before, by serial or by person', async (store) => {
      const { id } = await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
      const alice = await store.users.add({ name: 'alice' })
      await store.certificates.add(draft(id, alice.id), complete)
      await store.certificates.add(draft(id, alice.id), complete)
      await store.certificates.add(draft(id, undefined), complete)
      const by = { by: 'admin', reason: 'lost laptop' }
      assert.deepEqual(await store.certificates.revoke({ serial: 2 }, by), [2])
      assert.deepEqual(await store.certificates.revoke({ serial: 2 }, by), [])
      assert.deepEqual(await store.certificates.revoke({ userId: alice.id }, by), [1])
      assert.deepEqual(await store.certificates.revokedSerials(1000), [
        { serial: 1, authorityId: id },
        { serial: 2, authorityId: id },
      ])
      assert.deepEqual(await store.certificates.revokedSerials(5000), [], 'what has expired needs no list')
      assert.equal((await store.certificates.get(2))?.revoked?.reason, 'lost laptop')
      await store.users.remove(alice.id)
      assert.equal((await store.certificates.get(1))?.userId, undefined, 'the record outlives the person')
      assert.equal((await store.certificates.list({ validAt: 4999 })).length, 3)
    })

    given('what ended long ago is forgotten, a part at a time; hosts’, revoked and the newest stay', async (store) => {
      const { id } = await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
      const until = (validBefore: number, kind: 'user' | 'host' = 'user') =>
        store.certificates.add({ ...draft(id, undefined), validBefore, kind }, complete)
      for (const validBefore of [1500, 1400, 1300, 1200, 1100]) await until(validBefore)
      await until(1100, 'host')
      await store.certificates.revoke({ serial: 4 }, { by: 'admin', reason: '' })
      await store.certificates.revoke({ serial: 5 }, { by: 'admin', reason: '' })
      await until(1050)
      const left = async () => (await store.certificates.list()).map(({ serial }) => serial).toSorted((a, b) => a - b)
      const remove = (endedBefore: number, revokedEndedBefore: number, limit = 100) =>
        store.certificates.removeEnded({ endedBefore, revokedEndedBefore, limit })
      assert.equal(await remove(1100, 1100), 0, 'the newest stays')
      assert.equal(await remove(1500, 1150, 2), 2, 'those that ended first')
      assert.deepEqual(await left(), [1, 2, 4, 6, 7])
      assert.equal(await remove(1500, 1150, 2), 1)
      assert.deepEqual(await left(), [1, 4, 6, 7])
      assert.deepEqual(await store.certificates.revokedSerials(1150), [{ serial: 4, authorityId: id }])
      await until(2000)
      assert.equal(await remove(1500, 1201), 2)
      assert.deepEqual(await left(), [1, 6, 8])
      assert.equal((await until(2000)).serial, 9, 'no serial number is used twice')
    })

    given('of each host the last certificate is known, also once it has ended', async (store, { clock }) => {
      const { id } = await store.authorities.add({ kind: 'host', publicKey: bytes('one') })
      const next = await store.authorities.add({ kind: 'host', publicKey: bytes('two') })
      const host = (authorityId: AuthorityId, subject: string, fingerprint = 'SHA256:x') =>
        store.certificates.add(
          { ...draft(authorityId, undefined), kind: 'host', subject, fingerprint, validBefore: 1001 },
          complete,
        )
      await host(id, 'db1')
      await host(id, 'db2')
      clock.time = 2_000_000
      await store.certificates.add(draft(id, undefined), complete)
      await host(next.id, 'db1')
      await host(id, 'db2', 'SHA256:own')
      assert.deepEqual(Object.fromEntries(await store.certificates.lastOfHosts(['SHA256:own', 'SHA256:other'])), {
        db1: { authorityId: next.id, issuedAt: 2_000_000 },
        db2: { authorityId: id, issuedAt: 1_000_000 },
      })
      const all = await store.certificates.lastOfHosts([])
      assert.deepEqual(all.get('db2'), { authorityId: id, issuedAt: 2_000_000 })
    })
  })
}
