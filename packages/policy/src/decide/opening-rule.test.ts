import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { openingRule } from './opening-rule.ts'
import { reachable } from './reachable.ts'

const compiled = compileText({
  groups: { 'group:dba': ['bob@example.com'] },
  tagOwners: { 'tag:db': [], 'tag:web': [], 'tag:here': [] },
  acls: [
    { action: 'accept', src: ['carol@'], dst: ['tag:web:80'] },
    { action: 'accept', src: ['group:dba', 'carol@'], dst: ['tag:web:80', 'tag:db:22'] },
    { action: 'accept', src: ['192.0.2.0/24'], dst: ['tag:db:23'] },
  ],
})
const target = (name: string) => {
  const found = DIRECTORY.targets.find((each) => each.name === name)
  assert.ok(found !== undefined)
  return found
}
const indexOf = (name: string, at: string, port: number, source?: string) =>
  openingRule(compiled, { name }, target(at), port, source === undefined ? {} : { source })?.index

test('the rule told is the first of the text that opens the port', () => {
  assert.equal(indexOf('carol', 'web1', 80), 0)
  assert.equal(indexOf('bob@example.com', 'web1', 80), 1)
  assert.equal(indexOf('bob@example.com', 'db1', 22), 1)
})

test('a target known by DNS name is told by its tags', () => assert.equal(indexOf('carol', 'dns-named', 80), 0))

test('a rule for an address is told to whoever comes from there alone', () => {
  assert.equal(indexOf('carol', 'db1', 23), undefined)
  assert.equal(indexOf('carol', 'db1', 23, '192.0.2.1'), 2)
})

test('no rule is told to somebody disabled, unknown, or to whom none opens it', () => {
  assert.equal(indexOf('dora@example.com', 'db1', 22), undefined)
  assert.equal(indexOf('nobody', 'db1', 22), undefined)
  assert.equal(indexOf('bob@example.com', 'db1', 80), undefined)
})

test('whatever is reachable has its rule, and nothing else has one', () => {
  for (const { name } of DIRECTORY.users) {
    const found = new Set(reachable(compiled, { name }, DIRECTORY.targets).map((each) => each.target.name))
    for (const each of DIRECTORY.targets) {
      const opened = [22, 80].some((port) => openingRule(compiled, { name }, each, port) !== undefined)
      assert.equal(opened, found.has(each.name), `${name} at ${each.name}`)
    }
  }
})
