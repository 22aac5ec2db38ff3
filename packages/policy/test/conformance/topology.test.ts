import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captures, testCaptures } from './captures.ts'
import { KNOWN_EXCEPTIONS, KNOWN_EXCEPTIONS_MAX } from './known-exceptions.ts'
import { directoryOf, nodeNamed } from './topology.ts'

testCaptures(
  'topology',
  () => true,
  (capture) => {
    const { users, nodes = [] } = directoryOf(capture)
    assert.equal(nodes.length, Object.keys(capture.topology.nodes).length)
    for (const node of nodes) if (node.user !== undefined) assert.ok(users.some((user) => user.name === node.user))
    for (const [name, told] of Object.entries(capture.captures)) {
      const own = nodeNamed(nodes, name).addresses.map((address) => `${address}/${address.includes(':') ? 128 : 32}`)
      // A node attribute, disable-ipv4, takes the IPv4 address away again.
      for (const address of told.addresses) assert.ok(own.includes(address), `${name} has no ${address}`)
    }
  },
)

test('known exceptions are few, have reasons and name captures', () => {
  assert.ok(KNOWN_EXCEPTIONS.length <= KNOWN_EXCEPTIONS_MAX)
  const ids = captures()?.map((capture) => capture.id)
  for (const { id, reason } of KNOWN_EXCEPTIONS) {
    assert.ok(reason.length > 20, `${id} needs a reason`)
    if (ids !== undefined) assert.ok(ids.includes(id), `no capture ${id}`)
  }
})
