import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { test } from 'node:test'
import type { AuditEvent } from '@sallyport/audit'
import type { User } from '@sallyport/model'
import {
  decodePlainKey,
  decodeRevocationList,
  generatePrivateKey,
  isSignedBy,
  type PlainKey,
  RevocationIndex,
} from '@sallyport/ssh/keys'
import { openStore, type Store, StoreError } from '@sallyport/store'
import { TemporaryDirectory } from '@sallyport/testkit'
import { GatewayError } from '../gateway-error.ts'
import { AuthorityKeys } from './authority-keys.ts'
import { CertificateService, type CertificateServiceParts } from './certificate-service.ts'

const NOW_MS = 1_800_000_000_000
const key: PlainKey = generatePrivateKey('ssh-ed25519').publicKey

async function given(
  run: (service: CertificateService, parts: { store: Store; events: AuditEvent[]; folder: string }) => Promise<void>,
  { record }: { readonly record?: (event: AuditEvent) => void } = {},
): Promise<void> {
  using directory = new TemporaryDirectory('authority')
  await using store = await openStore({ path: directory.file('db'), reserveBytes: 0, now: () => NOW_MS })
  const events: AuditEvent[] = []
  const folder = directory.file('authorities')
  const service = await CertificateService.open({
    store,
    keys: new AuthorityKeys(folder),
    change: changesOf(store, record ?? ((event) => void events.push(event))),
    now: () => NOW_MS,
  })
  await run(service, { store, events, folder })
}

/** Events are written last, and one that is not taken undoes the change. */
function changesOf(store: Store, write: (event: AuditEvent) => void): CertificateServiceParts['change'] {
  return (run) =>
    store.transaction(async (tx) => {
      const events: AuditEvent[] = []
      const done = await run(tx, (event) => void events.push(event))
      for (const event of events) write(event)
      return done
    })
}

const order = (user: Parameters<CertificateService['issueUser']>[0]['user']) => ({
  actor: user.name,
  user,
  key,
  factors: [],
  grants: [{ login: 'root', place: 'tag:db' }],
  seconds: 3600,
})

const begun = ({ id }: User) => ({
  userId: id,
  method: 'passkey',
  factors: [],
  source: '192.0.2.1',
  agent: '',
  tokenHash: 'x',
})

test('the first start makes one authority of each kind, whose keys only we may read', () =>
  given(async (service, { events, folder, store }) => {
    assert.deepEqual((await service.authorities()).map(({ kind, state }) => `${kind} ${state}`).sort(), [
      'host active',
      'user active',
    ])
    assert.equal(events.filter(({ type }) => type === 'authority-created').length, 2)
    for (const file of readdirSync(folder)) assert.equal(statSync(`${folder}/${file}`).mode & 0o777, 0o600)
    const change = changesOf(store, () => {})
    await CertificateService.open({ store, keys: new AuthorityKeys(folder), change, now: () => NOW_MS })
    assert.equal((await store.authorities.list()).length, 2, 'the next start makes none')
  }))

test('a certificate has its row and its event before anybody gets it', () =>
  given(async (service, { store, events }) => {
    const user = await store.users.add({ name: 'alice@example.com' })
    const certificate = await service.issueUser(order(user))
    const row = await store.certificates.get(Number(certificate.serial))
    assert.deepEqual(row?.principals, certificate.principals)
    assert.equal(row?.keyId, certificate.keyId)
    assert.equal(BigInt(row?.validBefore ?? 0), certificate.validBefore)
    const issued = events.find(({ type }) => type === 'certificate-issued')
    assert.ok(issued?.type === 'certificate-issued' && issued.serial === Number(certificate.serial))
    assert.deepEqual(certificate.principals, [user.id, user.name, 'root@tag:db'])
  }))

test('nothing is handed out, and no row left, when the log does not take it', () => {
  let open = true
  const record = (): void => {
    if (!open) throw new Error('disk full')
  }
  return given(
    async (service, { store }) => {
      const user = await store.users.add({ name: 'alice' })
      open = false
      await assert.rejects(service.issueUser(order(user)), /disk full/)
      assert.deepEqual(await store.certificates.list(), [])
      await assert.rejects(service.rotate('user', 'admin'), /disk full/)
      assert.equal((await service.authorities()).length, 2)
    },
    { record },
  )
})

