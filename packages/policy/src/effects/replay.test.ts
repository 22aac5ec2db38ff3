import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileText } from '../testing/compile-text.ts'
import { FLIPS_MAX, type PastDecision, Replay } from './replay.ts'

const accept = (src: readonly string[], dst: readonly string[]) => ({ action: 'accept', src, dst })
const TAGS: Readonly<Record<string, readonly string[]>> = { db1: ['tag:db'] }

function replay(candidate: object, current: object): Replay {
  return new Replay(compileText(candidate), compileText(current), (target) => TAGS[target])
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
      code: 'no-matching-rule',
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
  })
})

test('groups are bounded, and what is beyond is counted', () => {
  const asked = replay(SHUT, OPEN)
  const destination = (port: number) => ({ address: '10.0.0.5', port })
  for (let port = 1; port <= FLIPS_MAX + 5; port++) asked.add(past({ destination: destination(port) }))
  const { flips, flipped, ungrouped } = asked.report()
  assert.deepEqual([flips.length, flipped, ungrouped], [FLIPS_MAX, FLIPS_MAX + 5, 5])
})
