import assert from 'node:assert/strict'
import { compileMesh } from '../../src/mesh/mesh-policy.ts'
import { packetFilter } from '../../src/mesh/packet-filter.ts'
import { policyOf } from '../../src/testing/compile-text.ts'
import { policyText, testCaptures } from './captures.ts'
import { directoryOf, nodeNamed } from './topology.ts'

testCaptures(
  'packet filters',
  (capture) => capture.status === 200,
  (capture) => {
    const directory = directoryOf(capture)
    const mesh = compileMesh(policyOf(policyText(capture)), directory)
    for (const [name, told] of Object.entries(capture.captures)) {
      const { id } = nodeNamed(directory.nodes ?? [], name)
      assert.deepEqual(packetFilter(mesh, id), told.packetFilterRules ?? [], name)
    }
  },
)
