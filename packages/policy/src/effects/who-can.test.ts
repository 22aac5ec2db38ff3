import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Directory } from '../decide/directory.ts'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { type Destination, type WhoCan, whoCan } from './who-can.ts'

function ask(source: object, destination: Destination, directory: Directory = DIRECTORY): WhoCan {
  const work = whoCan(compileText(source, directory), directory, destination)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

const accept = (src: readonly string[], dst: readonly string[]) => ({ action: 'accept', src, dst })
const DB: Destination = { addresses: ['10.0.0.5'], tags: ['tag:db'], port: 22 }

test('everybody whom a rule means is told with the first rule that lets them, disabled users never', () => {
  const policy = {
    groups: { 'group:dba': ['bob@example.com', 'dora@example.com'] },
    tagOwners: { 'tag:db': [] },
    acls: [
      accept(['group:dba'], ['tag:db:22']),
      accept(['bob@example.com', 'autogroup:owner'], ['*:*']),
      accept(['carol@'], ['tag:db:5432']),
    ],
  }
  const { users, of, addresses, machines } = ask(policy, DB)
  assert.deepEqual(
    users.map(({ name, rule, source, address }) => [name, rule.index, source, address]),
    [
      ['alice@example.com', 1, 'autogroup:owner', '10.0.0.5'],
      ['bob@example.com', 0, 'group:dba', '10.0.0.5'],
    ],
  )
  assert.deepEqual([of, addresses, machines], [6, [], []])
})

test('of several addresses the one that is allowed is told', () => {
  const policy = { acls: [accept(['carol@'], ['10.0.0.6:22'])] }
  const { users } = ask(policy, { addresses: ['10.0.0.5', '10.0.0.6'], tags: [], port: 22 })
  assert.deepEqual(
    users.map(({ name, address }) => [name, address]),
    [['carol', '10.0.0.6']],
  )
})

test('addresses and machines that a rule names are told, and not again as everybody', () => {
  const policy = {
    tagOwners: { 'tag:db': [], 'tag:ci': [], 'tag:lab': [] },
    acls: [accept(['192.0.2.0/24', 'tag:ci'], ['tag:db:22']), accept(['198.51.100.1', 'tag:lab'], ['tag:db:80'])],
  }
  const { users, addresses, machines } = ask(policy, DB)
  assert.deepEqual(
    [users, addresses.map(({ name }) => name), machines.map(({ name }) => name)],
    [[], ['anyone from 192.0.2.0/24'], ['tag:ci']],
  )
  const open = ask({ ...policy, acls: [accept(['*'], ['tag:db:22']), ...policy.acls] }, DB)
  assert.deepEqual([open.users.length, open.addresses, open.machines], [6, [], []])
})

test('with a login, people whom ssh lets not are left out, unless the policy has no ssh', () => {
  const policy = { tagOwners: { 'tag:db': [] }, acls: [accept(['*'], ['tag:db:22'])] }
  const ssh = [{ action: 'accept', src: ['bob@example.com'], dst: ['tag:db'], users: ['root'] }]
  const root = { ...DB, login: 'root' }
  assert.deepEqual(
    ask({ ...policy, ssh }, root).users.map(({ name, login }) => [name, login]),
    [['bob@example.com', 'accept']],
  )
  assert.equal(ask(policy, root).users.length, 6)
})

test('ten thousand people in groups are told apart by their groups alone', () => {
  const people = Array.from({ length: 10_000 }, (_, index) => `user${index}`)
  const users = people.map((name) => ({ name, role: 'member' as const, disabled: false }))
  const groups = Object.fromEntries(
    Array.from({ length: 10 }, (_, group) => [
      `group:g${group}`,
      people.filter((_, index) => index % 10 === group).map((name) => `${name}@`),
    ]),
  )
  const policy = { groups, acls: [accept(['group:g1', 'group:g2'], ['10.0.0.5:22'])] }
  const answer = ask(policy, { ...DB, tags: [] }, { users, targets: [] })
  assert.deepEqual([answer.users.length, answer.of], [2000, 10_000])
  assert.deepEqual(new Set(answer.users.map(({ source }) => source)), new Set(['group:g1', 'group:g2']))
})
