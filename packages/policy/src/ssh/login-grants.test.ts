import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy } from '../decide/compile.ts'
import { policyOf } from '../testing/compile-text.ts'
import { loginPlaces } from './login-grants.ts'

const users = [
  { name: 'alice@example.com', role: 'member' as const, disabled: false },
  { name: 'bob@example.com', role: 'member' as const, disabled: false },
  { name: 'gone@example.com', role: 'member' as const, disabled: true },
]
const targets = [
  { name: 'one', addresses: ['10.0.0.1'], tags: ['tag:web', 'tag:db'] },
  { name: 'two', addresses: ['10.0.0.2'], tags: ['tag:web'] },
  { name: 'bare', addresses: ['10.0.0.3'], tags: [] },
]
const HEAD =
  '"tagOwners": { "tag:db": [], "tag:web": [] }, "groups": { "group:dba": ["alice@example.com", "gone@example.com"] }'

function placesOf(ssh: string, name = 'alice@example.com', more = ''): readonly string[] {
  const policy = policyOf(`{ ${HEAD}, ${more} "ssh": [${ssh}] }`)
  const compiled = compilePolicy(policy, { users, targets })
  return loginPlaces(compiled, name).map(({ login, place }) => `${login}@${place}`)
}
const rule = (users: string, dst = '"tag:db"', rest = '"action": "accept", "src": ["group:dba"]') =>
  `{ ${rest}, "dst": [${dst}], "users": [${users}] }`

test('each login of each rule that selects the person, by tag, once', () => {
  const rules = [rule('"root", "autogroup:nonroot"'), rule('"root"', '"tag:db", "tag:web"')].join(',')
  assert.deepEqual(placesOf(rules), ['root@tag:db', 'nonroot@tag:db', 'root@tag:web'])
  assert.deepEqual(placesOf(rules, 'bob@example.com'), [])
})

test('any tag is each that some target carries', () => {
  assert.deepEqual(placesOf(rule('"root"', '"autogroup:tagged"')), ['root@tag:db', 'root@tag:web'])
  const check = rule('"root"', '"tag:web"', '"action": "check", "src": ["autogroup:member"]')
  assert.deepEqual(placesOf([rule('"root"', '"autogroup:tagged"'), check].join(',')), [])
})

test('somebody who is disabled or unknown has none', () => {
  assert.deepEqual(placesOf(rule('"root"'), 'gone@example.com'), [])
  assert.deepEqual(placesOf(rule('"root"'), 'nobody@example.com'), [])
})

test('a local part is the person’s own', () => {
  assert.deepEqual(placesOf(rule('"localpart:*@example.com"')), ['alice@tag:db'])
})

test('a login that some rule checks is in no certificate, wherever it was accepted', () => {
  const check = rule('"root"', '"tag:web"', '"action": "check", "src": ["autogroup:member"]')
  assert.deepEqual(placesOf([rule('"root", "postgres"'), check].join(',')), ['postgres@tag:db'])
  const others = rule('"ubuntu"', '"tag:web"', '"action": "check", "src": ["autogroup:member"]')
  assert.deepEqual(placesOf([rule('"root", "autogroup:nonroot"'), others].join(',')), ['root@tag:db'])
})

test('a rule for certain devices is in no certificate', () => {
  const posture = '"postures": { "posture:mac": ["node:os == \'macos\'"] },'
  const rest = '"action": "accept", "src": ["group:dba"], "srcPosture": ["posture:mac"]'
  assert.deepEqual(placesOf(rule('"root"', '"tag:db"', rest), 'alice@example.com', posture), [])
  const byDefault = `${posture} "defaultSrcPosture": ["posture:mac"],`
  assert.deepEqual(placesOf(rule('"root"'), 'alice@example.com', byDefault), [])
})
