import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AuditCountQuery, type AuditEntryRow, openStore, type Store } from '@sallyport/store'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOON = Date.UTC(2026, 10, 22, 12)
const base: AuditCountQuery = { marked: ['access-denied'], buckets: 96, offsetMs: 0 }

function row(seq: number, more: Partial<AuditEntryRow> = {}): AuditEntryRow {
  return {
    seq,
    time: NOON,
    type: seq % 4 === 0 ? 'access-denied' : 'access-granted',
    actor: `user${seq % 3}`,
    session: null,
    source: '192.0.2.1',
    target: seq % 5 === 0 ? null : 'db1',
    line: `{"seq":${seq}}`,
    hash: `hash${seq}`,
    ...more,
  }
}

async function filled(count: number, more: (seq: number) => Partial<AuditEntryRow>, now = NOON): Promise<Store> {
  const store = await openStore({ path: ':memory:', reserveBytes: 0, now: () => now })
  for (let from = 1; from <= count; from += 5000)
    await store.auditEntries.append(() =>
      Array.from({ length: Math.min(5000, count - from + 1) }, (_, i) => row(from + i, more(from + i))),
    )
  return store
}

test('an empty log and a query that nothing can fit count nothing', async () => {
  await using store = await filled(0, () => ({}))
  assert.deepEqual((await store.auditCounter.count(base)).buckets, [])
  await using some = await filled(3, () => ({}))
  const { total, complete } = await some.auditCounter.count({ ...base, types: [] })
  assert.deepEqual([total, complete], [0, true])
})

test('buckets begin at round times of the reader’s clock, and hold what falls into them', async () => {
  await using store = await filled(48, (seq) => ({ time: NOON - DAY_MS + seq * (HOUR_MS / 2) }))
  const query = { since: NOON - DAY_MS, until: NOON, buckets: 30 }
  const counts = await store.auditCounter.count({ ...base, ...query, offsetMs: HOUR_MS / 2 })
  assert.deepEqual([counts.bucketMs, counts.start], [HOUR_MS, NOON - DAY_MS - HOUR_MS / 2])
  assert.equal(counts.buckets.length, 25)
  assert.equal(
    counts.buckets.reduce((sum, { count }) => sum + count, 0),
    47,
    'the end is not counted',
  )
  assert.deepEqual(counts.buckets[1], { count: 2, marked: 0 })
  assert.deepEqual(counts.buckets[2], { count: 2, marked: 1 })
})

test('filters narrow what is counted, and values come with how often', async () => {
  await using store = await filled(60, (seq) => ({ time: NOON + seq }))
  const counts = async (query: Partial<AuditCountQuery>) => store.auditCounter.count({ ...base, ...query })
  const denied = await counts({ types: ['access-denied'] })
  assert.deepEqual([denied.total, denied.types], [15, [{ value: 'access-denied', count: 15 }]])
  assert.deepEqual((await counts({ targets: ['db1'] })).targets, [{ value: 'db1', count: 48 }])
  assert.equal((await counts({ text: '6}' })).total, 6)
  assert.deepEqual(
    (await counts({})).actors.map(({ value, count }) => [value, count]),
    [
      ['user0', 20],
      ['user1', 20],
      ['user2', 20],
    ],
  )
})

test('several values of a filter find what fits one of them, and a column is counted alone', async () => {
  await using store = await filled(60, (seq) => ({ time: NOON + seq }))
  const two = await store.auditCounter.count({ ...base, actors: ['user0', 'user2'], types: ['access-denied'] })
  assert.deepEqual([two.total, two.actors.map(({ value }) => value)], [10, ['user0', 'user2']])
  assert.deepEqual(await store.auditCounter.values('actor', { types: ['access-denied'] }), [
    { value: 'user0', count: 5 },
    { value: 'user1', count: 5 },
    { value: 'user2', count: 5 },
  ])
  assert.deepEqual(await store.auditCounter.values('target', { until: NOON + 6 }), [{ value: 'db1', count: 4 }])
  assert.deepEqual(await store.auditCounter.values('target', { actors: [] }), [])
  assert.deepEqual(await store.auditCounter.values('target', { since: NOON + 61 }), [])
})

test('a long log is counted over its indexes as one by one; with a filter the newest, and that is said', async () => {
  const count = 115_000
  await using store = await filled(count, (seq) => ({ time: NOON + seq * 1000 }), NOON + count * 1000)
  const { total, complete, ...all } = await store.auditCounter.count(base)
  assert.deepEqual([total, complete], [count, true])
  assert.deepEqual(all.types, [
    { value: 'access-granted', count: count * 0.75 },
    { value: 'access-denied', count: count * 0.25 },
  ])
  assert.deepEqual(all.targets, [{ value: 'db1', count: count * 0.8 }])
  assert.deepEqual(await store.auditCounter.values('target', {}), all.targets, 'over its index')
  const part = { since: NOON + 20_000_000, until: NOON + 100_000_000 }
  const byIndex = await store.auditCounter.count({ ...base, ...part })
  // The same entries, by a filter that they all fit.
  assert.deepEqual(await store.auditCounter.count({ ...base, ...part, sources: ['192.0.2.1'] }), byIndex)
  assert.equal(byIndex.total, 80_000)
  const some = await store.auditCounter.count({ ...base, sources: ['192.0.2.1'] })
  assert.equal(some.complete, false)
  assert.ok(some.total >= 100_000 && some.total < count, String(some.total))
  assert.equal(some.from, NOON + (count - some.total + 1) * 1000, 'where counting ended')
})

test('counting ends when nobody waits for it', async () => {
  await using store = await filled(60_000, (seq) => ({ time: NOON + seq * 1000 }))
  const signal = AbortSignal.abort(new Error('gone'))
  await assert.rejects(store.auditCounter.count({ ...base, text: 'nothing', signal }), /gone/)
})
