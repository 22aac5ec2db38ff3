import assert from 'node:assert/strict'
import { approveRoutes } from '../../src/mesh/approve-routes.ts'
import { policyOf } from '../../src/testing/compile-text.ts'
import { policyText, testCaptures } from './captures.ts'
import { directoryOf } from './topology.ts'

testCaptures(
  'route approval',
  (capture) => capture.status === 200,
  (capture) => {
    const policy = policyOf(policyText(capture))
    const { users, nodes = [] } = directoryOf(capture)
    for (const node of nodes) {
      const user = users.find(({ name }) => name === node.user)
      const approved = approveRoutes(policy, { ...node, approvedRoutes: [] }, user)
      assert.deepEqual(approved.toSorted(), node.approvedRoutes.toSorted(), node.name)
    }
  },
)
