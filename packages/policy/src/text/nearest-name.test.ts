import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const NAMES = ['groups', 'hosts', 'tagOwners', 'acls', 'grants', 'tests']
const cases: readonly (readonly [string, string | undefined])[] = [
  ['grups', 'groups'],
  ['ACLs', 'acls'],
  ['tagowners', 'tagOwners'],
  ['tag_owners', 'tagOwners'],
  ['gratns', 'grants'],
  ['test', 'tests'],
  ['x', undefined],
  ['', undefined],
  ['something', undefined],
  ['g'.repeat(10_000), undefined],
]
for (const [name, expected] of cases) {
  test(`${name.slice(0, 20) || 'nothing'} is nearest to ${expected ?? 'nothing'}`, () =>
    assert.equal(nearestName(name, NAMES), expected))
}
