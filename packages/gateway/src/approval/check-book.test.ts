import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '@sallyport/store'
import { TemporaryDirectory } from '@sallyport/testkit'
import { CheckBook } from './check-book.ts'

const DAY_MS = 24 * 60 * 60 * 1000

async function given() {
  const directory = new TemporaryDirectory('checks')
  const file = directory.file('store.db')
  const store = await openStore({ path: file })
  const { id } = await store.users.add({ name: 'alice', displayName: '', role: 'member' })
  const failed = (what: string, error: unknown) => assert.fail(`${what}: ${String(error)}`)
  const book = await CheckBook.open(store, failed)
  return {
    id,
    store,
    book,
    reopen: () => CheckBook.open(store, failed),
    async [Symbol.asyncDispose]() {
      book[Symbol.dispose]()
      await store.close()
      directory[Symbol.dispose]()
    },
  }
}

test('a check counts for its person, address and target, one of a sign-in for every target; both outlive the process', async () => {
  await using it = await given()
  const { id, book } = it
  await book.put(id, '192.0.2.7', 'db', { kind: 'totp', provedAt: 5 })
  assert.deepEqual(book.find(id, '192.0.2.7', 'db'), [{ kind: 'totp', provedAt: 5 }])
  assert.deepEqual(book.find(id, '192.0.2.7', 'web'), [])
  assert.deepEqual(book.find(id, '192.0.2.8', 'db'), [])
  await book.put(id, '192.0.2.7', '*', { kind: 'passkey', provedAt: 7 })
  assert.deepEqual(book.find(id, '192.0.2.7', 'web'), [{ kind: 'passkey', provedAt: 7 }])
  using again = await it.reopen()
  assert.deepEqual(again.find(id, '192.0.2.7', 'db').length, 2)
  assert.deepEqual([again.knows(id, '192.0.2.7'), again.knows(id, '192.0.2.8')], [true, false])
})

test('a check counts no longer than its owner lets it; one for its own login alone makes its address known', async () => {
  await using it = await given()
  const { id, book } = it
  await book.put(id, '192.0.2.7', 'db', { kind: 'passkey', provedAt: 5, until: 5 })
  assert.equal(book.knows(id, '192.0.2.7'), true)
  assert.deepEqual(await book.remembered(id, 5), [])
  const kept = { kind: 'passkey', provedAt: 6, until: 100 } as const
  await book.put(id, '192.0.2.7', 'db', kept)
  await book.put(id, '192.0.2.7', 'db', { kind: 'totp', provedAt: 7, until: 7 })
  assert.deepEqual(book.find(id, '192.0.2.7', 'db'), [kept], 'it takes the place of none that counts longer')
  assert.deepEqual(await book.remembered(id, 99), [{ ...kept, source: '192.0.2.7', target: 'db' }])
  assert.deepEqual(await book.remembered(id, 100), [])
  using again = await it.reopen()
  assert.deepEqual(again.find(id, '192.0.2.7', 'db'), [kept])
})

test('what is forgotten counts no more at once', async () => {
  await using it = await given()
  const { id, book, store } = it
  const forget = async (which: { source?: string; target?: string; method?: string }) => {
    const count = await store.loginChecks.remove({ userId: id, ...which })
    await book.refresh()
    return count
  }
  for (const source of ['192.0.2.7', '192.0.2.8'])
    for (const target of ['db', '*']) await book.put(id, source, target, { kind: 'totp', provedAt: 5, until: 100 })
  assert.equal(await forget({ source: '192.0.2.7', target: 'db' }), 1)
  assert.equal(book.find(id, '192.0.2.7', 'db').length, 1)
  assert.equal(await forget({ method: 'passkey' }), 0)
  assert.equal(await forget({ source: '192.0.2.7' }), 1)
  assert.equal(book.knows(id, '192.0.2.7'), false)
  assert.equal(await forget({}), 2)
  assert.equal(book.size, 0)
})

test('what is older than the longest period is forgotten, and so is what others delete', async () => {
  await using it = await given()
  const { id, book, store } = it
  const now = 100 * DAY_MS
  await book.put(id, '192.0.2.7', 'old', { kind: 'totp', provedAt: now - 7 * DAY_MS - 1 })
  await book.put(id, '192.0.2.7', 'new', { kind: 'totp', provedAt: now - 7 * DAY_MS })
  await book.purge(now)
  while (book.size > 1) await sleep(5)
  assert.equal(book.find(id, '192.0.2.7', 'new').length, 1)
  await store.loginChecks.remove({ userId: id })
  while (book.size > 0) await sleep(5)
  assert.equal(book.knows(id, '192.0.2.7'), false)
})