test('a life that is too long is refused and leaves no row', () =>
  given(async (service, { store }) => {
    const user = await store.users.add({ name: 'alice' })
    await assert.rejects(service.issueUser({ ...order(user), seconds: 10 ** 9 }), RangeError)
    assert.deepEqual(await store.certificates.list(), [])
  }))

test('V-C08 in the last seconds of a sign-in a certificate ends no later than it, and in the last one there is none', () =>
  given(async (service, { store }) => {
    const user = await store.users.add({ name: 'alice' })
    const second = Math.floor(NOW_MS / 1000)
    const { id } = await store.webSessions.add({ ...begun(user), expiresAt: (second + 2) * 1000 + 700 })
    const certificate = await service.issueUser({ ...order(user), session: id })
    assert.equal(certificate.validBefore, BigInt(second + 2))
    for (const expiresAt of [second * 1000 + 999, second * 1000 - 1, 0]) {
      const { id: session } = await store.webSessions.add({ ...begun(user), tokenHash: `${expiresAt}`, expiresAt })
      await assert.rejects(service.issueUser({ ...order(user), session }), RangeError)
    }
    assert.equal((await store.certificates.list()).length, 1)
  }))

test('V-C08 a sign-in that ends while a certificate is made for it leaves none', () =>
  given(async (service, { store }) => {
    const user = await store.users.add({ name: 'alice' })
    const session = await store.webSessions.add({ ...begun(user), expiresAt: NOW_MS + 60_000 })
    const during = { ...order(user), session: session.id }
    await service.issueUser(during)
    // What was asked for while the session was there, and comes to the store once it is not.
    const late = service.issueUser(during)
    await store.webSessions.remove({ id: session.id })
    await service.revoke({ session: session.id }, { actor: user.name, reason: 'signed out' })
    await late.catch(() => {})
    await assert.rejects(service.issueUser(during), RangeError)
    assert.ok((await store.certificates.list()).every(({ revoked }) => revoked !== undefined))
  }))

test('the next authority signs once it is promoted; the one before it is believed until it is retired, with its key', () =>
  given(async (service, { store, folder, events }) => {
    const user = await store.users.add({ name: 'alice' })
    const old = (await service.authorities()).find(({ kind }) => kind === 'user')
    assert.ok(old !== undefined)
    await assert.rejects(service.retire(old.id, 'admin'), (error) => error instanceof StoreError)
    const next = await service.rotate('user', 'admin')
    const before = await service.issueUser(order(user))
    await service.promote(next, 'admin')
    const after = await service.issueUser(order(user))
    assert.ok(isSignedBy(before, decodePlainKey(old.publicKey)) && isSignedBy(after, decodePlainKey(next.publicKey)))
    assert.deepEqual(
      events.find(({ type }) => type === 'authority-promoted'),
      {
        type: 'authority-promoted',
        actor: 'admin',
        authority: next.id,
        kind: 'user',
        fingerprint: next.fingerprint,
        former: old.fingerprint,
      },
    )
    const list = async () => new RevocationIndex(decodeRevocationList(await service.revocationList()))
    assert.equal((await list()).find(before), undefined)
    const files = readdirSync(folder).length
    await service.retire(old.id, 'admin')
    assert.equal((await list()).find(before), 'authority')
    assert.equal((await list()).find(after), undefined)
    assert.equal(readdirSync(folder).length, files - 1)
  }))

test('a next authority that is refused leaves no key, and one that is withdrawn takes its key along', () =>
  given(async (service, { folder }) => {
    const next = await service.rotate('user', 'admin')
    const files = readdirSync(folder).sort()
    assert.equal(files.length, 3)
    await assert.rejects(
      service.rotate('user', 'admin'),
      (error) => error instanceof StoreError && error.code === 'already-exists',
    )
    assert.deepEqual(readdirSync(folder).sort(), files)
    await service.retire(next.id, 'admin')
    assert.equal(readdirSync(folder).length, 2)
    assert.equal((await service.rotate('user', 'admin')).state, 'next')
  }))

