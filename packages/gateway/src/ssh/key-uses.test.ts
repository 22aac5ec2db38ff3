import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyUses } from './key-uses.ts'

test('a key is marked once a minute however often it is used, and each key for itself', () => {
  let time = 0
  const marked: string[] = []
  const uses = new KeyUses({
    mark: async (key) => void marked.push(key),
    own: () => {},
    failed: () => {},
    now: () => time,
  })
  for (let i = 0; i < 100; i++) uses.note('a')
  uses.note('b')
  assert.deepEqual(marked, ['a', 'b'])
  time = 59_999
  uses.note('a')
  assert.deepEqual(marked, ['a', 'b'])
  time = 60_000
  uses.note('a')
  assert.deepEqual(marked, ['a', 'b', 'a'])
})

test('a mark that cannot be written is told to the log and stops nobody', async () => {
  const told: string[] = []
  const mark = () => Promise.reject(new Error('disk full'))
  const tasks: Promise<void>[] = []
  const own = (task: Promise<void>) => void tasks.push(task)
  const uses = new KeyUses({ mark, own, failed: (what) => void told.push(what), now: () => 0 })
  uses.note('a')
  await Promise.all(tasks)
  assert.deepEqual(told, ['write down that a key was used'])
})

test('what is remembered is bounded', () => {
  let marks = 0
  const uses = new KeyUses({ mark: async () => void marks++, own: () => {}, failed: () => {}, now: () => 0 })
  for (let i = 0; i <= 10_000; i++) uses.note(String(i))
  assert.equal(marks, 10_001)
  uses.note('0')
  assert.equal(marks, 10_002, 'the oldest was forgotten')
  uses.note('10000')
  assert.equal(marks, 10_002)
})
