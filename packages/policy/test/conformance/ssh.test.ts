import assert from 'node:assert/strict'
import { compilePolicy } from '../../src/decide/compile.ts'
import type { NodeSshRule } from '../../src/ssh/node-ssh-rule.ts'
import { sshRules } from '../../src/ssh/ssh-rules.ts'
import { policyOf } from '../../src/testing/compile-text.ts'
import { policyText, testCaptures } from './captures.ts'
import { directoryOf, nodeNamed } from './topology.ts'

testCaptures(
  'ssh',
  ({ status }) => status === 200,
  (capture) => {
    const directory = directoryOf(capture)
    const compiled = compilePolicy(policyOf(policyText(capture)), directory)
    for (const [name, told] of Object.entries(capture.captures)) {
      const captured = (told.sshRules ?? []) as unknown as readonly NodeSshRule[]
      assert.deepEqual(sshRules(compiled, nodeNamed(directory.nodes ?? [], name)), captured.map(inTextOrder), name)
    }
  },
)

/**
 * The hosted control plane sorts principals as text. In most captures the IPv6 addresses were rewritten afterwards, and stand
 * where the ones before them stood: those are put in order. IPv4 addresses are taken as they stand.
 */
function inTextOrder(rule: NodeSshRule): NodeSshRule {
  const first = rule.principals.findIndex(({ nodeIP }) => nodeIP.includes(':'))
  const [ipv4, ipv6] =
    first < 0 ? [rule.principals, []] : [rule.principals.slice(0, first), rule.principals.slice(first)]
  const sorted = ipv6.toSorted((a, b) => (a.nodeIP < b.nodeIP ? -1 : 1))
  return { ...rule, principals: [...ipv4, ...sorted] }
}
