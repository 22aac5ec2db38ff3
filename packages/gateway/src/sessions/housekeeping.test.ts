import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '@sallyport/store'
import { forgetCertificates } from './housekeeping.ts'

const DAY_MS = 24 * 60 * 60 * 1000

test('certificates of people are forgotten 30 days after their end, revoked ones after 400, a thousand at once', async () => {
  await using store = await openStore({ path: ':memory:' })
  const { id: authorityId } = await store.authorities.add({ kind: 'user', publicKey: new Uint8Array(8) })
  const end = Date.now() + DAY_MS
  const facts = {
    kind: 'user',
    authorityId,
    userId: undefined,
    subject: 'alice',
    fingerprint: 'x',
    factors: [],
  } as const
  const seconds = Math.floor(end / 1000)
  await store.transaction(async (tx) => {
    for (let made = 0; made < 1003; made++) {
      const certificate = { ...facts, validAfter: seconds - 1000, validBefore: seconds }
      await tx.certificates.add(certificate, (serial) => ({ keyId: `alice ${serial}`, principals: [] }))
    }
  })
  await store.certificates.revoke({ serial: 5 }, { by: 'olga', reason: 'lost' })
  assert.equal(await forgetCertificates(store, end + 29 * DAY_MS), 0)
  assert.equal(await forgetCertificates(store, end + 31 * DAY_MS), 1000)
  assert.equal(await forgetCertificates(store, end + 31 * DAY_MS), 1, 'the newest stays, and the one that was revoked')
  assert.equal(await forgetCertificates(store, end + 399 * DAY_MS), 0)
  assert.equal(await forgetCertificates(store, end + 401 * DAY_MS), 1)
})
