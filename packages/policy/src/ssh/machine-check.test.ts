import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy } from '../decide/compile.ts'
import { parsePolicy } from '../language/parse-policy.ts'
import { hasChecks, machineCheck } from './machine-check.ts'

const users = ['alice', 'bob', 'carol'].map((local) => ({
  name: `${local}@example.com`,
  role: 'member' as const,
  disabled: local === 'carol',
}))

function given(...ssh: readonly object[]) {
  const parsed = parsePolicy(
    JSON.stringify({ tagOwners: { 'tag:db': ['autogroup:admin'], 'tag:web': ['autogroup:admin'] }, ssh }),
  )
  assert.ok(parsed.ok)
  const compiled = compilePolicy(parsed.policy, { users, targets: [] })
  const check = (local: string, target: { readonly address?: string; readonly tags?: readonly string[] }) =>
    machineCheck(compiled, { user: { name: `${local}@example.com` }, source: '192.0.2.7', target })
  return { check, asks: hasChecks(parsed.policy) }
}

const rule = { action: 'check', src: ['alice@example.com'], dst: ['tag:db'], users: ['root'] }
const db = { address: '10.0.0.1', tags: ['tag:db'] }

test('a policy whose rules accept asks nobody', () => {
  const { check, asks } = given({ ...rule, action: 'accept' })
  assert.equal(asks, false)
  assert.equal(check('alice', db), undefined)
})

test('a rule checks its people on its machines, as whichever user, for twelve hours unless it says otherwise', () => {
  const { check, asks } = given({ ...rule, action: 'accept', users: ['autogroup:nonroot'] }, rule)
  assert.equal(asks, true)
  assert.deepEqual(check('alice', db)?.periodSeconds, 12 * 60 * 60)
  assert.equal(check('alice', db)?.rule.index, 1)
  assert.equal(check('bob', db), undefined)
  assert.equal(check('alice', { address: '10.0.0.1', tags: ['tag:web'] }), undefined)
})

test('of several rules the shortest period holds, and always is the shortest', () => {
  const { check } = given({ ...rule, checkPeriod: '1h' }, { ...rule, checkPeriod: '5m' }, rule)
  assert.deepEqual([check('alice', db)?.periodSeconds, check('alice', db)?.rule.index], [300, 1])
  assert.equal(given(rule, { ...rule, checkPeriod: 'always' }).check('alice', db)?.periodSeconds, 0)
})

test('tags that are claimed at a special address open nothing there, and check all the same', () => {
  assert.equal(given(rule).check('alice', { address: '127.0.0.1', tags: ['tag:db'] })?.rule.index, 0)
})

test('whoever is unknown or disabled is asked nothing: they get nowhere', () => {
  const { check } = given({ ...rule, src: ['autogroup:member'] })
  assert.equal(check('carol', db), undefined)
  assert.equal(check('dave', db), undefined)
})