test('an authority that has no key is not promoted, and the one before goes on', () =>
  given(async (service, { store, folder }) => {
    const user = await store.users.add({ name: 'alice' })
    const next = await service.rotate('user', 'admin')
    new AuthorityKeys(folder).destroy(next.fingerprint)
    await assert.rejects(
      service.promote(next, 'admin'),
      (error) => error instanceof GatewayError && error.reason === 'authority.unusable',
    )
    assert.equal((await service.issueUser(order(user))).kind, 'user')
    assert.equal((await service.authorities()).find(({ id }) => id === next.id)?.state, 'next')
  }))

test('the revocation list holds what was revoked, by serial, by person and by key', () =>
  given(async (service, { store }) => {
    const [alice, bob] = [await store.users.add({ name: 'alice' }), await store.users.add({ name: 'bob' })]
    const certificates = [await service.issueUser(order(alice)), await service.issueUser(order(alice))]
    const other = await service.issueUser({ ...order(bob), key: generatePrivateKey('ssh-ed25519').publicKey })
    const found = async () => {
      const index = new RevocationIndex(decodeRevocationList(await service.revocationList()))
      return [...certificates, other].map((each) => index.find(each))
    }
    assert.deepEqual(await found(), [undefined, undefined, undefined])
    await service.revoke({ serial: Number(certificates[0]?.serial) }, { actor: 'admin', reason: 'lost' })
    assert.deepEqual(await found(), ['serial', undefined, undefined])
    await service.revoke({ userId: alice.id }, { actor: 'admin', reason: 'left' })
    assert.deepEqual(await found(), ['serial', 'serial', undefined])
    await service.revokeKey(other.key, { actor: 'admin', reason: 'stolen' })
    assert.deepEqual(await found(), ['serial', 'serial', 'key'])
    assert.equal(await service.reinstateKey('SHA256:nothing', 'admin'), false)
  }))

test('V-C06 a revoked certificate stays in the list past its end, for targets whose clocks are behind', () =>
  given(async (service, { store, folder }) => {
    const user = await store.users.add({ name: 'alice' })
    const certificate = await service.issueUser(order(user))
    await service.revoke({ userId: user.id }, { actor: 'admin', reason: 'left' })
    const foundAt = async (now: number) => {
      const change = changesOf(store, () => {})
      const later = await CertificateService.open({ store, keys: new AuthorityKeys(folder), change, now: () => now })
      return new RevocationIndex(decodeRevocationList(await later.revocationList())).find(certificate)
    }
    const end = Number(certificate.validBefore) * 1000
    assert.deepEqual(await Promise.all([end - 1, end, end + 60_000].map(foundAt)), ['serial', 'serial', 'serial'])
    assert.equal(await foundAt(end + 24 * 3_600_000), undefined)
  }))

test('an authority whose key file is gone says which, and how to go on', () =>
  given(async (service, { store, folder }) => {
    const user = await store.users.add({ name: 'alice' })
    const [active] = (await service.authorities()).filter(({ kind }) => kind === 'user')
    new AuthorityKeys(folder).destroy(active?.fingerprint ?? '')
    await assert.rejects(
      service.issueUser(order(user)),
      (error) => error instanceof GatewayError && error.reason === 'authority.unusable' && error.fix !== undefined,
    )
    assert.deepEqual(await store.certificates.list(), [], 'and no serial is spent')
  }))

test('the key of an authority that was retired is destroyed at the next start, where a stop kept it from being so', async () => {
  await given(async (service, { store, folder }) => {
    const [before] = (await service.authorities()).filter(({ kind }) => kind === 'user')
    await service.promote(await service.rotate('user', 'alice'), 'alice')
    assert.ok(before !== undefined)
    // As far as a crash lets it come.
    await store.authorities.retire(before.id)
    assert.equal(readdirSync(folder).length, 3)
    const keys = new AuthorityKeys(folder)
    const again = await CertificateService.open({ store, keys, change: changesOf(store, () => {}), now: () => NOW_MS })
    assert.equal(readdirSync(folder).length, 2)
    assert.throws(() => keys.read(before.fingerprint), GatewayError)
    for (const { state, fingerprint } of await again.authorities()) if (state !== 'retired') keys.read(fingerprint)
  })
})
