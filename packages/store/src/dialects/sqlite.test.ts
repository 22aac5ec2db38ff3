import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { SCHEMA_FILE, schemaDump } from '../../test/schema-dump.ts'
import { StoreError, type StoreErrorCode } from '../errors.ts'
import { openStore } from '../store.ts'

const coded = (code: StoreErrorCode) => (error: unknown) => error instanceof StoreError && error.code === code

async function place(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-sqlite-'))
  t.after(() => rm(directory, { recursive: true }))
  return join(directory, 'state', 'sallyport.sqlite')
}

const open = (path: string, options = {}) => openStore({ path, reserveBytes: 0, ...options })
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

suite('the database file', () => {
  test("is its owner's alone, and so are the files beside it", async (t) => {
    const path = await place(t)
    const umask = process.umask(0)
    t.after(() => process.umask(umask))
    await using store = await open(path)
    await store.users.add({ name: 'alice' })
    assert.equal(await mode(join(path, '..')), '700')
    for (const suffix of ['', '-wal', '-shm']) assert.equal(await mode(path + suffix), '600')
  })

  for (const { name, change, hint } of [
    { name: 'a file others may read', change: (path: string) => chmod(path, 0o640), hint: 'chmod 600 ' },
    {
      name: 'a directory others may write',
      change: (path: string) => chmod(join(path, '..'), 0o770),
      hint: 'chmod 700 ',
    },
  ]) {
    test(`${name} is refused, with the command that mends it`, async (t) => {
      const path = await place(t)
      await (await open(path)).close()
      await change(path)
      await assert.rejects(open(path), (error) => {
        assert.ok(coded('permissions-too-open')(error))
        assert.ok(error instanceof StoreError && error.hint?.startsWith(hint))
        return true
      })
    })
  }

  test('a file that is no database is refused', async (t) => {
    const path = await place(t)
    await mkdir(join(path, '..'), { mode: 0o700 })
    await writeFile(
      path,
      'not a database, and longer than its header would be, so that nobody takes it for an empty one'.repeat(20),
      { mode: 0o600 },
    )
    await assert.rejects(open(path), coded('store-corrupt'))
  })

  test('a damaged database is refused with what to do, whatever page it is', async (t) => {
    const path = await place(t)
    const store = await open(path)
    for (let i = 0; i < 400; i++) await store.users.add({ name: `user${i}`, displayName: 'x'.repeat(100) })
    await store.close()
    const good = await readFile(path)
    const pageBytes = good.readUInt16BE(16)
    let refused = 0
    let tried = 0
    for (let page = 1; page * pageBytes < good.length; page += 7) {
      const bad = Buffer.from(good)
      bad.fill(0xa5, page * pageBytes, page * pageBytes + 64)
      await writeFile(path, bad)
      tried++
      try {
        await (await open(path)).close()
      } catch (error) {
        assert.ok(coded('store-corrupt')(error))
        assert.match((error as StoreError).hint ?? '', /backup/)
        refused++
      }
    }
    assert.ok(tried > 3)
    assert.equal(refused, tried)
  })

  test('a place that cannot be written is named', async (t) => {
    const path = await place(t)
    await mkdir(path, { recursive: true, mode: 0o700 })
    await assert.rejects(open(path), coded('store-unavailable'))
  })
})

suite('the schema', () => {
  test('is where the migrations arrive (remake: node packages/store/test/schema-dump.ts --write)', async () => {
    assert.equal(await readFile(SCHEMA_FILE, 'utf8'), await schemaDump())
  })

  test('of a later version is refused before anything is touched', async (t) => {
    const path = await place(t)
    await (await open(path)).close()
    const db = new DatabaseSync(path)
    db.prepare("insert into kysely_migration values ('0099-later', '2030-01-01')").run()
    db.close()
    const before = await readFile(path)
    await assert.rejects(open(path), coded('schema-from-the-future'))
    assert.deepEqual(await readFile(path), before)
  })

  test('is made once when two processes open a new store at the same time', async (t) => {
    const path = await place(t)
    const stores = await Promise.all([open(path), open(path), open(path)])
    for (const store of stores) await store.users.list()
    for (const store of stores) await store.close()
  })
})

suite('another process with the lock', () => {
  test('is waited for while the event loop goes on', async (t) => {
    const path = await place(t)
    await using store = await open(path)
    using other = new DatabaseSync(path)
    other.prepare('begin immediate').run()
    let turns = 0
    const ticking = setInterval(() => {
      if (++turns === 10) other.prepare('commit').run()
    }, 5)
    await store.users.add({ name: 'alice' })
    await store.transaction(({ users }) => users.add({ name: 'bob' }))
    clearInterval(ticking)
    assert.ok(turns >= 10, `${turns} turns`)
  })

  test('is not waited for longer than was said', async (t) => {
    const path = await place(t)
    await using store = await open(path, { busyTimeoutMs: 50 })
    using other = new DatabaseSync(path)
    other.prepare('begin immediate').run()
    await assert.rejects(store.users.add({ name: 'alice' }), coded('store-busy'))
    await assert.rejects(
      store.transaction(({ users }) => users.add({ name: 'bob' })),
      coded('store-busy'),
    )
    assert.deepEqual(await store.users.list(), [])
    other.prepare('rollback').run()
    await store.users.add({ name: 'alice' })
  })
})

suite('durability', () => {
  for (const { synchronous, expected } of [
    { synchronous: 'normal', expected: 'commits do not wait for the disk' },
    { synchronous: 'full', expected: 'commits wait for the disk' },
  ] as const) {
    test(`${synchronous}: ${expected}, and the store works`, async (t) => {
      const path = await place(t)
      await using store = await open(path, { synchronous })
      await store.users.add({ name: 'alice' })
      assert.equal((await store.users.list()).length, 1)
    })
  }

  test('in memory nothing is kept', async () => {
    await using store = await open(':memory:')
    await store.users.add({ name: 'alice' })
    await using other = await open(':memory:')
    assert.deepEqual(await other.users.list(), [])
  })
})
