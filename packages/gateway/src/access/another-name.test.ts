/** Another name for a machine's address, such as anybody's DNS can have, is no way around what is asked for there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@sallyport/model'
import { openStore } from '@sallyport/store'
import { testPrincipal } from '../testing/signed-in.ts'
import type { Decision } from './authorize.ts'
import { RosterKeeper } from './roster.ts'
import { deciderOf } from './roster-decider.ts'

const NOW = Date.parse('2030-01-01T12:00:00Z')
const POLICY = JSON.stringify({
  tagOwners: { 'tag:db': ['autogroup:admin'], 'tag:web': ['autogroup:admin'] },
  grants: [{ src: ['*'], dst: ['*'], ip: ['*'] }],
  ssh: [{ action: 'check', src: ['autogroup:member'], dst: ['tag:db'], users: ['root', 'autogroup:nonroot'] }],
})

/** Decides for alice about a port of 10.0.0.5, where a database's SSH listens on 2222, and a web server's on 22. */
async function given() {
  const store = await openStore({ path: ':memory:' })
  await store.policyVersions.add({ text: POLICY, author: 'test', message: '' })
  const alice = await store.users.add({ name: 'alice', role: 'member' })
  const address = '10.0.0.5'
  const db = await store.targets.add({ name: 'db', address, port: 2222, tags: ['tag:db'] })
  const web = await store.targets.add({ name: 'web', address, port: 22, tags: ['tag:web'] })
  await using keeper = await RosterKeeper.open(store, (what, error) => assert.fail(`${what}: ${String(error)}`))
  await store.close()
  const principal = testPrincipal({
    userId: alice.id,
    proof: { method: 'publickey', fingerprint: 'SHA256:x', factors: [{ kind: 'key', provedAt: NOW }] },
  })
  const decider = deciderOf(keeper.current)
  const decide = (host: string, port: number, target?: Target): Decision =>
    decider.decide(
      { principal, destination: { host, port }, address, port, ...(target === undefined ? {} : { target }) },
      { connection: { postQuantum: () => true }, now: NOW, openedAt: NOW },
    )
  return { decide, db, web }
}

test('a check is due at the SSH port of a machine, whatever name its address was found by', async () => {
  const { decide, db, web } = await given()
  const due = (decision: Decision) => !decision.allowed && decision.denied === 'check.due'
  assert.ok(due(decide('db', 2222, db)), 'by its name')
  assert.ok(due(decide('db.example', 2222)), 'by a name of somebody’s DNS')
  assert.ok(due(decide('web', 2222, web)), 'by the name of another machine at that address')
  assert.ok(decide('db.example', 5432).allowed, 'rules that check mean SSH')
})
