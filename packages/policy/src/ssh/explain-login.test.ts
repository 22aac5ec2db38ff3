import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Directory } from '../decide/directory.ts'
import { compileText } from '../testing/compile-text.ts'
import { explainLogin } from './explain-login.ts'
import type { LoginQuery } from './login-question.ts'

const POLICY = `{
  "groups": { "group:dba": ["bob@example.com"] },
  "tagOwners": { "tag:db": [], "tag:web": [] },
  "postures": { "posture:mac": ["node:os == 'macos'"] },
  "ssh": [
    { "action": "accept", "src": ["group:dba"], "dst": ["tag:db"], "users": ["postgres"] },
    { "action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"], "users": ["root"] },
    { "action": "accept", "src": ["autogroup:member"], "dst": ["tag:db", "tag:web"], "users": ["autogroup:nonroot"],
      "srcPosture": ["posture:mac"] },
  ],
}`
const DIRECTORY: Directory = {
  users: [
    { name: 'bob@example.com', role: 'member', disabled: false },
    { name: 'carol', role: 'member', disabled: false },
    { name: 'dora@example.com', role: 'member', disabled: true },
  ],
  targets: [{ name: 'db1', addresses: ['10.0.0.5'], tags: ['tag:other', 'tag:db'] }],
  nodes: [
    {
      id: 1,
      name: 'laptop',
      user: 'carol',
      tags: [],
      addresses: ['100.64.0.1'],
      announcedRoutes: [],
      approvedRoutes: [],
      online: true,
    },
  ],
}
const compiled = compileText(POLICY, DIRECTORY)

test('every rule is told in the order in which they are asked, with each condition that failed', () => {
  const explanation = explainLogin(compiled, {
    user: { name: 'carol' },
    source: '::ffff:192.0.2.7',
    target: { address: '10.0.0.5' },
    login: 'root',
  })
  assert.deepEqual(explanation, {
    decision: { verdict: 'deny', code: 'no-login-rule' },
    user: { name: 'carol', role: 'member', groups: [], source: '192.0.2.7' },
    target: { address: '10.0.0.5', tags: ['tag:other', 'tag:db'] },
    login: 'root',
    rules: [
      {
        ref: { section: 'ssh', index: 1, line: 7, column: 5 },
        action: 'check',
        summary: 'check, src autogroup:member, dst autogroup:self, users root',
        admits: false,
        failed: [{ condition: 'destination', text: "the target is no machine of carol's own" }],
      },
      {
        ref: { section: 'ssh', index: 0, line: 6, column: 5 },
        action: 'accept',
        summary: 'accept, src group:dba, dst tag:db, users postgres',
        admits: false,
        failed: [
          { condition: 'source', text: 'carol is not in group:dba' },
          { condition: 'login', text: '"root" is not in users postgres' },
        ],
      },
      {
        ref: { section: 'ssh', index: 2, line: 8, column: 5 },
        action: 'accept',
        summary: 'accept, src autogroup:member, dst tag:db, tag:web, users autogroup:nonroot',
        admits: false,
        failed: [
          { condition: 'posture', text: "posture:mac wants node:os == 'macos' (not known of this device)" },
          { condition: 'login', text: '"root" is not in users autogroup:nonroot' },
        ],
      },
    ],
    remedies: ['add to "ssh": {"action":"accept","src":["carol@"],"dst":["tag:db"],"users":["root"]}'],
  })
})

const told: readonly (readonly [name: string, query: LoginQuery & { login: string }, remedies: readonly string[]])[] = [
  ['somebody accepted', { user: { name: 'bob@example.com' }, target: { address: '10.0.0.5' }, login: 'postgres' }, []],
  [
    'a check that is due',
    { user: { name: 'carol' }, target: { node: 1 }, login: 'root' },
    ['pass the check that the rule asks for'],
  ],
  [
    'another name on their own machine',
    { user: { name: 'carol' }, target: { node: 1 }, login: 'me' },
    [
      'add "me" to "users" of ssh[1] (line 7)',
      'add to "ssh": {"action":"accept","src":["carol@"],"dst":["autogroup:self"],"users":["me"]}',
    ],
  ],
  [
    'who is in no source, from a device of which nothing is known',
    { user: { name: 'carol' }, target: { tags: ['tag:db'] }, login: 'postgres' },
    [
      'add "carol@" to "src" of ssh[0] (line 6)',
      "come from a device for which ssh[2] (line 8) holds: posture:mac wants node:os == 'macos' (not known of this device)",
      'add to "ssh": {"action":"accept","src":["carol@"],"dst":["tag:db"],"users":["postgres"]}',
    ],
  ],
  [
    'a target without a tag',
    { user: { name: 'carol' }, target: { address: '10.0.0.6' }, login: 'x' },
    ['give the target a tag, and that tag a rule in "ssh"'],
  ],
  ['nobody', { user: { name: 'mallory' }, target: {}, login: 'x' }, ['add a user named "mallory"']],
  [
    'somebody disabled',
    { user: { name: 'dora@example.com' }, target: {}, login: 'x' },
    ['enable the user dora@example.com again'],
  ],
]
for (const [name, query, remedies] of told) {
  test(`what would help: ${name}`, () => assert.deepEqual(explainLogin(compiled, query).remedies, remedies))
}
