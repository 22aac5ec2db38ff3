/** What somebody had begun when they were signed out gives them no other way in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import type { WebSessionId } from '@sallyport/model'
import { openStore } from '@sallyport/store'
import { ownCredentialHandlers } from './own-credentials.ts'
import type { Caller, Services } from './services.ts'

test('V-F10 a password that is hashed while its owner is signed out is not set', async () => {
  await using store = await openStore({ path: ':memory:' })
  const user = await store.users.add({ name: 'alice' })
  const facts = { userId: user.id, method: 'passkey', factors: [], source: '192.0.2.1', agent: 'test', tokenHash: 'x' }
  const begin = () => store.webSessions.add({ ...facts, expiresAt: Date.now() + 3_600_000 })
  const { id } = await begin()
  let meanwhile: () => Promise<unknown> = () => Promise.resolve()
  const services = {
    store,
    audit: {
      together: (_: unknown, run: (tx: unknown, record: () => void) => unknown) =>
        store.transaction(async (tx) => run(tx, () => {})),
    },
    config: { current: { https: { passwords: true } } },
    passwordHasher: {
      async hash() {
        await meanwhile()
        return '$argon2id$'
      },
    },
  } as unknown as Services
  const { 'me.password-set': set } = ownCredentialHandlers(services, { self: () => user, freshSelf: () => user })
  const caller = (webSession: WebSessionId) =>
    ({ actor: 'alice', peer: { by: 'session', userId: user.id, webSession } }) as unknown as Caller
  const input = { password: 'seven green bottles', end_others: true }
  meanwhile = () => store.webSessions.remove({ userId: user.id })
  await assert.rejects(
    async () => set(input, caller(id)),
    (error) => error instanceof ApiError && error.reason === 'caller.unknown',
  )
  assert.equal(await store.secondFactors.password(user.id), undefined)
  meanwhile = () => Promise.resolve()
  await set(input, caller((await begin()).id))
  assert.equal(await store.secondFactors.password(user.id), '$argon2id$')
})
