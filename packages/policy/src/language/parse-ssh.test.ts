import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policyOf } from '../testing/compile-text.ts'
import { parsePolicy } from './parse-policy.ts'

const RULE = { action: 'accept', src: ['alice@example.com'], dst: ['tag:db'], users: ['root'] }

function text(rule: object): string {
  return JSON.stringify({
    groups: { 'group:dba': ['bob@example.com'] },
    hosts: { db1: '10.0.0.5' },
    tagOwners: { 'tag:db': [], 'tag:ci': [] },
    acls: [],
    ssh: [{ ...RULE, ...rule }],
  })
}

function refusal(rule: object, domains?: readonly string[]): string {
  const result = parsePolicy(text(rule), domains === undefined ? {} : { domains })
  return result.ok ? '' : result.refusal
}

for (const [name, rule] of [
  ['a user to a tag', {}],
  ['a tag to a tag', { src: ['tag:ci'] }],
  ['groups, domains and roles', { src: ['group:dba', 'user:*@example.com', 'autogroup:admin', 'autogroup:tagged'] }],
  ['people to their own machines', { src: ['autogroup:member', 'group:dba'], dst: ['autogroup:self', 'tag:db'] }],
  ['a user to that user', { src: ['alice@example.com'], dst: ['Alice@example.com'] }],
  ['nobody', { src: [], dst: [] }],
  ['space around names', { action: ' accept', src: [' alice@example.com'], dst: ['tag:db '] }],
  ['null for nothing', { acceptEnv: null, checkPeriod: null, recorder: null }],
  ['a week of check', { action: 'check', checkPeriod: '168h' }],
  ['patterns of every shape', { acceptEnv: ['**', '*X*', 'GIT_?'] }],
] as const) {
  test(`ssh takes ${name}`, () => assert.equal(refusal(rule), ''))
}

for (const [rule, message] of [
  [{ action: 'deny' }, '"deny" is not a valid action'],
  [{ action: '' }, 'action must be specified'],
  [{ action: null }, 'action must be specified'],
  [{ users: [] }, 'users must be specified'],
  [{ users: null }, 'users must be specified'],
  [{ users: ['root', ''] }, 'user "" is not valid'],
  [{ users: ['*'] }, 'user "*" is not valid'],
  [{ dst: ['*'] }, 'invalid dst "*"'],
  [{ dst: ['db1'] }, 'invalid dst "db1"'],
  [{ dst: ['10.0.0.5'] }, 'invalid dst "10.0.0.5"'],
  [{ dst: ['autogroup:internet'] }, 'invalid dst "autogroup:internet"'],
  [{ dst: ['autogroup:member'] }, 'invalid dst "autogroup:member"'],
  [{ dst: ['group:dba'] }, 'invalid dst "group:dba"'],
  [{ src: ['*'] }, 'invalid src "*"'],
  [{ src: ['10.0.0.5'] }, 'invalid src "10.0.0.5"'],
  [{ src: ['autogroup:self'] }, 'invalid src "autogroup:self"'],
  [{ src: ['tag:nope'] }, '[ssh] tag not found: "tag:nope"'],
  [{ src: ['group:nope'] }, 'group not found: "group:nope"'],
  [
    { src: ['tag:ci'], dst: ['autogroup:self'] },
    'autogroup:self can only be used with users, groups, or supported autogroups',
  ],
  [
    { src: ['alice@example.com', 'bob@example.com'], dst: ['bob@example.com'] },
    `invalid dst "bob@example.com": a user's machines can only be reached by that same user; src has to name nobody else`,
  ],
  [
    { src: ['tag:ci'], dst: ['bob@example.com'] },
    `invalid dst "bob@example.com": a user's machines can only be reached by that same user; src has to name nobody else`,
  ],
  [{ checkPeriod: '-1m' }, 'checkPeriod -1m0s must be a positive duration'],
  [{ checkPeriod: '168h0m1s' }, 'checkPeriod 168h0m1s is above the max (168h)'],
  [{ checkPeriod: 'abc' }, 'time: invalid duration "abc"'],
  [{ checkPeriod: '7d' }, 'time: unknown unit "d" in duration "7d"'],
  [{ acceptEnv: [''] }, 'acceptEnv values cannot be empty'],
  [{ recorder: ['*'] }, 'ssh[0].recorder: "*": a recorder is a tag, a user or an address'],
  [{ enforceRecorder: 'yes' }, 'ssh[0].enforceRecorder is true or false, not a string'],
  [{ srcPosture: ['posture:x'] }, 'ssh[0].srcPosture: posture not found: "posture:x"'],
] as const) {
  test(`ssh refuses ${JSON.stringify(rule)}`, () => assert.equal(refusal(rule), message))
}

test('domains are those that are known, where any are', () => {
  const known = ['example.com']
  const words = 'is not associated with this Tailnet and cannot be used in user:*@<domain> expressions'
  assert.equal(refusal({ src: ['user:*@example.org'] }, known), `[ssh] example.org ${words}`)
  assert.equal(refusal({ users: ['localpart:*@example.org'] }, known), `example.org ${words}`)
  assert.equal(refusal({ users: ['localpart:*@EXAMPLE.COM'] }, known), `EXAMPLE.COM ${words}`)
  assert.equal(refusal({ users: ['localpart:*@*'] }), `* ${words}`)
  assert.equal(refusal({ src: ['user:*@example.org'], users: ['localpart:*@example.org'] }), '')
})

test('login names are taken as they are, with a warning where something else was meant', () => {
  const users = ['root', 'autogroup:nonroot', 'localpart:*@Example.com', 'localpart:*@', 'group:dba', '\u{1f680}']
  const policy = policyOf(text({ users }))
  assert.deepEqual(policy.sshRules[0]?.users, [
    { kind: 'name', text: 'root' },
    { kind: 'nonroot', text: 'autogroup:nonroot' },
    { kind: 'localpart', text: 'localpart:*@Example.com', domain: 'example.com' },
    { kind: 'name', text: 'localpart:*@' },
    { kind: 'name', text: 'group:dba' },
    { kind: 'name', text: '\u{1f680}' },
  ])
  assert.deepEqual(
    policy.warnings.map(({ message }) => message),
    ['user "localpart:*@" is taken as a login name', 'user "group:dba" is taken as a login name'],
  )
})

test('periods are seconds, and always is none', () => {
  const period = (checkPeriod: string): number | undefined =>
    policyOf(text({ action: 'check', checkPeriod })).sshRules[0]?.checkPeriodSeconds
  assert.deepEqual(['always', '0s', '1h30m', '90s', ''].map(period), [0, 0, 5400, 90, undefined])
  const unused = policyOf(text({ checkPeriod: '1h' })).warnings.map(({ message }) => message)
  assert.deepEqual(unused, ['ssh[0]: checkPeriod counts only with the action "check"'])
})
