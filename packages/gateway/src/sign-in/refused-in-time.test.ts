/** How long a refused sign-in takes says nothing about who has an account. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { PasskeyCeremonies, PasswordHasher } from '@sallyport/identity'
import { openStore, type Store } from '@sallyport/store'
import { CodeAttempts } from '../approval/code-attempts.ts'
import { OneTimeCodes } from '../approval/one-time-codes.ts'
import { PasswordSignIn } from './password-sign-in.ts'
import { SignInRefused, SignInService } from './sign-in-service.ts'

const FROM = { source: '192.0.2.1', agent: 'test' }
const failed = (_: string, error: unknown) => assert.fail(error as Error)

/** Services over alice and nobody else; what they write down is never taken. */
async function given(store: Store) {
  const user = await store.users.add({ name: 'alice' })
  const off = await store.users.add({ name: 'off' })
  await store.users.change(off.id, { disabled: true })
  const users = [user, { ...off, disabled: true }]
  const changes: string[] = []
  const record = () => new Promise<never>(() => {})
  const userByName = (name: string) => users.find((each) => each.name === name)
  const signIn = new SignInService({
    store,
    passkeys: new PasskeyCeremonies({
      relyingParty: () => ({ id: 'localhost', name: 'test', origin: 'https://localhost' }),
      randomBytes,
      now: Date.now,
    }),
    user: (id) => users.find((each) => each.id === id),
    userByName,
    change(run) {
      changes.push('change')
      return store.transaction((tx) => run(tx, () => {}))
    },
    record,
    failed,
    randomBytes,
    now: Date.now,
    sessionMs: () => 3_600_000,
  })
  const attempts = new CodeAttempts(Date.now)
  const passwords = new PasswordSignIn({
    store,
    hasher: new PasswordHasher(randomBytes),
    codes: new OneTimeCodes({ store, masterKey: () => assert.fail('no code is read'), attempts, now: Date.now }),
    signIn,
    userByName,
    networkOf: (source) => source,
    attempts,
    record,
    failed,
    now: Date.now,
  })
  return { signIn, passwords, changes }
}

test('V-B09 a wrong recovery code asks the store for a name that nobody has as for one that is known, and waits for no log', async () => {
  await using store = await openStore({ path: ':memory:' })
  const { signIn, changes } = await given(store)
  for (const name of ['alice', 'off', 'nobody']) {
    changes.length = 0
    await assert.rejects(signIn.useRecoveryCode(name, 'xxxx-xxxx', FROM, { endOthers: true }), SignInRefused)
    assert.deepEqual(changes, ['change'], name)
  }
})

test('V-B09 a wrong password waits for no log either, whoever it is', async () => {
  await using store = await openStore({ path: ':memory:' })
  const { passwords } = await given(store)
  for (const name of ['alice', 'off', 'nobody'])
    await assert.rejects(passwords.signIn(name, 'seven green bottles', undefined, FROM), SignInRefused, name)
})
