import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Roster } from '../access/roster.ts'
import { reportOn } from './policy-report.ts'

/** Nobody and nothing: of a roster, a report looks at no more than this. */
const NOBODY = { usersById: new Map(), targetsByName: new Map() } as unknown as Roster

const POLICY = `{
  "groups": { "group:dba": ["bob@example.com"] },
  "tagOwners": { "tag:db": [] },
  "acls": [{ "action": "accept", "src": ["group:dba"], "dst": ["tag:db:22"] }],
  "ssh": [
    { "action": "check", "src": ["group:dba"], "dst": ["tag:db"], "users": ["root"] },
  ],
  "tests": [
    { "src": "bob@example.com", "accept": ["tag:db:22"], "deny": ["tag:db:22"] },
  ],
  "sshTests": [
    { "src": "bob@example.com", "dst": ["tag:db"], "check": ["root"], "accept": ["root"], "deny": ["postgres"] },
    { "src": "bob@example.com", "dst": ["10.0.0.5"], "deny": ["root"] },
    { "src": "group:gone", "dst": ["tag:db"], "deny": ["root"] },
  ],
}`

test('a report counts tests and sshTests, and tells what failed in each', () => {
  const { ok, tests, failures } = reportOn(POLICY, NOBODY)
  assert.equal(ok, false)
  assert.equal(tests, 6)
  assert.deepEqual(
    failures.map(({ line, source, destination, expected, got }) =>
      source === '' ? `${line}: not asked` : `${line}: ${source} to ${destination}: ${expected}, ${got}`,
    ),
    [
      '9: bob@example.com to tag:db:22: deny, accept',
      '12: bob@example.com to root@tag:db: accept, check',
      '13: not asked',
      '14: not asked',
    ],
  )
  assert.match(failures[2]?.why ?? '', /^10\.0\.0\.5: no machine has this address$/)
})

test('a report warns where grants of one person and target force different commands', () => {
  const grant = (command: string) =>
    `{ "src": ["group:dba"], "dst": ["tag:db"], "app": { "sallyport.dev/cap/ssh": [{ "forceCommand": "${command}" }] } }`
  const text = `{
    "groups": { "group:dba": ["bob@example.com"] }, "tagOwners": { "tag:db": [] },
    "grants": [
      ${grant('a')},
      ${grant('b')},
    ],
  }`
  const { ok, diagnostics } = reportOn(text, NOBODY)
  assert.deepEqual([ok, diagnostics.map(({ severity, line }) => [severity, line])], [true, [['warning', 5]]])
  assert.match(diagnostics[0]?.message ?? '', /^grants\[1\] forces another command than grants\[0\] \(line 4\)/)
})
