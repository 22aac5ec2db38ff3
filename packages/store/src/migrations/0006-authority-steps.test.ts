import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openStore } from '../store.ts'

test('a store from before goes on with its authorities, and what was called trusted is former', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-steps-'))
  t.after(() => rm(directory, { recursive: true }))
  const path = join(directory, 'state', 'sallyport.sqlite')
  const options = { path, reserveBytes: 0 }
  const store = await openStore(options)
  const made = []
  for (const text of ['one', 'two', 'three'])
    made.push(await store.authorities.add({ kind: text === 'one' ? 'host' : 'user', publicKey: Buffer.from(text) }))
  await store.close()

  const [host, before, active] = made.map(({ id }) => id)
  assert.ok(host !== undefined && before !== undefined && active !== undefined)
  const database = new DatabaseSync(path)
  database.prepare("update authorities set state = 'trusted' where id = ?").run(before)
  database.prepare("update authorities set state = 'active' where id = ?").run(active)
  database.exec('drop index certificates_kind_subject')
  database.exec("delete from kysely_migration where name = '0006-authority-steps'")
  database.close()

  await using again = await openStore(options)
  const states = new Map((await again.authorities.list()).map(({ id, state }) => [id, state]))
  assert.deepEqual(
    [host, before, active].map((id) => states.get(id)),
    ['active', 'former', 'active'],
  )
  assert.equal((await again.authorities.add({ kind: 'user', publicKey: Buffer.from('four') })).state, 'next')
})
