import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policyOf } from '../testing/compile-text.ts'
import { MESH_USERS, meshNode, TAG_OWNERS } from '../testing/mesh-of.ts'
import { approveRoutes, approveServices } from './approve-routes.ts'

const policy = policyOf({
  groups: { 'group:net': ['bob@example.com'] },
  tagOwners: TAG_OWNERS,
  autoApprovers: {
    routes: {
      '10.0.0.0/8': ['tag:router', 'group:net'],
      'fd00::/16': ['alice@example.com'],
      '0.0.0.0/0': ['tag:left'],
    },
    exitNode: ['tag:exit', 'autogroup:admin'],
    services: { 'svc:web': ['tag:web'], 'tag:db': ['tag:router'] },
  },
})
const announcing = (...announcedRoutes: readonly string[]) => ({ announcedRoutes })
const router = { tags: ['tag:router'] }
const userNamed = (name: string) => MESH_USERS.find((user) => user.name === name)

for (const { name, node, approved } of [
  {
    name: 'the prefix itself and narrower ones',
    node: meshNode(1, { ...router, ...announcing('10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32') }),
    approved: ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32'],
  },
  {
    name: 'nothing wider or beside it',
    node: meshNode(1, { ...router, ...announcing('8.0.0.0/5', '11.0.0.0/8', 'fd00::/32') }),
    approved: [],
  },
  {
    name: 'nothing for another tag',
    node: meshNode(1, { tags: ['tag:web'], ...announcing('10.1.0.0/16') }),
    approved: [],
  },
  {
    name: 'a person through a group',
    node: meshNode(1, { user: 'bob@example.com', ...announcing('10.1.0.0/16') }),
    approved: ['10.1.0.0/16'],
  },
  {
    name: 'a person by name',
    node: meshNode(1, { user: 'alice@example.com', ...announcing('fd00:1::/32') }),
    approved: ['fd00:1::/32'],
  },
  {
    name: 'not a person whose node has a tag',
    node: meshNode(1, { user: 'bob@example.com', tags: ['tag:db'], ...announcing('10.1.0.0/16') }),
    approved: [],
  },
  {
    name: 'the whole of a family by exitNode',
    node: meshNode(1, { tags: ['tag:exit'], ...announcing('0.0.0.0/0', '::/0') }),
    approved: ['0.0.0.0/0', '::/0'],
  },
  {
    name: 'an exit node of an admin',
    node: meshNode(1, { user: 'alice@example.com', ...announcing('0.0.0.0/0', '::/0') }),
    approved: ['0.0.0.0/0', '::/0'],
  },
  {
    name: 'never the whole of a family by routes, but what is narrower',
    node: meshNode(1, { tags: ['tag:left'], ...announcing('0.0.0.0/0', '::/0', '192.0.2.0/24') }),
    approved: ['192.0.2.0/24'],
  },
  {
    name: 'not a subnet by exitNode',
    node: meshNode(1, { tags: ['tag:exit'], ...announcing('10.1.0.0/16') }),
    approved: [],
  },
  {
    name: 'nothing that is not announced, whatever was approved',
    node: meshNode(1, { ...router, approvedRoutes: ['10.1.0.0/16'] }),
    approved: [],
  },
  {
    name: 'nothing that is no prefix',
    node: meshNode(1, { ...router, ...announcing('10.1.0.0-10.1.0.9', 'office', '') }),
    approved: [],
  },
])
  test(`autoApprovers approve ${name}`, () => {
    assert.deepEqual(approveRoutes(policy, node, userNamed(node.user ?? '')), approved)
  })

test('a disabled owner, another owner or none approves nothing', () => {
  const node = meshNode(1, { user: 'bob@example.com', ...announcing('10.1.0.0/16') })
  const bob = userNamed('bob@example.com')
  assert.ok(bob !== undefined)
  assert.deepEqual(approveRoutes(policy, node, { ...bob, disabled: true }), [])
  assert.deepEqual(approveRoutes(policy, node), [])
  const alices = meshNode(1, { user: 'alice@example.com', ...announcing('10.1.0.0/16') })
  assert.deepEqual(approveRoutes(policy, alices, bob), [])
})

test('services approve themselves by their name or by one of their tags', () => {
  const offered = [
    { name: 'svc:web', tags: [] },
    { name: 'svc:sql', tags: ['tag:db'] },
    { name: 'svc:other', tags: ['tag:web'] },
  ]
  assert.deepEqual(approveServices(policy, meshNode(1, { tags: ['tag:web'] }), offered), ['svc:web'])
  assert.deepEqual(approveServices(policy, meshNode(1, router), offered), ['svc:sql'])
  assert.deepEqual(approveServices(policy, meshNode(1), offered), [])
})
