import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Query } from '../decide/decide.ts'
import { compileText } from '../testing/compile-text.ts'
import { EXPLAINED_RULES_MAX, explain } from './explain.ts'
import { renderExplanation } from './render-explanation.ts'

const POLICY = `{
  "groups": {
    "group:dba": ["bob@example.com"],
  },
  "hosts": { "office": "192.0.2.0/24" },
  "tagOwners": { "tag:db": [], "tag:web": [] },
  "acls": [
    { "action": "accept", "src": ["group:dba"], "dst": ["tag:db:22,5432"] },
    { "action": "accept", "proto": "tcp", "src": ["autogroup:owner"], "dst": ["*:*"] },
    { "action": "accept", "src": ["office"], "dst": ["tag:web:443"] },
  ],
  "grants": [
    { "src": ["autogroup:owner", "bob@example.com"], "dst": ["10.0.0.0/8"], "ip": ["tcp:22", "tcp:80"] },
    { "src": ["tag:db"], "dst": ["tag:web"], "ip": ["udp:*"] },
  ],
}`

function rendered(query: Query, ruleCount?: number): string {
  const options = ruleCount === undefined ? {} : { ruleCount }
  return renderExplanation(explain(compileText(POLICY), query), options)
}

const golden: readonly (readonly [name: string, query: Query, text: string])[] = [
  [
    'allowed by two rules',
    { user: { name: 'bob@example.com' }, source: '::ffff:192.0.2.9', destination: { address: '10.0.0.5', port: 22 } },
    `ALLOWED  bob@example.com may open tcp 10.0.0.5 port 22  [allowed]
  user     role member; groups group:dba; from 192.0.2.9
  address  db1; tags tag:db, tag:prod
  rule     acls[0] policy.hujson:8:5  src group:dba, dst tag:db:22,5432
  also     grants[0] policy.hujson:13:5  src autogroup:owner, bob@example.com, dst 10.0.0.0/8, ip tcp:22, tcp:80
`,
  ],
  [
    'no rule allows it',
    { user: { name: 'carol' }, destination: { address: '10.0.0.5', port: 5432 } },
    `DENIED  carol may not open tcp 10.0.0.5 port 5432  [no-matching-rule]
  user     role member; no groups
  address  db1; tags tag:db, tag:prod
  rules    5 rules, none allows it:
           acls[0] policy.hujson:8:5  src group:dba, dst tag:db:22,5432
             source: carol is not in group:dba
           acls[1] policy.hujson:9:5  src autogroup:owner, dst *:*, proto tcp
             source: carol has the role member, not owner
           acls[2] policy.hujson:10:5  src office, dst tag:web:443
             source: it is not known whether carol comes from office (192.0.2.0/24)
             destination: 10.0.0.5 has tag:db, tag:prod, not tag:web
           grants[0] policy.hujson:13:5  src autogroup:owner, bob@example.com, dst 10.0.0.0/8, ip tcp:22, tcp:80
             source: carol is none of autogroup:owner, bob@example.com
             port: it opens port 22,80, not 5432
           grants[1] policy.hujson:14:5  src tag:db, dst tag:web, ip udp:*
             source: tag:db is for machines; carol signed in as a person
             destination: 10.0.0.5 has tag:db, tag:prod, not tag:web
  fix      add "carol@" to group:dba (line 3), which acls[0] (line 8) lets in
  or       add to "grants": { "src": ["carol@"], "dst": ["tag:db"], "ip": ["tcp:5432"] }
`,
  ],
  [
    'the wrong port, from the wrong place',
    { user: { name: 'bob@example.com' }, source: '198.51.100.1', destination: { address: '10.0.0.5', port: 443 } },
    `DENIED  bob@example.com may not open tcp 10.0.0.5 port 443  [no-matching-rule]
  user     role member; groups group:dba; from 198.51.100.1
  address  db1; tags tag:db, tag:prod
  rules    5 rules, none allows it; the nearest 2:
           acls[0] policy.hujson:8:5  src group:dba, dst tag:db:22,5432
             port: it opens port 22,5432, not 443
           grants[0] policy.hujson:13:5  src autogroup:owner, bob@example.com, dst 10.0.0.0/8, ip tcp:22, tcp:80
             port: it opens port 22,80, not 443
  fix      add port 443 to acls[0] (line 8)
  or       add "tcp:443" to ip of grants[0] (line 13)
  or       add to "grants": { "src": ["bob@example.com"], "dst": ["tag:db"], "ip": ["tcp:443"] }
`,
  ],
  [
    'a special address',
    { user: { name: 'alice@example.com' }, destination: { address: '169.254.169.254', port: 80 } },
    `DENIED  alice@example.com may not open tcp 169.254.169.254 port 80  [special-address]
  user     role owner; no groups
  address  no target of the inventory; a link-local address, where clouds serve credentials
  rules    5 rules, none allows it; the nearest 2:
           acls[1] policy.hujson:9:5  src autogroup:owner, dst *:*, proto tcp
             special-address: 169.254.169.254 is a link-local address, where clouds serve credentials; its dst does not name it
           grants[0] policy.hujson:13:5  src autogroup:owner, bob@example.com, dst 10.0.0.0/8, ip tcp:22, tcp:80
             destination: 169.254.169.254 is not in 10.0.0.0/8
  fix      name the address itself; add to "grants": { "src": ["alice@example.com"], "dst": ["169.254.169.254"], "ip": ["tcp:80"] }
  or       give a target of the inventory the address 169.254.169.254 and a tag that a rule names
`,
  ],
  [
    'a user nobody knows',
    { user: { name: 'bob@example.org' }, destination: { address: '10.0.0.5', port: 22 } },
    `DENIED  bob@example.org may not open tcp 10.0.0.5 port 22  [user-unknown]
  user     not known here; no groups
  fix      did you mean the user bob@example.com?
  or       add a user named "bob@example.org"
`,
  ],
  [
    'a disabled user',
    { user: { name: 'dora@example.com' }, destination: { address: '10.0.0.5', port: 22 } },
    `DENIED  dora@example.com may not open tcp 10.0.0.5 port 22  [user-disabled]
  user     role owner; no groups
  fix      enable the user dora@example.com again
`,
  ],
  [
    'names that deceive terminals',
    { user: { name: '\u001b[2Jbob\u202e' }, destination: { address: '10.0.0.5\n', port: 22 } },
    `DENIED  "\\u{1b}[2Jbob\\u{202e}" may not open tcp "10.0.0.5\\u{a}" port 22  [invalid-destination]
  user     not known here; no groups
  fix      ask for an IP address in its usual form and a port from 1 to 65535
`,
  ],
]
for (const [name, query, text] of golden) {
  test(`explains: ${name}`, () =>
    assert.equal(rendered(query, name.includes('port') || name.includes('special') ? 2 : undefined), text))
}

