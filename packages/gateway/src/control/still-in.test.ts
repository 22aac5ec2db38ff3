/** What somebody had begun when they were signed out gives them no other way in. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import type { OidcIdentity, OidcProvider } from '@sallyport/identity'
import type { WebSessionId } from '@sallyport/model'
import { openStore } from '@sallyport/store'
import type { OidcFlows } from '../sign-in/oidc-flows.ts'
import { OidcLinks } from '../sign-in/oidc-links.ts'
import type { OidcProviders } from '../sign-in/oidc-providers.ts'
import { ownCredentialHandlers } from './own-credentials.ts'
import { ownIdentityHandlers } from './own-identities.ts'
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

test('V-F10 an identity that is proved while its owner is signed out, or disabled, is not linked', async () => {
  for (const end of ['sign-out', 'disable', 'neither']) {
    await using store = await openStore({ path: ':memory:' })
    const user = await store.users.add({ name: 'alice' })
    const facts = { userId: user.id, method: 'passkey', factors: [], source: '192.0.2.1', agent: 'test' }
    const { id: webSession } = await store.webSessions.add({
      ...facts,
      tokenHash: 'x',
      expiresAt: Date.now() + 3_600_000,
    })
    const oidcLinks = new OidcLinks({
      flows: {} as OidcFlows,
      providers: { nameOf: () => 'work' } as unknown as OidcProviders,
      passwords: () => false,
      refresh: () => Promise.resolve(),
      async change(run) {
        if (end === 'sign-out') await store.webSessions.remove({ userId: user.id })
        if (end === 'disable') await store.users.change(user.id, { disabled: true })
        return store.transaction((tx) => run(tx, () => {}))
      },
      randomBytes,
      now: Date.now,
    })
    const purpose = { kind: 'link', userId: user.id, webSession } as const
    const identity = { issuer: 'https://id.example', subject: 'alice-1', groups: [] } as unknown as OidcIdentity
    const provider = { name: 'work' } as OidcProvider
    const [, ticket = ''] = oidcLinks.keep({ identity, provider, purpose }).split('link=')
    const services = { store, oidcLinks, oidcProviders: { nameOf: () => 'work' } } as unknown as Services
    const { 'me.identity-finish': finish } = ownIdentityHandlers(services, { self: () => user, freshSelf: () => user })
    const peer = { by: 'session', userId: user.id, webSession, source: '192.0.2.1' }
    const finished = async () => finish({ ticket }, { actor: 'alice', peer } as unknown as Caller)
    if (end === 'neither') await finished()
    else {
      const reason = end === 'sign-out' ? 'caller.unknown' : 'identity.unproved'
      await assert.rejects(finished, (error) => error instanceof ApiError && error.reason === reason, end)
    }
    assert.equal((await store.externalIdentities.list(user.id)).length, end === 'neither' ? 1 : 0, end)
  }
})
