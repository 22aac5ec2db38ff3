import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ID_RANDOM_BYTES, makeId } from '@sallyport/model'
import { checkCertificate, generatePrivateKey, textOption } from '@sallyport/ssh/keys'
import { localAuthority } from './certificate-authority.ts'
import { hostCertificateRequest } from './host-certificate.ts'
import { formatKeyId, parseKeyId } from './key-id.ts'
import { acceptedPrincipals, PRINCIPALS_MAX, principalsOf } from './principals.ts'
import { USER_CERTIFICATE_MAX_SECONDS, userCertificateRequest } from './user-certificate.ts'

const id = makeId('user', new Uint8Array(ID_RANDOM_BYTES).fill(7))
const session = makeId('webSession', new Uint8Array(ID_RANDOM_BYTES).fill(9))
const alice = { id, name: 'alice@example.com' }
const key = generatePrivateKey('ssh-ed25519').publicKey
const users = localAuthority('user', generatePrivateKey('ssh-ed25519'))
const hosts = localAuthority('host', generatePrivateKey('ssh-ed25519'))
const NOW = 1_800_000_000

const request = (more: Partial<Parameters<typeof userCertificateRequest>[0]> = {}) =>
  userCertificateRequest({ key, serial: 5, user: alice, session, grants: [], now: NOW, seconds: 3600, ...more })

test('a user certificate counts for its owner, from its source, until it ends', async () => {
  const certificate = await users.sign(request({ sourceAddresses: ['192.0.2.0/24'], forceCommand: 'uptime' }))
  const demand = { kind: 'user', authorities: [users.publicKey], principal: id, sourceAddress: '192.0.2.7' } as const
  const good = checkCertificate(certificate, { ...demand, now: NOW * 1000 })
  assert.ok(good.valid)
  assert.equal(good.grants.forceCommand, 'uptime')
  const reasons = [
    { ...demand, now: (NOW + 3600) * 1000 },
    { ...demand, now: NOW * 1000, sourceAddress: '198.51.100.1' },
    { ...demand, now: NOW * 1000, principal: 'mallory' },
    { ...demand, now: NOW * 1000, authorities: [hosts.publicKey] },
  ].map((each) => checkCertificate(certificate, each))
  assert.deepEqual(
    reasons.map((each) => !each.valid && each.reason),
    ['expired', 'source-address-not-allowed', 'principal-not-named', 'unknown-authority'],
  )
})

test('an authority signs its own kind alone', async () => {
  await assert.rejects(hosts.sign(request()), TypeError)
  const host = hostCertificateRequest({ key, serial: 1, subject: 'db1', names: ['db1', 'DB1.example'], now: NOW })
  await assert.rejects(users.sign(host), TypeError)
  assert.deepEqual((await hosts.sign(host)).principals, ['db1', 'db1.example'])
})

test('a life that is not positive, or longer than a day, is not asked for', () => {
  for (const seconds of [0, -1, Number.NaN, USER_CERTIFICATE_MAX_SECONDS + 1]) {
    assert.throws(() => request({ seconds }), RangeError)
  }
})

test('principals are the id, the name, and each grant once; root is never a name of its own', () => {
  const grants = [
    { login: 'root', place: 'tag:db' },
    { login: 'nonroot', place: 'any' },
    { login: 'root', place: 'tag:db' },
    { login: 'a b', place: 'db1' },
  ]
  assert.deepEqual(principalsOf(alice, grants), [id, alice.name, 'root@tag:db', 'nonroot@any'])
  assert.deepEqual(principalsOf(alice, grants, { byName: false }), [id, 'root@tag:db', 'nonroot@any'])
  assert.deepEqual(principalsOf({ id, name: 'root' }, []), [id])
  const many = Array.from({ length: 400 }, (_, index) => ({ login: `u${index}`, place: 'any' }))
  assert.equal(principalsOf(alice, many).length, PRINCIPALS_MAX)
})

test('a target accepts its name, its tags and every place, and nonroot for others than root', () => {
  const target = { name: 'db1', tags: ['tag:db'] }
  assert.deepEqual(acceptedPrincipals('root', target, { nonroot: false }), ['root@db1', 'root@tag:db', 'root@any'])
  assert.deepEqual(acceptedPrincipals('%u', target, { nonroot: true }).slice(3), [
    'nonroot@db1',
    'nonroot@tag:db',
    'nonroot@any',
  ])
})

test('a key id says whom it is about, and no other text passes for one', () => {
  const facts = { name: alice.name, userId: id, session }
  assert.deepEqual(parseKeyId(formatKeyId(facts)), facts)
  for (const text of ['', 'alice', `alice ${id}`, `alice ${id} x`, `alice ${id} direct more`, `alice usr_1 direct`]) {
    assert.equal(parseKeyId(text), undefined, text)
  }
})

test('a source-address that is no list of networks is never signed', async () => {
  const bad = { ...request(), criticalOptions: new Map([['source-address', textOption('everywhere')]]) }
  await assert.rejects(users.sign(bad), { code: 'key-unsupported' })
})