test('an explanation survives JSON', () => {
  const query: Query = {
    user: { name: 'carol' },
    source: '10.0.0.1',
    destination: { address: '::1', port: 22, tags: ['tag:x'] },
  }
  const explanation = explain(compileText(POLICY), query)
  assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation)
})

/** As many rules for other people and places as a policy may well have, and one that misses by its port alone. */
const MANY = 10_000
const MANY_RULES = {
  groups: { 'group:all': Array.from({ length: 50 }, (_, number) => `user${number}@example.com`) },
  tagOwners: { 'tag:db': [] },
  acls: Array.from({ length: MANY }, (_, number) => ({
    action: 'accept',
    src: number === MANY / 2 ? ['carol@'] : [`user${number}@example.com`, 'group:all', '192.0.2.0/24'],
    dst: number === MANY / 2 ? ['tag:db:80'] : [`10.1.${number >> 8}.${number & 255}:22`, '10.2.0.0/16:443'],
  })),
}

test('of very many rules the nearest are told first, and the others only counted', () => {
  const compiled = compileText(MANY_RULES)
  const explanation = explain(compiled, { user: { name: 'carol' }, destination: { address: '10.0.0.5', port: 22 } })
  assert.equal(explanation.rules.length, EXPLAINED_RULES_MAX)
  assert.deepEqual(explanation.asked, { rules: MANY, allow: 0 })
  assert.equal(explanation.rules[0]?.ref.index, MANY / 2)
  assert.deepEqual(
    explanation.rules.map(({ failed }) => failed.length),
    [1, ...Array.from({ length: EXPLAINED_RULES_MAX - 1 }, () => 2)],
  )
  const text = renderExplanation(explanation)
  assert.match(text, /10000 rules, none allows it; the nearest 5:/)
  assert.ok(text.length < 2000, String(text.length))
})

test('an explanation over 10,000 rules takes less than 100 ms', () => {
  const compiled = compileText(MANY_RULES)
  const query: Query = {
    user: { name: 'carol' },
    source: '198.51.100.7',
    destination: { address: '10.0.0.5', port: 22 },
  }
  explain(compiled, query)
  const times = Array.from({ length: 5 }, () => {
    const before = performance.now()
    explain(compiled, query)
    return performance.now() - before
  })
  assert.ok(Math.min(...times) < 100, times.join(' '))
})
