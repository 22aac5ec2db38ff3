import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@sallyport/api'
import { changeFrom, formOf, matchingTargets, portFault, tagsFrom, targetFrom, targetsState } from './targets-view.ts'

const target = (name: string, more: Partial<Target> = {}): Target => ({
  id: `tgt_${name}`,
  name,
  address: '10.0.0.1',
  port: 22,
  tags: ['tag:db'],
  host_keys: ['ssh-ed25519 AAAA'],
  created_at: '2026-11-22T00:00:00.000Z',
  ...more,
})

test('tags may be typed with and without their prefix, and stand once', () => {
  assert.deepEqual(tagsFrom(' prod, tag:db  prod '), ['tag:prod', 'tag:db'])
  assert.deepEqual(tagsFrom(''), [])
})

test('a port is a whole number that exists', () => {
  assert.deepEqual(
    ['22', '0', '70000', 'x', '2.5', ''].map((port) => portFault(port) === undefined),
    [true, false, false, false, false, false],
  )
})

test('a form becomes a target, with a host key for each line', () => {
  const form = { name: ' db-1 ', address: 'db.example.com', port: '2022', tags: 'db', hostKey: 'a b\n\n c d \n' }
  assert.deepEqual(targetFrom(form), {
    name: 'db-1',
    address: 'db.example.com',
    port: 2022,
    tags: ['tag:db'],
    host_keys: ['a b', 'c d'],
  })
})

test('the sentence tells of targets without tags and without host keys', () => {
  assert.equal(targetsState([target('a')]), '1 target.')
  assert.equal(
    targetsState([target('a', { tags: [] }), target('b', { host_keys: [] })]),
    '2 targets. 1 has no tag, so rules reach it by address alone. The host key of 1 is not known.',
  )
})

test('targets are found by name, address and tag, in the order of their names', () => {
  const targets = [target('web'), target('db', { tags: [], address: '192.0.2.9' })]
  const names = (text: string | undefined, tag?: string) =>
    matchingTargets(targets, { text, tag }).map(({ name }) => name)
  assert.deepEqual(names(undefined), ['db', 'web'])
  assert.deepEqual(names('192.'), ['db'])
  assert.deepEqual(names(undefined, 'tag:db'), ['web'])
})

test('a changed form says what was changed, and nothing that somebody else may have changed meanwhile', () => {
  const shown = target('db-1', { tags: ['tag:db', 'tag:prod'], host_keys: ['a b', 'c d'] })
  assert.deepEqual(changeFrom(shown, formOf(shown)), {})
  const form = { ...formOf(shown), port: '2222', hostKey: '' }
  assert.deepEqual(changeFrom(shown, form), { port: 2222, host_keys: [] })
})
