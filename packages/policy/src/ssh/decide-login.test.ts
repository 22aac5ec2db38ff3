import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Directory, MeshNode } from '../decide/directory.ts'
import { compileText } from '../testing/compile-text.ts'
import { allowedLogins } from './allowed-logins.ts'
import { decideLogin, decideNodeLogin, type LastCheck, type LoginDecision } from './decide-login.ts'
import type { LoginQuery } from './login-question.ts'
import type { LoginTarget } from './machine.ts'

const POLICY = `{
  "groups": { "group:dba": ["bob@example.com", "carol@"] },
  "tagOwners": { "tag:db": [], "tag:web": [], "tag:ci": [], "tag:here": [] },
  "postures": { "posture:mac": ["node:os == 'macos'"] },
  "ssh": [
    { "action": "accept", "src": ["group:dba"], "dst": ["tag:db"], "users": ["postgres", "root"], "acceptEnv": ["LC_*"] },
    { "action": "check", "src": ["bob@example.com"], "dst": ["tag:db"], "users": ["root"], "checkPeriod": "1h",
      "recorder": ["tag:ci"], "enforceRecorder": true },
    { "action": "accept", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["autogroup:nonroot"] },
    { "action": "check", "src": ["eve@example.org"], "dst": ["tag:web"], "users": ["admin"], "checkPeriod": "always" },
    { "action": "accept", "src": ["user:*@example.com"], "dst": ["tag:db"], "users": ["localpart:*@example.com"] },
    { "action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root", "autogroup:nonroot"] },
    { "action": "accept", "src": ["tag:ci"], "dst": ["tag:db", "tag:web"], "users": ["deploy", "toor"] },
    { "action": "accept", "src": ["alice@example.com"], "dst": ["tag:here"], "users": ["root"], "srcPosture": ["posture:mac"] },
  ],
}`

function node(id: number, about: Partial<MeshNode>): MeshNode {
  const facts = { tags: [], announcedRoutes: [], approvedRoutes: [], online: true }
  return { id, name: `n${id}`, addresses: [`100.64.0.${id}`], ...facts, ...about }
}
const BOBS = node(1, { user: 'bob@example.com' })
const CI = node(2, { tags: ['tag:ci'] })
const WEB = node(3, { tags: ['tag:web'] })
const LOST = node(4, { user: 'lost@example.com' })
const DIRECTORY: Directory = {
  users: [
    { name: 'alice@example.com', role: 'owner', disabled: false },
    { name: 'bob@example.com', role: 'member', disabled: false },
    { name: 'carol', role: 'member', disabled: false },
    { name: 'dora@example.com', role: 'member', disabled: true },
    { name: 'eve@example.org', role: 'member', disabled: false },
  ],
  targets: [
    { name: 'db1', addresses: ['10.0.0.5'], tags: ['tag:db'] },
    { name: 'here', addresses: ['127.0.0.1'], tags: ['tag:here'] },
  ],
  nodes: [BOBS, CI, WEB, LOST],
}
const compiled = compileText(POLICY, DIRECTORY)

const DB: LoginTarget = { address: '10.0.0.5' }
const WEBS: LoginTarget = { tags: ['tag:web'] }

/** `accept ssh[0]`, `check ssh[1] 3600`, `deny no-login-rule`. */
function words(decision: LoginDecision): string {
  if (decision.verdict === 'deny') return `deny ${decision.code}`
  const { verdict, code, rule, checkPeriodSeconds } = decision
  const passed = code === 'check-passed' ? ['passed'] : []
  const period = checkPeriodSeconds === undefined ? [] : [String(checkPeriodSeconds)]
  return [verdict, `ssh[${rule.index}]`, ...period, ...passed].join(' ')
}

function login(user: string, target: LoginTarget, name: string, more: Partial<LoginQuery> & LastCheck = {}): string {
  return words(decideLogin(compiled, { user: { name: user }, target, login: name, ...more }))
}

