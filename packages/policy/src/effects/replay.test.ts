import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileText } from '../testing/compile-text.ts'
import type { PastDecision, ReplayedPlace } from './past-decision.ts'
import { FLIPS_MAX, type PlaceOf, Replay } from './replay.ts'

const accept = (src: readonly string[], dst: readonly string[]) => ({ action: 'accept', src, dst })
const TARGETS: Readonly<Record<string, ReplayedPlace>> = { db1: { tags: ['tag:db'], sshPort: 22 } }
const placeOf: PlaceOf = ({ target }) => (target === undefined ? { tags: [] } : TARGETS[target])
const BLIND = { inspect: false, record: false }

function replay(candidate: object, current: object): Replay {
  return new Replay(compileText(candidate), compileText(current), placeOf, BLIND)
}

function past(change: Partial<PastDecision> = {}): PastDecision {
  const destination = { address: '10.0.0.5', port: 22, target: 'db1' }
  return { verdict: 'allow', user: 'carol', destination, time: 1000, sequence: 7, ...change }
}

const OPEN = { tagOwners: { 'tag:db': [] }, acls: [accept(['carol@'], ['tag:db:22'])] }
const SHUT = { acls: [] }

test('decisions that stay are counted, those that flip are grouped with how often and when', () => {
  const asked = replay(SHUT, OPEN)
  asked.add(past({ time: 2000, sequence: 9 }))
  asked.add(past())
  asked.add(past({ verdict: 'deny', user: 'bob@example.com' }))
  const { replayed, flipped, alreadySo, flips } = asked.report()
  assert.deepEqual([replayed, flipped, alreadySo], [3, 2, 0])
  assert.deepEqual(flips, [
    {
      user: 'carol',
      destination: { address: '10.0.0.5', port: 22, target: 'db1' },
      was: 'allow',
      becomes: 'deny',
      code: 'no-matching-rule',
      proofs: [],
      alreadySo: false,
      count: 2,
      firstTime: 1000,
      lastTime: 2000,
      sequence: 9,
    },
  ])
})

test('what the policy in force decides as the candidate does is told as that', () => {
  const asked = replay(OPEN, OPEN)
  asked.add(past({ verdict: 'deny' }))
  const { alreadySo, flips } = asked.report()
  assert.deepEqual([alreadySo, flips[0]?.alreadySo, flips[0]?.rule?.index], [1, true, 0])
})

test('where somebody came from counts', () => {
  const asked = replay({ tagOwners: { 'tag:db': [] }, acls: [accept(['192.0.2.0/24'], ['tag:db:22'])] }, OPEN)
  asked.add(past({ source: '192.0.2.9' }))
  asked.add(past({ source: '198.51.100.9' }))
  assert.equal(asked.report().flipped, 1)
})

test('what cannot be asked again is counted by why', () => {
  const asked = replay(OPEN, OPEN)
  asked.add(past({ user: 'nobody' }))
  asked.add(past({ user: 'dora@example.com' }))
  asked.add(past({ destination: { address: '10.0.0.5', port: 22, target: 'gone' } }))
  asked.skip('address-unknown')
  const { replayed, skipped } = asked.report()
  assert.equal(replayed, 0)
  assert.deepEqual(skipped, {
    'user-gone': 1,
    'user-disabled': 1,
    'target-gone': 1,
    'address-unknown': 1,
    'not-by-policy': 0,
    'proof-unknown': 0,
  })
})

/** OPEN, with terms for it. */
function terms(...values: readonly object[]): object {
  const app = { 'sallyport.dev/cap/ssh': values }
  const grant = { src: ['carol@'], dst: ['tag:db'], ip: ['22'], app }
  return { tagOwners: { 'tag:db': [] }, grants: [grant] }
}

const NIGHT = Date.UTC(2026, 10, 22, 23)
const NOON = Date.UTC(2026, 10, 22, 12)

test('hours are judged by the time of each decision, and the line that keeps them is told', () => {
  const asked = replay(terms({ hours: [{ from: '08:00', to: '18:00', timeZone: 'UTC' }] }), OPEN)
  asked.add(past({ time: NIGHT, sequence: 9, by: { rule: 'acls[0], line 1', version: 3 } }))
  asked.add(past({ time: NOON }))
  const { replayed, flipped, flips } = asked.report()
  assert.deepEqual([replayed, flipped, flips.length], [2, 1, 1])
  const [flip] = flips
  assert.deepEqual([flip?.becomes, flip?.code, flip?.rule?.section, flip?.lastTime], ['deny', 'hours', 'grants', NIGHT])
  assert.deepEqual(flip?.by, { rule: 'acls[0], line 1', version: 3 })
})

