/** What ended an account or a sign-in while another sign-in was on its way to the store. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { PasskeyCeremonies, PasswordHasher } from '@sallyport/identity'
import { SoftAuthenticator } from '@sallyport/identity/testing'
import type { User } from '@sallyport/model'
import { openStore, type Store } from '@sallyport/store'
import { CodeAttempts } from '../approval/code-attempts.ts'
import { OneTimeCodes } from '../approval/one-time-codes.ts'
import { PasswordSignIn } from './password-sign-in.ts'
import { SignInRefused, SignInService } from './sign-in-service.ts'

const FROM = { source: '192.0.2.1', agent: 'test' }
const relyingParty = () => ({ id: 'localhost', name: 'test', origin: 'https://localhost:8443' })
const refused = (reason: string) => (error: unknown) => error instanceof SignInRefused && error.reason === reason

/** A service that knows its users as they were; `meanwhile` happens between its last look and the change. */
function serviceOver(store: Store, user: User, meanwhile: () => Promise<unknown>): SignInService {
  return new SignInService({
    store,
    passkeys: new PasskeyCeremonies({ relyingParty, randomBytes, now: Date.now }),
    user: () => user,
    userByName: () => user,
    async change(run) {
      await meanwhile()
      return store.transaction((tx) => run(tx, () => {}))
    },
    record: () => Promise.resolve(),
    failed: (_, error) => assert.fail(error as Error),
    randomBytes,
    now: Date.now,
    sessionMs: () => 3_600_000,
  })
}

test('V-F10 a sign-in on its way while its owner is disabled or removed begins no session', async () => {
  for (const end of ['disable', 'remove']) {
    await using store = await openStore({ path: ':memory:' })
    const user = await store.users.add({ name: 'alice' })
    const service = serviceOver(store, user, () =>
      end === 'remove' ? store.users.remove(user.id) : store.users.change(user.id, { disabled: true }),
    )
    await assert.rejects(
      service.openProved(user.id, 'oidc:work', [], FROM, () => Promise.resolve(true)),
      refused('user-disabled'),
    )
    assert.deepEqual(await store.webSessions.list(), [])
  }
})

test('V-F10 a command gets no session of a browser that was signed out on the way', async () => {
  await using store = await openStore({ path: ':memory:' })
  const user = await store.users.add({ name: 'alice' })
  const begun = { userId: user.id, method: 'passkey', factors: [], ...FROM, tokenHash: 'x' }
  const { id: approver } = await store.webSessions.add({ ...begun, expiresAt: Date.now() + 3_600_000 })
  const service = serviceOver(store, user, () => store.webSessions.remove({ userId: user.id }))
  await assert.rejects(service.openForCommand({ userId: user.id, approver }, FROM), refused('approver-signed-out'))
  assert.deepEqual(await store.webSessions.list(), [])
})

test('V-F10 a passkey that is removed while it signs in begins no session', async () => {
  await using store = await openStore({ path: ':memory:' })
  const user = await store.users.add({ name: 'alice' })
  const authenticator = new SoftAuthenticator('https://localhost:8443')
  const ceremonies = new PasskeyCeremonies({ relyingParty, randomBytes, now: Date.now })
  const begun = await ceremonies.beginRegistration({ ...user, id: user.id }, [])
  const made = await ceremonies.finishRegistration(begun.ceremony, user.id, authenticator.create(begun.options))
  const { id } = await store.passkeys.add({ ...made, userId: user.id, name: 'laptop' })
  const service = serviceOver(store, user, () => store.passkeys.remove(id))
  const { ceremony, options } = await service.beginPasskey()
  await assert.rejects(service.finishPasskey(ceremony, authenticator.get(options), FROM), refused('proof-gone'))
  assert.deepEqual(await store.webSessions.list(), [])
})

test('V-F10 a password that is changed while it is hashed begins no session', async () => {
  await using store = await openStore({ path: ':memory:' })
  const user = await store.users.add({ name: 'alice' })
  const hasher = new PasswordHasher(randomBytes)
  await store.secondFactors.setPassword(user.id, await hasher.hash('seven green bottles'))
  const changed = await hasher.hash('eight green bottles')
  const signIn = serviceOver(store, user, () => store.secondFactors.setPassword(user.id, changed))
  const attempts = new CodeAttempts(Date.now)
  const passwords = new PasswordSignIn({
    store,
    hasher,
    codes: new OneTimeCodes({ store, masterKey: () => assert.fail('no code is read'), attempts, now: Date.now }),
    signIn,
    userByName: () => user,
    networkOf: (source) => source,
    attempts,
    record: () => Promise.resolve(),
    failed: (_, error) => assert.fail(error as Error),
    now: Date.now,
  })
  await assert.rejects(passwords.signIn('alice', 'seven green bottles', undefined, FROM), refused('proof-gone'))
  assert.deepEqual(await store.webSessions.list(), [])
})
