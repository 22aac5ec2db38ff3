import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuthorityId, PasskeyId, TargetId, User, UserId } from '@sallyport/model'
import {
  type AuditEntryRow,
  DENIAL_LIFE_MS,
  PENDING_LIFE_MS,
  PENDING_PER_PROVIDER_MAX,
  type SettingKey,
  type Store,
  StoreError,
  type StoreErrorCode,
  TOPICS,
  type Topic,
} from '@sallyport/store'

/** What a suite needs to know of an engine: how to make an empty store, and to open the same one once more. */
export interface ContractEngine {
  readonly name: string
  /** An empty store, and another connection to the very same one, as a second process would have it. */
  open(now: () => number): Promise<{
    readonly store: Store
    readonly reopen: () => Promise<Store>
    readonly remove: () => Promise<void>
  }>
}

const coded = (code: StoreErrorCode) => (error: unknown) => error instanceof StoreError && error.code === code
const bytes = (text: string) => new TextEncoder().encode(text)
const NOWHERE = 'usr_aaaaaaaaaaaaaaaa' as UserId

/** What every engine has to do; run it by a test file that names the engine. */
export function storeContract(engine: ContractEngine): void {
  let time = 1_000_000
  /** Runs with an empty store that is closed and removed at the end. */
  const given = (name: string, run: (store: Store, reopen: () => Promise<Store>) => Promise<void>): void => {
    void test(name, async () => {
      time = 1_000_000
      const { store, reopen, remove } = await engine.open(() => time)
      const others: Store[] = []
      try {
        await run(store, async () => {
          const other = await reopen()
          others.push(other)
          return other
        })
      } finally {
        for (const other of others) await other.close()
        await store.close()
        await remove()
      }
    })
  }

  void suite(`${engine.name}: users`, () => {
    given('a user is found by id and by name, as it was added', async ({ users }) => {
      const alice = await users.add({ name: 'alice', displayName: 'Alice Ž', role: 'admin' })
      assert.deepEqual(alice, {
        id: alice.id,
        name: 'alice',
        displayName: 'Alice Ž',
        role: 'admin',
        disabled: false,
        createdAt: time,
      })
      assert.match(alice.id, /^usr_[a-z2-7]{16}$/)
      assert.deepEqual(await users.get(alice.id), alice)
      assert.deepEqual(await users.byName('alice'), alice)
      assert.equal(await users.byName('Alice'), undefined)
      assert.equal(await users.get(NOWHERE), undefined)
    })

    given('a name belongs to one user', async ({ users }) => {
      await users.add({ name: 'alice' })
      await assert.rejects(users.add({ name: 'alice' }), coded('already-exists'))
      const bob = await users.add({ name: 'bob' })
      await assert.rejects(users.change(bob.id, { name: 'alice' }), coded('already-exists'))
      assert.deepEqual(
        (await users.list()).map(({ name }) => name),
        ['alice', 'bob'],
      )
    })

    given('what is changed is changed, and no more', async ({ users }) => {
      const alice = await users.add({ name: 'alice' })
      const changed = await users.change(alice.id, { disabled: true, role: 'auditor' })
      assert.deepEqual(changed, { ...alice, disabled: true, role: 'auditor' })
      assert.deepEqual(await users.get(alice.id), changed)
      await assert.rejects(users.change(NOWHERE, { disabled: true }), coded('not-found'))
    })

    given('a user goes with their keys', async ({ users, userKeys }) => {
      const alice = await users.add({ name: 'alice' })
      const bob = await users.add({ name: 'bob' })
      await userKeys.add({ userId: alice.id, type: 'ssh-ed25519', blob: bytes('a') })
      const kept = await userKeys.add({ userId: bob.id, type: 'ssh-ed25519', blob: bytes('b') })
      assert.equal(await users.remove(alice.id), true)
      assert.equal(await users.remove(alice.id), false)
      assert.deepEqual(
        (await userKeys.list()).map(({ id }) => id),
        [kept.id],
      )
    })
  })

  void suite(`${engine.name}: keys`, () => {
    given('a key is found by its bytes and its fingerprint, with its user', async ({ users, userKeys }) => {
      const alice = await users.add({ name: 'alice', displayName: 'Alice' })
      const key = await userKeys.add({
        userId: alice.id,
        type: 'ssh-ed25519',
        blob: bytes('blob'),
        comment: 'alice@laptop',
      })
      assert.equal(key.fingerprint, 'SHA256:+iyMxPKBdrvu1Lc231aaNMec03I+nsQvlnS01GrGuLg')
      const known = await userKeys.byBlob(bytes('blob'))
      assert.deepEqual(known?.user, alice)
      assert.deepEqual({ ...known?.key, blob: [...(known?.key.blob ?? [])] }, { ...key, blob: [...bytes('blob')] })
      assert.deepEqual((await userKeys.byFingerprint(key.fingerprint))?.user, alice)
      assert.equal(await userKeys.byBlob(bytes('other')), undefined)
      assert.equal((await userKeys.get(key.id))?.comment, 'alice@laptop')
    })

    given('a key proves one user only', async ({ users, userKeys }) => {
      const alice = await users.add({ name: 'alice' })
      const bob = await users.add({ name: 'bob' })
      const key = { type: 'ssh-ed25519', blob: bytes('blob') }
      await userKeys.add({ userId: alice.id, ...key })
      await assert.rejects(userKeys.add({ userId: bob.id, ...key }), coded('already-exists'))
      await assert.rejects(userKeys.add({ userId: alice.id, ...key }), coded('already-exists'))
    })

    given('a key keeps when it was used last, and nobody is told of it', async (store) => {
      const { users, userKeys } = store
      const alice = await users.add({ name: 'alice' })
      const key = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('1') })
      const other = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('2') })
      assert.equal(key.lastUsedAt, undefined)
      const heard: Topic[] = []
      using _ = store.changes.subscribe(TOPICS, ({ topics }) => void heard.push(...topics))
      time += 60_000
      await userKeys.used(key.fingerprint)
      assert.equal((await userKeys.get(key.id))?.lastUsedAt, time)
      assert.equal((await userKeys.get(other.id))?.lastUsedAt, undefined)
      await userKeys.used('SHA256:nobody')
      assert.deepEqual(heard, [])
    })

    given('a key needs a user', async ({ userKeys }) => {
      await assert.rejects(userKeys.add({ userId: NOWHERE, type: 'x', blob: bytes('x') }), coded('not-found'))
    })

    given('keys are listed by user, oldest first, and removed one by one', async ({ users, userKeys }) => {
      const alice = await users.add({ name: 'alice' })
      const first = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('1') })
      time++
      const second = await userKeys.add({ userId: alice.id, type: 'x', blob: bytes('2') })
      assert.deepEqual(
        (await userKeys.list(alice.id)).map(({ id }) => id),
        [first.id, second.id],
      )
      assert.equal(await userKeys.remove(first.id), true)
      assert.equal(await userKeys.remove(first.id), false)
      assert.equal(await userKeys.byBlob(bytes('1')), undefined)
      assert.deepEqual(await userKeys.list(NOWHERE), [])
    })
  })

  void suite(`${engine.name}: targets`, () => {
    const db1 = { name: 'db1', address: '10.0.0.1', port: 22, tags: ['tag:prod'], hostKeys: ['ssh-ed25519 AAAA'] }

    given('a target is found by id and by name, as it was added', async ({ targets }) => {
      const target = await targets.add(db1)
      assert.deepEqual(target, { ...db1, id: target.id, createdAt: time })
      assert.deepEqual(await targets.get(target.id), target)
      assert.deepEqual(await targets.byName('db1'), target)
      assert.equal(await targets.byName('db2'), undefined)
    })

    given('a name belongs to one target; what is changed is changed', async ({ targets }) => {
      const target = await targets.add(db1)
      await assert.rejects(targets.add(db1), coded('already-exists'))
      await targets.change(target.id, { tags: [], port: 2222 })
      assert.deepEqual(await targets.get(target.id), { ...target, tags: [], port: 2222 })
      assert.equal(await targets.remove(target.id), true)
      assert.equal(await targets.remove(target.id), false)
      await assert.rejects(targets.change('tgt_aaaaaaaaaaaaaaaa' as TargetId, {}), coded('not-found'))
      assert.deepEqual(await targets.list(), [])
    })
  })

  void suite(`${engine.name}: policies`, () => {
    given('the newest version is in force, the others are kept', async ({ policyVersions }) => {
      assert.equal(await policyVersions.current(), undefined)
      const first = await policyVersions.add({ text: '{}', author: 'alice', message: 'begin' })
      assert.deepEqual(first, {
        version: 1,
        text: '{}',
        sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        author: 'alice',
        message: 'begin',
        appliedAt: time,
      })
      const second = await policyVersions.add({ text: '{ }', author: 'bob' })
      assert.deepEqual(await policyVersions.current(), second)
      assert.deepEqual(await policyVersions.get(1), first)
      assert.deepEqual(
        (await policyVersions.list()).map((entry) => ('text' in entry ? 'with its text' : entry.version)),
        [2, 1],
      )
    })
  })

  void suite(`${engine.name}: bans`, () => {
    given('bans hold until their time or until lifted', async ({ bans }) => {
      const long = await bans.add({ subject: '192.0.2.1', reason: 'guessing', createdBy: 'alice' })
      const short = await bans.add({ subject: '192.0.2.0/24', reason: 'scan', createdBy: '@gateway', until: time + 10 })
      assert.deepEqual(new Set(await bans.list()), new Set([long, short]))
      time += 10
      assert.deepEqual(await bans.list(), [long])
      assert.equal(await bans.removeExpired(), 1)
      assert.equal(await bans.removeExpired(), 0)
      assert.deepEqual(await bans.get(long.id), long)
      assert.equal(await bans.remove(long.id), true)
      assert.equal(await bans.remove(long.id), false)
    })
  })

  void suite(`${engine.name}: settings`, () => {
    const count: SettingKey<number> = {
      name: 'count',
      parse: (json) => {
        if (typeof json !== 'number') throw new TypeError('not a number')
        return json
      },
    }

    given('a value is read back through its key', async ({ settings }) => {
      assert.equal(await settings.get(count), undefined)
      await settings.set(count, 1)
      await settings.set(count, 2)
      assert.equal(await settings.get(count), 2)
      assert.equal(await settings.remove(count), true)
      assert.equal(await settings.remove(count), false)
    })

    given('a value that is not of the kind is not returned', async ({ settings }) => {
      await settings.set<unknown>({ name: 'count', parse: (json) => json }, 'two')
      await assert.rejects(settings.get(count), TypeError)
    })
  })

  void suite(`${engine.name}: audit log`, () => {
    const row = (seq: number, more: Partial<AuditEntryRow> = {}): AuditEntryRow => ({
      seq,
      time: seq * 1000,
      type: seq % 2 === 0 ? 'access-granted' : 'connection-opened',
      actor: `user${seq % 3}`,
      session: null,
      source: '192.0.2.1',
      target: null,
      line: `{"seq":${seq},"text":"100% of O'Neill_\\"x\\" #${seq}#"}`,
      hash: `hash${seq}`,
      ...more,
    })
    const fill = (store: Store, count: number) =>
      store.auditEntries.append(() => Array.from({ length: count }, (_, i) => row(i + 1)))

    given('entries are built on the last one, and read in order', async ({ auditEntries }) => {
      assert.equal(await auditEntries.tail(), undefined)
      await auditEntries.append((tail) => {
        assert.equal(tail, undefined)
        return [row(1), row(2, { session: 's', target: 'db1' })]
      })
      await auditEntries.append((tail) => {
        assert.deepEqual({ ...tail }, { seq: 2, hash: 'hash2' })
        return [row(3)]
      })
      const read = await auditEntries.read(2, 10)
      assert.deepEqual(
        read.map((entry) => ({ ...entry })),
        [row(2, { session: 's', target: 'db1' }), row(3)],
      )
      assert.equal((await auditEntries.read(1, 2)).length, 2)
    })

    given('a transaction that fails leaves nothing', async ({ auditEntries }) => {
      await auditEntries.append(() => [row(1)])
      await assert.rejects(
        auditEntries.append(() => [row(2), row(1)]),
        coded('already-exists'),
      )
      const wrong = new Error('wrong')
      await assert.rejects(
        auditEntries.append(() => {
          throw wrong
        }),
        wrong,
      )
      assert.deepEqual({ ...(await auditEntries.tail()) }, { seq: 1, hash: 'hash1' })
    })

    given('entries of a larger transaction stand with the rest of it, or not at all', async (store) => {
      await store.auditEntries.append(() => [row(1)])
      await store.transaction(({ auditEntries }) =>
        auditEntries.append((tail) => {
          assert.equal(tail?.seq, 1)
          return [row(2), row(3)]
        }),
      )
      const failing = store.transaction(async ({ auditEntries }) => {
        await auditEntries.append(() => [row(4)])
        throw new Error('no')
      })
      await assert.rejects(failing, /no/)
      const around = store.transaction(() => store.auditEntries.append(() => [row(4)]))
      await assert.rejects(around, coded('query-outside-transaction'))
      assert.equal((await store.auditEntries.tail())?.seq, 3)
    })

    given('writers at the same time follow each other', async ({ auditEntries }, reopen) => {
      const other = await reopen()
      const next = (tail: { seq: number } | undefined) => [row((tail?.seq ?? 0) + 1)]
      await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? auditEntries : other.auditEntries).append(next)),
      )
      assert.equal((await auditEntries.tail())?.seq, 40)
    })

    given('entries are found by what they say, newest first', async (store) => {
      await fill(store, 30)
      const search = async (query: Parameters<typeof store.auditEntries.search>[0]) =>
        (await store.auditEntries.search({ limit: 1000, ...query })).entries.map(({ seq }) => seq)
      assert.deepEqual(await search({ actor: 'user1', types: ['access-granted'] }), [28, 22, 16, 10, 4])
      assert.deepEqual(await search({ since: 5000, until: 8000 }), [7, 6, 5])
      assert.deepEqual(await search({ target: 'db1' }), [])
      assert.equal((await search({ source: '192.0.2.1' })).length, 30)
      assert.equal((await search({ types: ['connection-opened', 'access-granted'] })).length, 30)
      assert.deepEqual(await search({ types: [] }), [])
      assert.deepEqual(await search({ session: 's' }), [])
    })

    given('entries are found by any part of their text, whatever it holds', async (store) => {
      await fill(store, 30)
      const search = async (text: string) => (await store.auditEntries.search({ text })).entries.map(({ seq }) => seq)
      assert.deepEqual(await search('#7#'), [7])
      assert.equal((await search("o'neill_")).length, 30)
      assert.equal((await search('100% OF')).length, 30)
      assert.deepEqual(await search('100%%of'), [])
      assert.deepEqual(await search('O_Neill'), [])
      assert.equal((await search('"x"')).length, 30)
      assert.deepEqual(await search('\\'), await search('\\'))
    })

    given('pages follow each other to the end', async (store) => {
      await fill(store, 30)
      const seen: number[] = []
      let before: number | undefined
      do {
        const page = await store.auditEntries.search({ limit: 7, before })
        seen.push(...page.entries.map(({ seq }) => seq))
        before = page.next
      } while (before !== undefined)
      assert.deepEqual(
        seen,
        Array.from({ length: 30 }, (_, i) => 30 - i),
      )
    })

    given('a rare entry far back is found', async (store) => {
      for (let from = 1; from < 25_000; from += 5000)
        await store.auditEntries.append(() => Array.from({ length: 5000 }, (_, i) => row(from + i)))
      const { entries, next } = await store.auditEntries.search({ text: '#17#' })
      assert.deepEqual([entries.map(({ seq }) => seq), next], [[17], undefined])
    })

    given(
      'checkpoints are kept in the order of their entries; the one made last is the latest',
      async ({ auditCheckpoints }) => {
        assert.equal(await auditCheckpoints.latest(), undefined)
        for (const seq of [5, 10, 7]) await auditCheckpoints.add({ seq, time, line: `line ${seq}` })
        assert.equal(await auditCheckpoints.latest(), 'line 7')
        assert.deepEqual(
          (await auditCheckpoints.read(6, 10)).map(({ line }) => line),
          ['line 7', 'line 10'],
        )
        assert.equal((await auditCheckpoints.read(1, 1)).length, 1)
      },
    )
  })

  void suite(`${engine.name}: transactions`, () => {
    given('all changes are kept, or none', async (store) => {
      await store.transaction(async ({ users, settings }) => {
        await users.add({ name: 'alice' })
        await settings.set({ name: 'a', parse: String }, 'b')
      })
      const wrong = new Error('wrong')
      const failing = store.transaction(async ({ users }) => {
        await users.add({ name: 'bob' })
        throw wrong
      })
      await assert.rejects(failing, wrong)
      assert.deepEqual(
        (await store.users.list()).map(({ name }) => name),
        ['alice'],
      )
    })

    given('repositories that use transactions themselves work inside one', async (store) => {
      const alice = await store.users.add({ name: 'alice' })
      await store.transaction(async (inside) => {
        await inside.users.change(alice.id, { disabled: true })
        await inside.policyVersions.add({ text: '{}', author: 'alice' })
        await inside.auditEntries.append(() => [])
      })
      assert.equal((await store.users.get(alice.id))?.disabled, true)
    })

    given('a query that goes around its transaction is refused instead of waiting for ever', async (store) => {
      await assert.rejects(
        store.transaction(async () => {
          await store.users.list()
        }),
        coded('query-outside-transaction'),
      )
      let later: Promise<readonly User[]> | undefined
      await store.transaction(async () => {
        later = new Promise((resolve) => setTimeout(resolve, 20)).then(() => store.users.list())
      })
      assert.deepEqual(await later, [])
    })

    given('queries at the same time wait for each other', async (store) => {
      await Promise.all([
        store.transaction(async ({ users }) => {
          await users.add({ name: 'a' })
          await new Promise((resolve) => setTimeout(resolve, 20))
          await users.add({ name: 'b' })
        }),
        store.users.add({ name: 'c' }),
        store.transaction(({ users }) => users.add({ name: 'd' })),
      ])
      assert.equal((await store.users.list()).length, 4)
    })
  })

  void suite(`${engine.name}: changes`, () => {
    given('are told after the commit, by topic', async (store) => {
      const told: (readonly Topic[])[] = []
      using _all = store.changes.subscribe(TOPICS, ({ topics, origin }) => {
        assert.equal(origin, 'here')
        told.push(topics)
      })
      using _some = store.changes.subscribe(['bans'], () => assert.fail('bans did not change'))
      const alice = await store.users.add({ name: 'alice' })
      await assert.rejects(store.users.add({ name: 'alice' }))
      await store.transaction(async ({ targets, settings, users }) => {
        await targets.add({ name: 'db1', address: 'db1.example', port: 22 })
        await settings.set({ name: 'a', parse: String }, 'b')
        await users.change(alice.id, { disabled: true })
        assert.equal(told.length, 1)
      })
      await assert.rejects(
        store.transaction(async ({ settings }) => {
          await settings.set({ name: 'a', parse: String }, 'c')
          throw new Error('wrong')
        }),
      )
      assert.deepEqual(told, [['users'], ['targets', 'settings', 'users']])
    })

    given('of another process are noticed within a second', async (store, reopen) => {
      const other = await reopen()
      const noticed = Promise.withResolvers<string>()
      using _ = store.changes.subscribe(['users'], ({ origin }) => noticed.resolve(origin))
      await other.users.add({ name: 'alice' })
      const deadline = setTimeout(() => noticed.reject(new Error('not noticed')), 1000)
      assert.equal(await noticed.promise, 'elsewhere')
      clearTimeout(deadline)
      assert.equal((await store.users.list()).length, 1)
    })

    given('are told no more after the end of a subscription', async (store) => {
      const subscription = store.changes.subscribe(TOPICS, () => assert.fail('told'))
      subscription[Symbol.dispose]()
      await store.users.add({ name: 'alice' })
    })
  })

  void suite(`${engine.name}: opening again`, () => {
    given('what was written is there', async (store, reopen) => {
      const alice = await store.users.add({ name: 'alice' })
      const again = await reopen()
      assert.deepEqual(await again.users.get(alice.id), alice)
    })

    given('a closed store says so', async (store) => {
      await store.close()
      await store.close()
      await assert.rejects(store.users.list(), coded('store-closed'))
    })
  })

  void suite(`${engine.name}: authorities and certificates`, () => {
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

    given(
      'a new authority signs, the one before it is still trusted, and only that one can be retired',
      async (store) => {
        const first = await store.authorities.add({ kind: 'user', publicKey: bytes('one') })
        const host = await store.authorities.add({ kind: 'host', publicKey: bytes('two') })
        const second = await store.authorities.add({ kind: 'user', publicKey: bytes('three') })
        const states = async () => new Map((await store.authorities.list()).map(({ id, state }) => [id, state]))
        const expected = [
          [first.id, 'trusted'],
          [host.id, 'active'],
          [second.id, 'active'],
        ] as const
        assert.deepEqual(await states(), new Map<AuthorityId, string>(expected))
        await assert.rejects(store.authorities.retire(second.id), coded('still-in-use'))
        time = 2_000_000
        assert.equal((await store.authorities.retire(first.id)).retiredAt, 2_000_000)
        assert.equal((await states()).get(first.id), 'retired')
        await assert.rejects(store.authorities.add({ kind: 'user', publicKey: bytes('one') }), coded('already-exists'))
        assert.equal((await states()).get(second.id), 'active', 'a failed addition changes nothing')
      },
    )

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

    given('a revoked key is known until it is taken back', async (store) => {
      const revoked = await store.revokedKeys.add({ blob: bytes('key'), reason: 'stolen', revokedBy: 'admin' })
      await assert.rejects(
        store.revokedKeys.add({ blob: bytes('key'), reason: 'again', revokedBy: 'admin' }),
        coded('already-exists'),
      )
      assert.deepEqual(await store.revokedKeys.list(), [revoked])
      assert.equal(await store.revokedKeys.remove(revoked.fingerprint), true)
      assert.equal(await store.revokedKeys.remove(revoked.fingerprint), false)
    })
  })

  void suite(`${engine.name}: credentials`, () => {
    const passkey = (userId: UserId, credentialId: string) => ({
      userId,
      credentialId,
      publicKey: bytes('cose'),
      counter: 0,
      transports: ['internal', 'hybrid'],
      aaguid: '00000000-0000-0000-0000-000000000000',
      backedUp: true,
      name: 'laptop',
    })

    given(
      'an identity of a provider is one person’s, carries what its claims gave last, and goes with its owner',
      async (store) => {
        const { users, externalIdentities } = store
        const alice = await users.add({ name: 'alice@example.com' })
        const bob = await users.add({ name: 'bob@example.com' })
        const issuer = 'https://idp.example.com'
        const told: Topic[] = []
        using _subscription = store.changes.subscribe(
          ['external-identities'],
          ({ topics }) => void told.push(...topics),
        )
        const added = await externalIdentities.add({ issuer, subject: 's1', userId: alice.id, groups: ['group:dba'] })
        assert.deepEqual(await externalIdentities.get(issuer, 's1'), added)
        const again = { issuer, subject: 's1', userId: bob.id, groups: [] }
        await assert.rejects(externalIdentities.add(again), coded('already-exists'), 'it is hers')
        await externalIdentities.add({ ...again, issuer: 'https://other.example.com' })
        assert.equal(await externalIdentities.get(issuer, 'S1'), undefined, 'subjects differ by case')
        time += 5
        await externalIdentities.used(issuer, 's1', [])
        assert.deepEqual(await externalIdentities.list(alice.id), [{ ...added, groups: [], lastUsedAt: time }])
        await assert.rejects(externalIdentities.used(issuer, 's2', []), coded('not-found'))
        assert.ok(await externalIdentities.remove('https://other.example.com', 's1'))
        assert.ok(!(await externalIdentities.remove('https://other.example.com', 's1')))
        assert.equal(told.length, 4, 'every change is told, and nothing else')
        await users.remove(alice.id)
        assert.deepEqual(await externalIdentities.list(), [])
      },
    )

    given(
      'who waits for an account is kept once, bounded per provider, and a denial outlasts those who ask',
      async (store) => {
        const { pendingAccounts } = store
        const issuer = 'https://idp.example.com'
        const person = (subject: string, at = issuer) => ({
          issuer: at,
          subject,
          email: `${subject}@example.com`,
          displayName: subject,
        })
        const { pending: eve, isNew } = await pendingAccounts.ask(person('eve'))
        assert.ok(isNew)
        time += 5
        const again = await pendingAccounts.ask({ ...person('eve'), email: 'new@example.com' })
        assert.deepEqual(again, { pending: { ...eve, email: 'new@example.com', lastAskedAt: time }, isNew: false })
        const denied = await pendingAccounts.deny(eve.id, 'root')
        assert.deepEqual(denied.denied, { at: time, by: 'root' })
        assert.deepEqual(
          (await pendingAccounts.ask(person('eve'))).pending.denied,
          denied.denied,
          'asking changes nothing',
        )
        await pendingAccounts.ask(person('other', 'https://other.example.com'))
        for (let index = 0; index <= PENDING_PER_PROVIDER_MAX; index++) {
          time++
          await pendingAccounts.ask(person(`s${index}`))
        }
        const waiting = (await pendingAccounts.list()).filter(({ denied }) => denied === undefined)
        assert.equal(waiting.filter((each) => each.issuer === issuer).length, PENDING_PER_PROVIDER_MAX)
        assert.equal(waiting[0]?.subject, `s${PENDING_PER_PROVIDER_MAX}`, 'the last one first')
        assert.equal(await pendingAccounts.find(issuer, 's0'), undefined, 'the oldest went')
        assert.ok(
          waiting.some(({ subject }) => subject === 'other'),
          'another provider’s have a place of their own',
        )
        assert.ok((await pendingAccounts.find(issuer, 'eve'))?.denied)
        time += PENDING_LIFE_MS
        assert.deepEqual(
          (await pendingAccounts.list()).map(({ subject }) => subject),
          ['eve'],
        )
        time += DENIAL_LIFE_MS
        assert.deepEqual(await pendingAccounts.list(), [])
        assert.ok((await pendingAccounts.ask(person('eve'))).isNew, 'it is as if they never had')
        assert.ok(await pendingAccounts.remove(person('eve')))
        assert.ok(!(await pendingAccounts.remove(person('eve'))))
        await assert.rejects(pendingAccounts.deny(eve.id, 'root'), coded('not-found'))
      },
    )

    given('a passkey proves one person, is renamed, counts, and goes with its owner', async ({ users, passkeys }) => {
      const alice = await users.add({ name: 'alice' })
      const added = await passkeys.add(passkey(alice.id, 'abc'))
      await assert.rejects(passkeys.add(passkey(alice.id, 'abc')), coded('already-exists'))
      time = 2_000_000
      await passkeys.used(added.id, { counter: 5, backedUp: false })
      await passkeys.rename(added.id, 'key on the ring')
      assert.deepEqual(await passkeys.byCredentialId('abc'), {
        ...added,
        counter: 5,
        backedUp: false,
        name: 'key on the ring',
        lastUsedAt: 2_000_000,
      })
      await assert.rejects(passkeys.rename('pky_aaaaaaaaaaaaaaaa' as PasskeyId, 'x'), coded('not-found'))
      await users.remove(alice.id)
      assert.deepEqual(await passkeys.list(), [])
    })

    given('a TOTP step is taken once, also when two ask at the same time, and never an earlier one', async (store) => {
      const { id } = await store.users.add({ name: 'alice' })
      const factors = store.secondFactors
      await factors.proposeTotp(id, bytes('one'))
      await factors.proposeTotp(id, bytes('two'))
      assert.equal((await factors.totp(id))?.confirmedAt, undefined)
      const taken = await Promise.all([factors.takeTotpStep(id, 100), factors.takeTotpStep(id, 100)])
      assert.deepEqual(taken.toSorted(), [false, true])
      assert.equal(await factors.takeTotpStep(id, 99), false)
      assert.equal(await factors.takeTotpStep(id, 101), true)
      assert.deepEqual(await factors.totp(id), {
        userId: id,
        sealedSecret: bytes('two'),
        confirmedAt: 1_000_000,
        lastStep: 101,
      })
      await assert.rejects(factors.proposeTotp(id, bytes('three')), coded('already-exists'))
      assert.equal(await factors.removeTotp(id), true)
      assert.equal(await factors.takeTotpStep(id, 200), false)
    })

    given('a recovery code works once, and new codes replace the old', async ({ users, secondFactors }) => {
      const { id } = await users.add({ name: 'alice' })
      await secondFactors.setRecoveryCodes(id, ['a', 'b'])
      const used = await Promise.all([secondFactors.useRecoveryCode(id, 'a'), secondFactors.useRecoveryCode(id, 'a')])
      assert.deepEqual(used.toSorted(), [false, true])
      assert.equal(await secondFactors.recoveryCodesLeft(id), 1)
      await secondFactors.setRecoveryCodes(id, ['c'])
      assert.equal(await secondFactors.useRecoveryCode(id, 'b'), false)
      assert.equal(await secondFactors.recoveryCodesLeft(id), 1)
    })

    given('a password hash is set, replaced and removed', async ({ users, secondFactors }) => {
      const { id } = await users.add({ name: 'alice' })
      assert.equal(await secondFactors.password(id), undefined)
      await secondFactors.setPassword(id, '$argon2id$1')
      await secondFactors.setPassword(id, '$argon2id$2')
      assert.equal(await secondFactors.password(id), '$argon2id$2')
      await secondFactors.setPassword(id, undefined)
      assert.equal(await secondFactors.password(id), undefined)
    })
  })

  void suite(`${engine.name}: login checks`, () => {
    given(
      'the last check of a person, source, target and login is kept, until it is old or all of them are forgotten',
      async (store) => {
        const { id: userId } = await store.users.add({ name: 'alice', displayName: '', role: 'member' })
        const { id: other } = await store.users.add({ name: 'bob', displayName: '', role: 'member' })
        const check = { userId, source: '192.0.2.7', target: 'db', login: '', method: 'totp', checkedAt: 1000 }
        await store.loginChecks.put(check)
        await store.loginChecks.put({ ...check, method: 'passkey', checkedAt: 2000 })
        await store.loginChecks.put({ ...check, target: '*' })
        await store.loginChecks.put({ ...check, userId: other })
        const sorted = async () =>
          (await store.loginChecks.list()).toSorted(
            (a, b) => a.target.localeCompare(b.target) || a.checkedAt - b.checkedAt,
          )
        assert.deepEqual(await sorted(), [
          { ...check, target: '*' },
          { ...check, userId: other },
          { ...check, method: 'passkey', checkedAt: 2000 },
        ])
        assert.equal(await store.loginChecks.remove({ before: 1001 }), 2)
        assert.equal(await store.loginChecks.remove({ userId: other }), 0)
        assert.equal(await store.loginChecks.remove({ userId }), 1)
        assert.deepEqual(await store.loginChecks.list(), [])
      },
    )

    given('a check says until when it counts, and is forgotten by address, by place and by kind', async (store) => {
      const { id: userId } = await store.users.add({ name: 'alice', displayName: '', role: 'member' })
      const check = { userId, source: '192.0.2.7', target: 'db', login: '', method: 'totp', checkedAt: 1000 }
      const places = async () =>
        (await store.loginChecks.list()).map(({ source, target }) => `${source} ${target}`).sort()
      await store.loginChecks.put({ ...check, until: 5000 })
      assert.deepEqual(await store.loginChecks.list(), [{ ...check, until: 5000 }])
      await store.loginChecks.put(check)
      assert.deepEqual(await store.loginChecks.list(), [check], 'the last one says')
      await store.loginChecks.put({ ...check, target: 'web', method: 'passkey' })
      await store.loginChecks.put({ ...check, source: '192.0.2.8', target: 'web' })
      assert.equal(await store.loginChecks.remove({ userId, source: '192.0.2.8', target: 'db' }), 0)
      assert.equal(await store.loginChecks.remove({ userId, source: '192.0.2.7', target: 'db' }), 1)
      assert.deepEqual(await places(), ['192.0.2.7 web', '192.0.2.8 web'])
      assert.equal(await store.loginChecks.remove({ userId, method: 'passkey' }), 1)
      assert.equal(await store.loginChecks.remove({ userId, source: '192.0.2.8' }), 1)
    })

    given('they go with their user', async (store) => {
      const { id: userId } = await store.users.add({ name: 'alice', displayName: '', role: 'member' })
      await store.loginChecks.put({ userId, source: '::1', target: 'db', login: '', method: 'totp', checkedAt: 1 })
      await store.users.remove(userId)
      assert.deepEqual(await store.loginChecks.list(), [])
    })
  })

  void suite(`${engine.name}: what was handed out`, () => {
    const session = (userId: UserId, tokenHash: string) => ({
      userId,
      tokenHash,
      method: 'passkey',
      factors: [{ factor: 'passkey', at: 1 }],
      source: '192.0.2.7',
      agent: 'Firefox',
      expiresAt: 2_000_000,
    })

    given('a web session is found by its token until it ends or is ended', async ({ users, webSessions }) => {
      const alice = await users.add({ name: 'alice' })
      const [first, second] = [
        await webSessions.add(session(alice.id, 'h1')),
        await webSessions.add(session(alice.id, 'h2')),
      ]
      assert.deepEqual(await webSessions.byToken('h1'), first)
      await webSessions.setFactors(first.id, [{ factor: 'totp', at: 2 }])
      await webSessions.touch(first.id)
      assert.deepEqual((await webSessions.byToken('h1'))?.factors, [{ factor: 'totp', at: 2 }])
      assert.equal(await webSessions.remove({ userId: alice.id, except: second.id }), 1)
      assert.equal(await webSessions.byToken('h1'), undefined)
      time = 2_000_000
      assert.equal(await webSessions.byToken('h2'), undefined)
      assert.equal(await webSessions.removeExpired(), 1)
    })

    given('an API token is found until it expires or is removed', async ({ users, apiTokens }) => {
      const alice = await users.add({ name: 'alice' })
      const draft = { userId: alice.id, name: 'ci', scopes: ['policy:read'], expiresAt: 2_000_000 }
      const token = await apiTokens.add({ ...draft, tokenHash: 'h1' })
      await assert.rejects(apiTokens.add({ ...draft, tokenHash: 'h1' }), coded('already-exists'))
      await apiTokens.touch(token.id)
      assert.deepEqual(await apiTokens.byToken('h1'), { ...token, lastUsedAt: 1_000_000 })
      time = 2_000_000
      assert.equal(await apiTokens.byToken('h1'), undefined)
      assert.equal((await apiTokens.list(alice.id)).length, 1)
      assert.equal(await apiTokens.remove(token.id), true)
    })

    given('a link works once, also when two use it at the same time', async ({ users, invitations }) => {
      const alice = await users.add({ name: 'alice' })
      const draft = { purpose: 'invite', userId: alice.id, createdBy: 'admin', expiresAt: 2_000_000 } as const
      const link = await invitations.add({ ...draft, tokenHash: 'h1' })
      assert.deepEqual(await invitations.byToken('h1'), link)
      const uses = await Promise.allSettled([invitations.use(link.id), invitations.use(link.id)])
      assert.deepEqual(uses.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      assert.equal(await invitations.byToken('h1'), undefined)
      const late = await invitations.add({ ...draft, tokenHash: 'h2' })
      const other = await invitations.add({ ...draft, purpose: 'setup', userId: undefined, tokenHash: 'h3' })
      assert.equal(await invitations.revoke({ userId: alice.id }), 1)
      assert.deepEqual(await invitations.list(), [other])
      time = 2_000_000
      await assert.rejects(invitations.use(late.id), coded('not-found'))
      await assert.rejects(invitations.use(other.id), coded('not-found'))
      assert.equal(await invitations.byToken('h3'), undefined)
    })
  })
}