test('a denial by hours that the candidate takes away becomes allowed', () => {
  const asked = replay(OPEN, terms({ hours: [{ from: '08:00', to: '18:00', timeZone: 'UTC' }] }))
  asked.add(past({ verdict: 'deny', time: NIGHT }))
  const [flip] = asked.report().flips
  assert.deepEqual([flip?.becomes, flip?.alreadySo], ['allow', false])
})

test('sources, and what a door that sees nothing cannot keep, are judged too', () => {
  for (const [term, code] of [
    [{ sources: ['192.0.2.0/24'] }, 'source'],
    [{ mode: 'inspected' }, 'inspection'],
    [{ recording: 'required' }, 'recording'],
  ] as const) {
    const asked = replay(terms(term), OPEN)
    asked.add(past({ source: '198.51.100.9' }))
    assert.deepEqual(
      asked.report().flips.map((flip) => [flip.becomes, flip.code]),
      [['deny', code]],
    )
  }
})

test('a proof that is wanted anew is told as asked, and as nothing where it is wanted already', () => {
  const wanting = terms({ factors: [{ oneOf: ['passkey'] }], postQuantum: true })
  const asked = replay(wanting, OPEN)
  asked.add(past())
  const { flipped, asked: count, flips } = asked.report()
  assert.deepEqual([flipped, count, flips[0]?.becomes, flips[0]?.proofs], [0, 1, 'ask', ['factor', 'post-quantum']])
  const same = replay(wanting, wanting)
  same.add(past())
  assert.deepEqual([same.report().asked, same.report().flips], [0, []])
  const check = { action: 'check', src: ['carol@'], dst: ['tag:db'], users: ['root'] }
  const checking = replay({ ...OPEN, ssh: [check] }, OPEN)
  checking.add(past())
  checking.add(past({ destination: { address: '10.0.0.5', port: 5432, target: 'db1' }, verdict: 'deny' }))
  assert.deepEqual(
    checking.report().flips.map(({ proofs, rule }) => [proofs, rule?.section]),
    [[['check'], 'ssh']],
  )
})

test('what a certificate forced is not in the log: a command is a proof like others, and two commands are none', () => {
  const forced = terms({ forceCommand: '/usr/bin/backup' })
  const same = replay(forced, forced)
  same.add(past())
  same.add(past({ verdict: 'deny', lackedProof: true }))
  const { flipped, asked, skipped } = same.report()
  assert.deepEqual([flipped, asked, skipped['proof-unknown']], [0, 0, 1])
  const anew = replay(forced, OPEN)
  anew.add(past())
  assert.deepEqual(
    anew.report().flips.map(({ becomes, proofs, rule }) => [becomes, proofs, rule?.section]),
    [['ask', ['command'], 'grants']],
  )
  const both = replay(terms({ forceCommand: '/usr/bin/backup' }, { forceCommand: '/bin/sh' }), OPEN)
  both.add(past())
  assert.deepEqual(
    both.report().flips.map(({ becomes, code }) => [becomes, code]),
    [['deny', 'command']],
  )
})

test('whether a proof that was missing would be there nobody knows; without the demand it is not needed', () => {
  const wanting = terms({ factors: [{ oneOf: ['passkey'] }] })
  const denied = past({ verdict: 'deny', lackedProof: true })
  const still = replay(wanting, wanting)
  still.add(denied)
  assert.deepEqual([still.report().replayed, still.report().skipped['proof-unknown']], [0, 1])
  const without = replay(OPEN, wanting)
  without.add(denied)
  assert.deepEqual(
    without.report().flips.map(({ becomes, proofs }) => [becomes, proofs]),
    [['allow', []]],
  )
})

test('groups are bounded, and what is beyond is counted', () => {
  const asked = replay(SHUT, OPEN)
  const destination = (port: number) => ({ address: '10.0.0.5', port })
  for (let port = 1; port <= FLIPS_MAX + 5; port++) asked.add(past({ destination: destination(port) }))
  const { flips, flipped, ungrouped } = asked.report()
  assert.deepEqual([flips.length, flipped, ungrouped], [FLIPS_MAX, FLIPS_MAX + 5, 5])
})
