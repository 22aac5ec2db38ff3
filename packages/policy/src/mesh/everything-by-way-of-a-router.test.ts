import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterLines, meshNode, meshOf } from '../testing/mesh-of.ts'

const NODES = [meshNode(1, { user: 'bob@example.com' }), meshNode(2, { tags: ['tag:router'], routes: ['10.0.0.0/16'] })]
const reach = (...dst: readonly string[]) =>
  filterLines(meshOf({ grants: [{ src: ['bob@example.com'], dst, ip: ['*'], via: ['tag:router'] }] }, NODES), 2)

test('everything by way of a router is nobody’s way into the router itself, alone or beside what it routes', () => {
  assert.deepEqual(reach('*'), [])
  assert.deepEqual(reach('10.0.5.0/24', '*'), reach('10.0.5.0/24'))
  assert.deepEqual(reach('10.0.5.0/24'), ['100.64.0.1 fd7a:115c:a1e0::1 > 10.0.5.0/24 *'])
})

test('a prefix by way of a router leaves out the router itself, however wide it is', () => {
  assert.deepEqual(reach('10.0.0.0/8'), ['100.64.0.1 fd7a:115c:a1e0::1 > 10.0.0.0/8 *'])
  assert.deepEqual(reach('0.0.0.0/1'), ['100.64.0.1 fd7a:115c:a1e0::1 > 0.0.0.0-100.64.0.1 *'])
  assert.deepEqual(reach('100.64.0.0/10'), [])
})
