import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PolicyGroup } from '@sallyport/api'
import { groupsState, matchingGroups, opensText } from './groups-view.ts'

const dba: PolicyGroup = {
  name: 'group:dba',
  line: 2,
  members: [
    { name: 'alice', state: 'enabled' },
    { name: 'gone', state: 'absent' },
  ],
  rules: [{ rule: 'grants[0], line 5', line: 5, destinations: ['tag:db'], ports: ['22', '5432'] }],
}
const idle: PolicyGroup = { name: 'group:idle', line: 3, members: [], rules: [] }

test('what a group opens is told with its ports, and without where the entry has them', () => {
  assert.deepEqual(opensText(dba), [{ line: 5, text: 'tag:db on 22, 5432' }])
  const acl = { ...dba, rules: [{ rule: '', line: 9, destinations: ['tag:db:22'], ports: [] }] }
  assert.deepEqual(opensText(acl), [{ line: 9, text: 'tag:db:22' }])
})

test('the sentence counts who is not here and what opens nothing', () => {
  assert.equal(
    groupsState([dba, idle], 7),
    '2 groups in version 7 of the policy. 1 member is not here. 1 group opens nothing.',
  )
  assert.equal(groupsState([], 7), '0 groups in version 7 of the policy.')
})

test('groups are found by name, member and what they open', () => {
  const found = (text: string) => matchingGroups([dba, idle], text).map(({ name }) => name)
  assert.deepEqual(found('ALICE'), ['group:dba'])
  assert.deepEqual(found('5432'), ['group:dba'])
  assert.deepEqual(found('group:'), ['group:dba', 'group:idle'])
})
