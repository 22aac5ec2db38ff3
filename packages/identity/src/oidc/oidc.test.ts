import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { User } from '@sallyport/model'
import { IdentityError } from '../errors.ts'
import { accountFor } from './account.ts'
import { GROUPS_MAX, identityOf } from './claims.ts'
import { mayAsk } from './guarded-fetch.ts'
import { issuerProblem, type OidcProvider } from './provider.ts'

const PROVIDER: OidcProvider = {
  name: 'work',
  title: 'Work',
  issuer: 'https://idp.example.com',
  clientId: 'sallyport',
  clientSecret: undefined,
  scopes: ['openid'],
  groupClaims: ['groups', 'roles'],
  groupNames: {},
  domains: ['example.com'],
  autoJoin: false,
}
/** It speaks for no domain: what it says of groups is believed of whoever is linked to it. */
const ANYBODYS: OidcProvider = { ...PROVIDER, domains: [] }
const user = (name: string) => ({ id: `usr_${name}`, name }) as unknown as User
const of = (email: string | undefined, emailVerified = true) => ({ email, emailVerified, displayName: '' })

test('V-F04 an identity opens the account it is linked to, whatever its address is, and by address only one that is free', () => {
  const [alice, bob] = [user('alice@example.com'), user('bob@example.com')]
  const nobody = { linked: undefined, named: undefined, namedIsLinked: false }
  const decide = (email: string | undefined, known: object, verified = true, more: object = {}) => {
    const decision = accountFor({ ...PROVIDER, ...more }, of(email, verified), { ...nobody, ...known })
    return decision.kind === 'refuse' ? decision.reason : decision.kind
  }
  assert.equal(decide('bob@example.com', { linked: alice, named: bob }, false), 'sign-in')
  assert.equal(decide('bob@example.com', { named: bob }), 'link')
  assert.equal(decide('bob@example.com', { named: bob, namedIsLinked: true }), 'account-linked')
  assert.equal(decide('bob@example.com', { named: bob }, false), 'email-unverified')
  assert.equal(decide(undefined, { named: bob }), 'email-unverified')
  assert.equal(decide('bob@example.com', { named: bob }, true, { domains: [] }), 'domain-unlisted')
  assert.equal(decide('bob@sub.example.com', {}, true, { autoJoin: true }), 'domain-unlisted')
  assert.equal(decide('new@example.com', {}), 'account-pending')
  assert.equal(decide('new@example.com', {}, true, { autoJoin: true }), 'join')
})

test('a name that a provider gives loses what is not shown, and is cut', () => {
  const name = (name: unknown) => identityOf(PROVIDER, { sub: 's', name }).displayName
  assert.equal(name('Ali\u202ece\u200b\u2066 \u001b[31mŽ\n'), 'Alice [31mŽ')
  assert.equal(name(`${'a'.repeat(127)}💻`), 'a'.repeat(127))
  assert.equal(name({}), '')
})

test('V-F05 groups are believed of the people that a provider speaks for; of everybody where it speaks for no domain', () => {
  const groups = (claims: object, more: object = {}) =>
    identityOf({ ...PROVIDER, ...more }, { sub: 's', groups: ['dba'], ...claims }).groups
  const own = { email: 'a@example.com', email_verified: true }
  assert.deepEqual(groups(own), ['group:dba'])
  for (const stranger of [{ ...own, email: 'a@gmail.example' }, { email: 'a@example.com' }, {}]) {
    assert.deepEqual(groups(stranger), [])
    assert.deepEqual(groups(stranger, { domains: [] }), ['group:dba'])
  }
})

test('claims that are not of their type say nothing, and userinfo changes nothing that the token says', () => {
  const odd = {
    sub: 's',
    email: ['a@example.com'],
    email_verified: true,
    name: 7,
    groups: { x: 1 },
    amr: 'pwd',
    acr: 1,
  }
  const { email, displayName, groups, references } = identityOf(PROVIDER, odd)
  assert.deepEqual([email, displayName, groups, references], [undefined, '', [], []])
  const mixed = identityOf(
    PROVIDER,
    { sub: 's', email: 'a@example.com' },
    { sub: 'x', email: 'b@example.com', email_verified: true },
  )
  assert.deepEqual([mixed.subject, mixed.email, mixed.emailVerified], ['s', 'a@example.com', false])
  for (const sub of [undefined, '', 'x'.repeat(256), 'a b', 'é', 5])
    assert.throws(
      () => identityOf(PROVIDER, { sub }),
      (error) => error instanceof IdentityError,
      String(sub),
    )
})

test('groups are names a policy can have, of the listed claims alone; a map takes nothing that it does not list', () => {
  const claims = {
    sub: 's',
    groups: ['dba', 'Data Base', 'tag:db', 'autogroup:admin', '', 7],
    roles: 'ops',
    wids: ['x'],
  }
  assert.deepEqual(identityOf(ANYBODYS, claims).groups, ['group:dba', 'group:ops'])
  const mapped = { ...ANYBODYS, groupNames: { 'Data Base': 'dbas' } }
  assert.deepEqual(identityOf(mapped, claims).groups, ['group:dbas'])
  assert.deepEqual(identityOf(mapped, { sub: 's', groups: ['__proto__', 'constructor'] }).groups, [])
  const many = Array.from({ length: GROUPS_MAX + 1 }, (_, index) => `g${index}`)
  assert.throws(() => identityOf(ANYBODYS, { sub: 's', groups: many }), /more than 256 groups/)
})

test('V-F06 a provider is asked over HTTPS and sends us to no address of this machine or its link; one on loopback may', () => {
  const issuer = 'https://idp.example.com'
  assert.ok(mayAsk('https://keys.example.com/jwks', issuer))
  for (const address of [
    'http://idp.example.com/token',
    'https://169.254.169.254/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://0/',
    'https://localhost/',
    'https://x.localhost/',
    'https://[::1]/',
    'https://[fe80::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://user:password@idp.example.com/',
    'file:///etc/passwd',
    'gopher://idp.example.com/',
    'nothing',
  ])
    assert.ok(!mayAsk(address, issuer), address)
  assert.ok(mayAsk('http://127.0.0.1:8080/token', 'http://127.0.0.1:8080'))
  assert.ok(!mayAsk('http://169.254.169.254/', 'http://127.0.0.1:8080'))
  for (const text of ['https://idp.example.com', 'https://idp.example.com/realms/x/', 'http://localhost:8080'])
    assert.equal(issuerProblem(text), undefined, text)
  for (const text of [
    '',
    'http://idp.example.com',
    'https://idp.example.com?',
    'https://idp.example.com#x',
    'https://127.0.0.1@evil.example',
  ])
    assert.notEqual(issuerProblem(text), undefined, text)
})
