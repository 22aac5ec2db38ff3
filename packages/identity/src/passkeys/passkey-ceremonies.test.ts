import assert from 'node:assert/strict'
import { randomBytes as nodeRandomBytes } from 'node:crypto'
import { test } from 'node:test'
import { anything, asyncProperty, assert as check } from 'fast-check'
import { IdentityError, type IdentityErrorCode } from '../errors.ts'
import { type Mischief, SoftAuthenticator } from '../testing/soft-authenticator.ts'
import { PasskeyCeremonies, type RegisteredPasskey } from './passkey-ceremonies.ts'

const ORIGIN = 'https://gw.example:8443'
const alice = { id: 'usr_aaaaaaaaaaaaaaaa', name: 'alice@example.com', displayName: '' }
const refused = (code: IdentityErrorCode) => (error: unknown) => error instanceof IdentityError && error.code === code

function given() {
  let time = 1_000_000
  const ceremonies = new PasskeyCeremonies({
    relyingParty: () => ({ id: 'gw.example', name: 'Sallyport', origin: ORIGIN }),
    randomBytes: (size) => new Uint8Array(nodeRandomBytes(size)),
    now: () => time,
  })
  const authenticator = new SoftAuthenticator(ORIGIN)
  const register = async (mischief?: Mischief): Promise<RegisteredPasskey> => {
    const { ceremony, options } = await ceremonies.beginRegistration(alice, [])
    return ceremonies.finishRegistration(ceremony, alice.id, authenticator.create(options, mischief))
  }
  const find = (passkey: RegisteredPasskey) => async (id: string) => (id === passkey.credentialId ? passkey : undefined)
  const assertWith = async (passkey: RegisteredPasskey, mischief?: Mischief) => {
    const { ceremony, options } = await ceremonies.beginAssertion('sign-in')
    return ceremonies.finishAssertion(ceremony, 'sign-in', authenticator.get(options, mischief), find(passkey))
  }
  return { ceremonies, authenticator, register, assertWith, find, pass: (ms: number) => (time += ms) }
}

test('a passkey is registered, and signs in', async () => {
  const { register, assertWith, authenticator } = given()
  const passkey = await register()
  assert.equal(passkey.credentialId, authenticator.credentialId)
  const { counter } = await assertWith(passkey)
  assert.equal(counter, 1)
})

test('what is asked for is a discoverable passkey with user verification, not one of those there are', async () => {
  const { ceremonies, register } = given()
  const passkey = await register()
  const { options } = await ceremonies.beginRegistration(alice, [passkey])
  assert.equal(options.authenticatorSelection?.residentKey, 'required')
  assert.equal(options.authenticatorSelection?.userVerification, 'required')
  assert.deepEqual(
    options.excludeCredentials?.map(({ id }) => id),
    [passkey.credentialId],
  )
  assert.doesNotMatch(JSON.stringify(options.user.id), /alice/, 'authenticators keep no name as the id')
})

test('V-F07 another origin, party, type or challenge, and a missing flag, are refused in both ceremonies', async () => {
  const wrong: Mischief[] = [
    { origin: 'https://gw.example' },
    { origin: 'https://evil.example:8443' },
    { rpId: 'evil.example' },
    { challenge: 'AAAA' },
    { flags: 0x00 },
    { flags: 0x01 },
    { flags: 0x04 },
  ]
  for (const mischief of [...wrong, { type: 'webauthn.get' }]) {
    await assert.rejects(given().register(mischief), refused('passkey-refused'), JSON.stringify(mischief))
  }
  for (const mischief of [...wrong, { type: 'webauthn.create' }, { damaged: true }]) {
    const { register, assertWith } = given()
    const passkey = await register()
    await assert.rejects(assertWith(passkey, mischief), refused('passkey-refused'), JSON.stringify(mischief))
  }
})

test('V-F07 a challenge is answered once, in time, and for what it was asked', async () => {
  const { ceremonies, authenticator, register, find, pass } = given()
  const passkey = await register()
  const first = await ceremonies.beginAssertion('sign-in')
  const answer = authenticator.get(first.options)
  await ceremonies.finishAssertion(first.ceremony, 'sign-in', answer, find(passkey))
  await assert.rejects(
    ceremonies.finishAssertion(first.ceremony, 'sign-in', answer, find(passkey)),
    refused('ceremony-over'),
  )
  const other = await ceremonies.beginAssertion('sign-in')
  await assert.rejects(
    ceremonies.finishAssertion(other.ceremony, 'approve x', authenticator.get(other.options), find(passkey)),
    refused('ceremony-over'),
  )
  const late = await ceremonies.beginAssertion('sign-in')
  pass(5 * 60 * 1000)
  await assert.rejects(
    ceremonies.finishAssertion(late.ceremony, 'sign-in', authenticator.get(late.options), find(passkey)),
    refused('ceremony-over'),
  )
})

test('V-F07 a registration that was begun for somebody else is not finished', async () => {
  const { ceremonies, authenticator } = given()
  const { ceremony, options } = await ceremonies.beginRegistration(alice, [])
  await assert.rejects(
    ceremonies.finishRegistration(ceremony, 'usr_bbbbbbbbbbbbbbbb', authenticator.create(options)),
    refused('ceremony-over'),
  )
})

test('V-F07 a counter that stands still or goes back tells of a copy', async () => {
  const { register, assertWith } = given()
  const passkey = { ...(await register()), counter: 5 }
  await assert.rejects(assertWith(passkey, { counter: 5 }), refused('passkey-cloned'))
  await assert.rejects(assertWith(passkey, { counter: 0 }), refused('passkey-cloned'))
  assert.equal((await assertWith(passkey, { counter: 6 })).counter, 6)
  assert.equal(
    (await assertWith({ ...passkey, counter: 0 }, { counter: 0 })).counter,
    0,
    'who does not count is no clone',
  )
})

test('a credential that nobody has is unknown, whatever it signed', async () => {
  const { ceremonies, authenticator } = given()
  const { ceremony, options } = await ceremonies.beginAssertion('sign-in')
  await assert.rejects(
    ceremonies.finishAssertion(ceremony, 'sign-in', authenticator.get(options), async () => undefined),
    refused('passkey-unknown'),
  )
})

test('an answer of any shape is refused with one of our errors', async () => {
  const { ceremonies, register } = given()
  const passkey = await register()
  const answers = anything({ maxDepth: 4, withNullPrototype: true })
  await check(
    asyncProperty(answers, answers, async (response, id) => {
      const registration = await ceremonies.beginRegistration(alice, [])
      await assert.rejects(ceremonies.finishRegistration(registration.ceremony, alice.id, response), IdentityError)
      const { ceremony } = await ceremonies.beginAssertion('sign-in')
      const shaped = { id: typeof id === 'string' ? id : passkey.credentialId, response }
      await assert.rejects(
        ceremonies.finishAssertion(ceremony, 'sign-in', shaped, async () => passkey),
        IdentityError,
      )
    }),
    { numRuns: 200 },
  )
})

test('strangers who begin and never finish push out the oldest, and the memory stays bounded', async () => {
  const { ceremonies, authenticator, register, find } = given()
  const passkey = await register()
  const first = await ceremonies.beginAssertion('sign-in')
  for (let each = 0; each < 10_000; each++) await ceremonies.beginAssertion('sign-in')
  await assert.rejects(
    ceremonies.finishAssertion(first.ceremony, 'sign-in', authenticator.get(first.options), find(passkey)),
    refused('ceremony-over'),
  )
})
