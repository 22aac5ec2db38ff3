import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type CompiledPolicy, compilePolicy } from '../decide/compile.ts'
import { decide } from '../decide/decide.ts'
import { selfCapabilities } from '../mesh/node-attributes.ts'
import { sshRules } from '../ssh/ssh-rules.ts'
import { arbitraryDirectory } from '../testing/arbitrary-directory.ts'
import { ARBITRARY_NAMES, arbitraryPolicy, arbitraryPolicySource } from '../testing/arbitrary-policy.ts'
import { policyOf } from '../testing/compile-text.ts'
import { runTests } from './run-tests.ts'
import { failures } from './test-report.ts'

const asked = fc.record({
  src: fc.constantFrom(...ARBITRARY_NAMES.users),
  address: fc.constantFrom('10.0.0.5', '192.0.2.7', '100.64.0.1', '100.64.0.2', 'fd00::5', '8.8.8.8', '127.0.0.1'),
  port: fc.constantFrom(22, 80, 443, 53, 8080),
  proto: fc.constantFrom('tcp', 'udp'),
})
type Asked = { src: string; address: string; port: number; proto: 'tcp' | 'udp' }

test('a passed test says what decide says, at the door and from the machines of whoever is tested', () => {
  fc.assert(
    fc.property(
      arbitraryPolicySource(),
      arbitraryDirectory(),
      asked,
      (source, { users, ...rest }, { proto, ...question }) => {
        const known = ARBITRARY_NAMES.users.map((text) => text.replace(/@$/, ''))
        const people = known.map((name) => ({ name, role: users[0]?.role ?? 'member', disabled: false }))
        const destination = question.address.includes(':') ? `[${question.address}]` : question.address
        const check = [`${destination}:${question.port}`]
        const both = ['accept', 'deny'].map((key) => ({ src: question.src, proto, [key]: check }))
        const compiled = compilePolicy(policyOf({ ...source, tests: both }), { ...rest, users: people })
        const { door, machines } = answers(compiled, { ...question, proto: proto === 'tcp' ? 'tcp' : 'udp' })
        const [accepted, denied] = runTests(compiled).tests.map(({ passed }) => passed)
        assert.equal(accepted, door || (machines.length > 0 && machines.every(Boolean)))
        assert.equal(denied, !door && !machines.some(Boolean))
      },
    ),
    { numRuns: 1000 },
  )
})

/** What decide says of the same question: through a door, and from each machine of theirs. */
function answers(
  compiled: CompiledPolicy,
  { src, address, port, proto }: Asked,
): { door: boolean; machines: boolean[] } {
  const name = src.replace(/@$/, '')
  const destination = { address, port, protocol: proto }
  const door = decide(compiled, { user: { name }, destination }).verdict === 'allow'
  const own = compiled.directory.nodes.filter((node) => compiled.directory.ownerOf(node)?.name === name)
  const machines = own.map((node) => decide(compiled, { node: node.id, destination }).verdict === 'allow')
  return { door, machines }
}

test('whatever the policy, its tests are run and its machines told, and a report passes where nothing failed', () => {
  fc.assert(
    fc.property(arbitraryPolicy(), arbitraryDirectory(), (policy, directory) => {
      const compiled = compilePolicy(policy, directory)
      const report = runTests(compiled)
      assert.equal(report.passed, failures(report).length === 0)
      for (const node of directory.nodes ?? []) {
        sshRules(compiled, node)
        selfCapabilities(compiled, node, { autoUpdate: false, https: false })
      }
    }),
    { numRuns: 300 },
  )
})
