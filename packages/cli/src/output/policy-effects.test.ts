import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PolicyDiff, PolicyEffect, PolicySimulation, WhoCan } from '@sallyport/api'
import { memoryTerminal } from '../../test/run-main.ts'
import { renderDiff, renderSimulation, renderWhoCan } from './policy-effects.ts'

const effect: PolicyEffect = {
  change: 'loses',
  kind: 'users',
  who: { names: ['group:dba'], more: 0, people: 12 },
  opened: '22',
  where: { names: ['tag:db'], more: 0, targets: 14, examples: ['db1', 'db2', 'db3'] },
  partly: false,
}
const diff: PolicyDiff = {
  against: 3,
  version: null,
  same_text: false,
  effects: [],
  more: 0,
  losers: 0,
  gainers: 0,
  other_sections: [],
}

test('each change is one line that names people, ports and places', () => {
  const places = (opened: string, names: readonly string[], more = 0): PolicyEffect => ({
    ...effect,
    change: 'gains',
    who: { names: ['alice'], more: 0, people: 1 },
    opened,
    where: { names: [...names], more, targets: 0, examples: [] },
  })
  const text = renderDiff({
    ...diff,
    effects: [
      effect,
      { ...effect, who: { names: ['alice', 'bob'], more: 9, people: 11 }, partly: true },
      places('22', ['10.0.0.5']),
      places('22,80', ['fd00::5']),
      places('22', ['fd00::/8']),
      places('tcp:22 udp:53', ['db1', 'db2'], 3),
      places('* but for 22', ['other addresses']),
      {
        ...places('22', ['tag:web']),
        kind: 'address',
        who: { names: ['anyone from 192.0.2.0/24'], more: 0, people: 0 },
      },
    ],
    more: 7,
    losers: 12,
    gainers: 1,
    other_sections: ['ssh', 'tests'],
  })
  assert.equal(
    text,
    `- group:dba loses tag:db:22 on 14 targets (db1, db2, db3 and 11 more)
- alice, bob and 9 more (11 users) lose tag:db:22 on 14 targets (db1, db2, db3 and 11 more), partly
+ alice gains 10.0.0.5:22
+ alice gains [fd00::5]:22,80
+ alice gains [fd00::/8]:22
+ alice gains tcp:22 udp:53 on db1, db2 and 3 more
+ alice gains * but for 22 on other addresses
+ anyone from 192.0.2.0/24 gains tag:web:22
  … and 7 more changes
12 users lose something, 1 user gains something, compared with version 3
also different: ssh, tests
`,
  )
})

test('no effect is said, and whether it is the very text', () => {
  assert.equal(renderDiff(diff), 'no effect on who reaches what\n')
  assert.equal(renderDiff({ ...diff, same_text: true }), 'the same text as version 3\n')
})

test('who can is a table, with a summary by rule where it is a page', () => {
  const reacher = {
    name: 'alice',
    rule: 'acls[0], line 4',
    line: 4,
    source: 'group:dba',
    address: '10.0.0.5',
    login: null,
  }
  const answer: WhoCan = {
    destination: 'db1 port 22',
    addresses: ['10.0.0.5'],
    users: [reacher],
    total: 9000,
    of: 10_000,
    next: 'alice',
    by_rule: [{ rule: 'acls[0], line 4', line: 4, source: 'group:dba', users: 9000 }],
    from_addresses: [],
    machines: [],
    why: null,
    policy_version: 3,
  }
  const { terminal } = memoryTerminal()
  assert.equal(
    renderWhoCan(answer, terminal),
    `9000 of 10000 users may reach db1 port 22   (policy version 3)
  9000 users by acls[0], line 4 (group:dba)
WHO    BY               AS
alice  acls[0], line 4  group:dba
`,
  )
  const login = { ...answer, users: [{ ...reacher, login: 'check' as const }], total: 1, policy_version: 0 }
  assert.equal(
    renderWhoCan(login, terminal),
    `1 of 10000 users may reach db1 port 22   (in the file)
WHO    BY               AS         LOGIN
alice  acls[0], line 4  group:dba  check
`,
  )
})

test('a simulation tells what would change, how often, and what was not asked', () => {
  const result: PolicySimulation = {
    since: '2026-01-05T00:00:00.000Z',
    replayed: 120,
    flipped: 5,
    already_so: 1,
    flips: [
      {
        user: 'alice',
        host: 'db1',
        target: 'db1',
        address: '10.0.0.5',
        port: 22,
        was: 'allow',
        was_rule: 'acls[0], line 4',
        was_version: 3,
        becomes: 'deny',
        rule: null,
        line: null,
        code: 'no-matching-rule',
        proofs: [],
        already_so: false,
        count: 3,
        first: '2026-01-02T00:00:00.000Z',
        last: '2026-01-03T00:00:00.000Z',
        sequence: 77,
      },
      {
        user: 'bob',
        host: 'db1',
        target: 'db1',
        address: '10.0.0.5',
        port: 22,
        was: 'allow',
        was_rule: null,
        was_version: null,
        becomes: 'ask',
        rule: 'grants[1], line 9',
        line: 9,
        code: 'allowed',
        proofs: ['factor', 'check'],
        already_so: false,
        count: 1,
        first: '2026-01-02T00:00:00.000Z',
        last: '2026-01-03T00:00:00.000Z',
        sequence: 78,
      },
    ],
    asked: 1,
    more: 2,
    skipped: {
      user_gone: 1,
      user_disabled: 0,
      target_gone: 0,
      address_unknown: 4,
      not_by_policy: 0,
      proof_unknown: 2,
    },
  }
  const text = renderSimulation(result).replaceAll(/2026-01-\d\d \d\d:\d\d:\d\d \([^)]*\)/g, 'TIME')
  assert.equal(
    text,
    `- alice to db1 port 22: would be denied (no-matching-rule); was allowed by acls[0], line 4 of version 3; 3 times, last TIME
? bob to db1 port 22: would want a factor and a check first (grants[1], line 9); 1 time, last TIME
  … and 2 more decisions
120 decisions since TIME: 5 would change, 1 of them under the policy in force as well, 1 would want a proof first
not asked again: 1 (the user is gone), 4 (the name was never looked up), 2 (a proof was missing, and whether it would be there is not in the log)
never asked again: logins on targets, proofs and their age, the mesh, desktops
`,
  )
})
