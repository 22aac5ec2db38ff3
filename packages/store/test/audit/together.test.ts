import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { AuditError, checkpointSigner, decodeLine, generateCheckpointKey } from '@sallyport/audit'
import type { Store } from '@sallyport/store'
import { killAfter } from './kill-after.ts'
import { granted, openStoredLog, type StoredLog } from './stored-log.ts'

const ROUNDS = 12
const CHILD = new URL('./change-for-ever.ts', import.meta.url).pathname

async function directoryFor(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-together-'))
  t.after(() => rm(directory, { recursive: true }))
  return directory
}

function addUser({ log, store }: Pick<StoredLog, 'log' | 'store'>, name: string) {
  return log.together(store, async (tx, record) => {
    const { id, role } = await tx.users.add({ name })
    record({ type: 'user-added', actor: 'admin', user: name, userId: id, role })
  })
}

/** What the log says of users, oldest first: `user-added alice`. */
async function told(store: Store): Promise<readonly string[]> {
  const lines: string[] = []
  for (let from = 1; ; ) {
    const page = await store.auditEntries.read(from, 1000)
    for (const { line } of page) {
      const { type, fields } = decodeLine(line) ?? {}
      if (fields?.user !== undefined) lines.push(`${type} ${String(fields.user)}`)
    }
    const last = page.at(-1)
    if (last === undefined) return lines
    from = last.seq + 1
  }
}

suite('a change and its event', () => {
  test('are both there, and the chain holds among others who write at the same time', async (t) => {
    await using stored = await openStoredLog(await directoryFor(t))
    const names = Array.from({ length: 40 }, (_, each) => `user${each}`)
    await Promise.all(names.flatMap((name, each) => [addUser(stored, name), stored.log.append(granted(each))]))
    assert.deepEqual((await stored.store.users.list()).map(({ name }) => name).toSorted(), names.toSorted())
    assert.deepEqual((await told(stored.store)).toSorted(), names.map((name) => `user-added ${name}`).toSorted())
    const report = await stored.log.verify()
    assert.deepEqual([report.faults, report.entries], [[], 80])
  })

  test('stand behind what was told before', async (t) => {
    await using stored = await openStoredLog(await directoryFor(t))
    // Its writing may wait; the change does not overtake it.
    const over = stored.log.append({ type: 'connection-closed', actor: 'bob', reason: 'disconnected', durationMs: 1 })
    await addUser(stored, 'alice')
    assert.equal((await over).seq, 1)
  })

  test('are not there when the change fails, when its event is not one, or when the log cannot be written', async (t) => {
    const directory = await directoryFor(t)
    await using stored = await openStoredLog(directory)
    const { log, store } = stored
    await addUser(stored, 'alice')
    await assert.rejects(addUser(stored, 'alice'), { code: 'already-exists' })
    const wrong = log.together(store, async (tx, record) => {
      await tx.users.add({ name: 'bob' })
      record({ type: 'user-praised', actor: 'admin' } as never)
    })
    await assert.rejects(wrong, (error) => error instanceof AuditError && error.code === 'event-invalid')
    const other = new DatabaseSync(join(directory, 'sallyport.sqlite'))
    other.exec(
      "create trigger fault before insert on audit_entries begin select raise(abort, 'an injected fault'); end",
    )
    await assert.rejects(
      addUser(stored, 'carol'),
      (error) => error instanceof AuditError && error.code === 'append-failed',
    )
    assert.deepEqual(
      (await store.users.list()).map(({ name }) => name),
      ['alice'],
    )
    other.exec('drop trigger fault')
    other.close()
    await addUser(stored, 'carol')
    assert.deepEqual(await told(store), ['user-added alice', 'user-added carol'])
    assert.deepEqual((await log.verify()).faults, [])
  })

  test('a change without an event writes none, and a closed log changes nothing', async (t) => {
    await using stored = await openStoredLog(await directoryFor(t))
    const { log, store } = stored
    assert.equal(await log.together(store, async (tx) => (await tx.users.list()).length), 0)
    assert.equal(await store.auditEntries.tail(), undefined)
    await log.close()
    await assert.rejects(
      addUser(stored, 'alice'),
      (error) => error instanceof AuditError && error.code === 'log-closed',
    )
    assert.deepEqual(await store.users.list(), [])
  })

  test('kill -9 at random moments leaves neither without the other', async (t) => {
    const directory = await directoryFor(t)
    const keyFile = join(directory, 'key.pem')
    const key = generateCheckpointKey()
    await writeFile(keyFile, key.reveal(), { mode: 0o600 })
    let changed = 0
    for (let round = 0; round < ROUNDS; round++) {
      const args = [directory, keyFile, String(round * 100_000)]
      const lines = await killAfter(CHILD, args, 1 + ((round * 37) % 140))
      await using stored = await openStoredLog(directory, checkpointSigner(key))
      assert.deepEqual((await stored.log.verify()).faults, [], `round ${round}`)
      const users = await stored.store.users.list()
      const lore = await told(stored.store)
      assert.deepEqual(
        lore.filter((each) => each.startsWith('user-added')).toSorted(),
        users.map(({ name }) => `user-added ${name}`).toSorted(),
        `round ${round}`,
      )
      assert.deepEqual(
        lore.filter((each) => each.startsWith('user-disabled')).toSorted(),
        users.flatMap(({ name, disabled }) => (disabled ? [`user-disabled ${name}`] : [])).toSorted(),
        `round ${round}`,
      )
      const known = new Set(users.map(({ name }) => name))
      for (const line of lines.filter((each) => /^\d+$/.test(each))) assert.ok(known.has(`user${line}`), line)
      changed = users.length
    }
    assert.ok(changed > ROUNDS, `${changed} users`)
  })
})