const BOB = 'bob@example.com'
const ALICE = 'alice@example.com'
const EVE = 'eve@example.org'
const decided: readonly (readonly [name: string, found: string, expected: string])[] = [
  ['a login name that a rule lists', login('carol', DB, 'postgres'), 'accept ssh[0]'],
  ['another login name', login('carol', DB, 'ubuntu'), 'deny no-login-rule'],
  ['a name in other letters', login('carol', DB, 'Postgres'), 'deny no-login-rule'],
  ['no login name', login(ALICE, WEBS, ''), 'deny no-login-rule'],
  ['another target', login('carol', { address: '10.0.0.6' }, 'postgres'), 'deny no-login-rule'],
  ['a target by the tags that were asked for', login('carol', { tags: ['tag:db'] }, 'postgres'), 'accept ssh[0]'],
  ['who is in no source', login(EVE, DB, 'postgres'), 'deny no-login-rule'],
  ['nobody', login('mallory', DB, 'postgres'), 'deny user-unknown'],
  ['somebody disabled', login('dora@example.com', WEBS, 'x'), 'deny user-disabled'],
  ['a check before an accept that stands above it', login(BOB, DB, 'root'), 'check ssh[1] 3600'],
  ['a check that is still good', login(BOB, DB, 'root', { lastCheckSeconds: 3599 }), 'accept ssh[1] 3600 passed'],
  ['a check that has run out', login(BOB, DB, 'root', { lastCheckSeconds: 3600 }), 'check ssh[1] 3600'],
  ['a check in the future', login(BOB, DB, 'root', { lastCheckSeconds: -1 }), 'check ssh[1] 3600'],
  ['a check that is no number', login(BOB, DB, 'root', { lastCheckSeconds: Number.NaN }), 'check ssh[1] 3600'],
  ['a check made for it', login(BOB, DB, 'root', { checkedForThis: true }), 'accept ssh[1] 3600 passed'],
  ['always: no earlier check counts', login(EVE, WEBS, 'admin', { lastCheckSeconds: 0 }), 'check ssh[3] 0'],
  ['always: the one for it does', login(EVE, WEBS, 'admin', { checkedForThis: true }), 'accept ssh[3] 0 passed'],
  ['nonroot is any name', login(EVE, WEBS, 'anything'), 'accept ssh[2]'],
  ['nonroot is not root', login(EVE, WEBS, 'root'), 'deny no-login-rule'],
  ['nonroot is not root in other letters', login(EVE, WEBS, 'ROOT'), 'deny no-login-rule'],
  ['nonroot is not the other root', login(EVE, WEBS, 'toor'), 'deny no-login-rule'],
  ['localpart: their own name', login(ALICE, DB, 'alice'), 'accept ssh[4]'],
  ['localpart: somebody else’s', login(ALICE, DB, 'bob'), 'deny no-login-rule'],
  ['localpart: of another domain', login(EVE, DB, 'eve'), 'deny no-login-rule'],
  [
    'localpart: into their own machine',
    login(BOB, { node: 1 }, 'bob', { checkedForThis: true }),
    'accept ssh[5] 43200 passed',
  ],
  ['self: their own machine, 12 hours where the rule is silent', login(BOB, { node: 1 }, 'root'), 'check ssh[5] 43200'],
  ['self: found by its address', login(BOB, { address: '100.64.0.1' }, 'root'), 'check ssh[5] 43200'],
  ['self: somebody else’s machine', login(ALICE, { node: 1 }, 'root'), 'deny no-login-rule'],
  ['a mesh machine by its tag', login(EVE, { address: '100.64.0.3' }, 'x'), 'accept ssh[2]'],
  ['a person is never a machine', login(EVE, DB, 'deploy', { source: '100.64.0.2' }), 'deny no-login-rule'],
  ['a posture of which nothing is known', login(ALICE, { address: '127.0.0.1' }, 'root'), 'deny no-login-rule'],
  [
    'a posture that holds',
    login(ALICE, { address: '127.0.0.1' }, 'root', { attributes: { 'node:os': 'macos' } }),
    'accept ssh[7]',
  ],
]
for (const [name, found, expected] of decided) test(`a login: ${name}`, () => assert.equal(found, expected))

test('V-D09 tags that only the caller claims let nobody in at a special address', () => {
  assert.equal(login('carol', { address: '127.0.0.1', tags: ['tag:db'] }, 'postgres'), 'deny no-login-rule')
  assert.equal(login('carol', { address: '10.0.0.9', tags: ['tag:db'] }, 'postgres'), 'accept ssh[0]')
})

test('a decision carries what its rule says of the session', () => {
  const accepted = decideLogin(compiled, { user: { name: 'carol' }, target: DB, login: 'root' })
  assert.deepEqual(accepted, {
    verdict: 'accept',
    code: 'login-accepted',
    rule: { section: 'ssh', index: 0, line: 6, column: 5 },
    acceptEnv: ['LC_*'],
    recorder: [],
    enforceRecorder: false,
  })
  const checked = decideLogin(compiled, { user: { name: BOB }, target: DB, login: 'root' })
  assert.deepEqual(checked, {
    verdict: 'check',
    code: 'check-due',
    rule: { section: 'ssh', index: 1, line: 7, column: 5 },
    checkPeriodSeconds: 3600,
    acceptEnv: [],
    recorder: ['tag:ci'],
    enforceRecorder: true,
  })
})

test('without ssh rules nobody is let in, and the code says why', () => {
  const without = compileText({ acls: [] }, DIRECTORY)
  assert.deepEqual(decideLogin(without, { user: { name: BOB }, target: DB, login: 'root' }), {
    verdict: 'deny',
    code: 'no-ssh-rules',
  })
})

test('from a machine to another, as the other one’s client finds it', () => {
  const from = (each: MeshNode, to: MeshNode, name: string): string =>
    words(decideNodeLogin(compiled, { from: each, to, login: name }))
  assert.equal(from(CI, WEB, 'deploy'), 'accept ssh[6]')
  assert.equal(from(CI, WEB, 'toor'), 'accept ssh[6]')
  assert.equal(from(CI, WEB, 'root'), 'deny no-login-rule')
  assert.equal(from(BOBS, WEB, 'deploy'), 'accept ssh[2]')
  assert.equal(from(BOBS, BOBS, 'root'), 'check ssh[5] 43200')
  assert.equal(from(LOST, WEB, 'deploy'), 'deny user-unknown')
})

test('the login names for a target are those that rules name, each with the rule that decides', () => {
  const logins = (user: string, target: LoginTarget): readonly string[] => {
    const { names, others } = allowedLogins(compiled, { user: { name: user }, target })
    const listed = names.map(({ login: name, action, rule }) => `${name}: ${action} ssh[${rule.index}]`)
    return others === undefined ? listed : [...listed, `others: ${others.action} ssh[${others.rule.index}]`]
  }
  assert.deepEqual(logins(BOB, DB), ['root: check ssh[1]', 'postgres: accept ssh[0]', 'bob: accept ssh[4]'])
  assert.deepEqual(logins(EVE, WEBS), ['admin: check ssh[3]', 'others: accept ssh[2]'])
  // Whom a check for every name stands before, for them the later rule for one name is not asked.
  assert.deepEqual(logins(BOB, { node: 1 }), ['root: check ssh[5]', 'bob: check ssh[5]', 'others: check ssh[5]'])
  assert.deepEqual(logins('mallory', DB), [])
  assert.deepEqual(logins('dora@example.com', WEBS), [])
})
