import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { type AuditEntryRow, type Store } from '@sallyport/store'
import { coded, type Given } from './given-store.ts'

export function auditLogContract(given: Given): void {
  void suite('audit log', () => {
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

    given('writers at the same time follow each other', async ({ auditEntries }, { reopen }) => {
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
      assert.deepEqual(await search({ actors: ['user1'], types: ['access-granted'] }), [28, 22, 16, 10, 4])
      assert.deepEqual(await search({ since: 5000, until: 8000 }), [7, 6, 5])
      assert.deepEqual(await search({ targets: ['db1'] }), [])
      assert.equal((await search({ sources: ['192.0.2.1'] })).length, 30)
      assert.equal((await search({ types: ['connection-opened', 'access-granted'] })).length, 30)
      assert.deepEqual(await search({ actors: ['user1', 'user2', 'nobody'], since: 25_000 }), [29, 28, 26, 25])
      for (const none of [{ types: [] }, { actors: [] }, { sources: [], types: ['access-granted'] }])
        assert.deepEqual(await search(none), [])
      assert.deepEqual(await search({ sessions: ['s'] }), [])
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
      async ({ auditCheckpoints }, { clock }) => {
        assert.equal(await auditCheckpoints.latest(), undefined)
        for (const seq of [5, 10, 7]) await auditCheckpoints.add({ seq, time: clock.time, line: `line ${seq}` })
        assert.equal(await auditCheckpoints.latest(), 'line 7')
        assert.deepEqual(
          (await auditCheckpoints.read(6, 10)).map(({ line }) => line),
          ['line 7', 'line 10'],
        )
        assert.equal((await auditCheckpoints.read(1, 1)).length, 1)
      },
    )
  })
}
