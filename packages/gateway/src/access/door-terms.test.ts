import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Factor, Principal } from '@sallyport/model'
import { compilePolicy, parsePolicy } from '@sallyport/policy'
import { testPrincipal } from '../testing/signed-in.ts'
import { type Circumstances, doorTerms } from './door-terms.ts'

/** 2026-11-23 is a Monday. */
const NOW = Date.parse('2026-11-23T09:00:00Z')

function principalWith(...factors: Factor[]): Principal {
  return testPrincipal({ proof: { method: 'publickey', fingerprint: 'SHA256:x', factors } })
}

function ask(terms: readonly object[], principal: Principal, circumstances: Partial<Circumstances> = {}) {
  const grants = terms.map((each) => ({ src: ['*'], dst: ['*'], app: { 'sallyport.dev/cap/ssh': [each] } }))
  const parsed = parsePolicy(JSON.stringify({ grants: [{ src: ['*'], dst: ['*'], ip: ['*'] }, ...grants] }))
  assert.ok(parsed.ok)
  const users = [{ name: 'alice', role: 'member' as const, disabled: false }]
  const judge = doorTerms(compilePolicy(parsed.policy, { users, targets: [] }))
  const query = { user: { name: 'alice' }, source: '192.0.2.7', destination: { address: '10.0.0.1', port: 22 } }
  return judge?.(principal, query, {
    connection: { postQuantum: () => true },
    now: NOW,
    openedAt: NOW,
    ...circumstances,
  })
}

const key = { kind: 'key', provedAt: NOW - 3_600_000 } as const

test('a policy without terms leaves nothing to ask', () => {
  assert.equal(ask([], principalWith(key)), undefined)
})

test('the line that demands what is not met is named, among others that are met', () => {
  const answer = ask(
    [{ idleTimeout: '15m' }, { sources: ['192.0.2.0/24'] }, { sources: ['10.0.0.0/8'] }],
    principalWith(key),
  )
  assert.ok(answer?.met === false)
  assert.deepEqual([answer.denied, answer.rule?.index, answer.hint], ['policy.source', 3, undefined])
})

test('hours and proofs may be told to whoever lacks them', () => {
  const hours = { hours: [{ days: ['tue'], from: '08:00', to: '12:00', timeZone: 'UTC' }] }
  const late = ask([hours], principalWith(key))
  assert.ok(late?.met === false)
  assert.deepEqual([late.denied, late.hint], ['policy.hours', 'tue 08:00-12:00 UTC'])
  const factor = ask([{ factors: [{ oneOf: ['key'], within: '30m' }] }], principalWith(key))
  assert.ok(factor?.met === false)
  assert.deepEqual([factor.denied, factor.hint], ['policy.factor', 'key within 30m'])
})

test('a proof is as old as it was when the way was opened', () => {
  const terms = [{ factors: [{ oneOf: ['key'], within: '2h' }] }]
  const hours = 3_600_000
  assert.equal(ask(terms, principalWith(key))?.met, true)
  assert.equal(ask(terms, principalWith(key), { now: NOW + 5 * hours })?.met, true, 'opened in time')
  assert.equal(ask(terms, principalWith(key), { now: NOW + 5 * hours, openedAt: NOW + 5 * hours })?.met, false)
})

test('whoever has proved nothing that is demanded is refused', () => {
  assert.equal(ask([{ factors: [{ oneOf: ['key'] }] }], principalWith())?.met, false)
})

test('what goes on holding is the strictest of all lines', () => {
  const answer = ask(
    [
      { idleTimeout: '15m', sessionLimit: '1h' },
      { idleTimeout: '30m', postQuantum: true },
      { hours: [{ from: '08:00', to: '10:00', timeZone: 'UTC' }] },
      { hours: [{ from: '08:00', to: '10:30', timeZone: 'Europe/Berlin' }] },
    ],
    principalWith(key),
  )
  assert.deepEqual(answer, {
    met: true,
    limits: {
      postQuantum: true,
      idleMs: 900_000,
      sessionMs: 3_600_000,
      endsAt: Date.parse('2026-11-23T09:30:00Z'),
    },
  })
})

test('terms that leave nothing to watch are met without limits', () => {
  assert.deepEqual(ask([{ recording: 'best-effort', factors: [{ oneOf: ['key'] }] }], principalWith(key)), {
    met: true,
    limits: undefined,
  })
})
