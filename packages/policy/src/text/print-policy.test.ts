import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Policy } from '../language/policy.ts'
import { arbitraryPolicySource } from '../testing/arbitrary-policy.ts'
import { policyOf } from '../testing/compile-text.ts'
import { printPolicy } from './print-policy.ts'

/** Everything of a policy but where it stands in the text. */
function meaning(policy: Policy): unknown {
  const { warnings, ...rest } = policy
  const bare = withoutPlaces(rest) as { rules: { section: string }[] }
  // Printing sorts the rules of one section after those of the other.
  const ofSection = (section: string): unknown => bare.rules.filter((rule) => rule.section === section)
  return {
    ...bare,
    rules: [ofSection('acls'), ofSection('grants')],
    warnings: warnings.map(({ message }) => message).toSorted(),
  }
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, withoutPlaces(item)]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'position')
      .map(([key, item]) => [key, withoutPlaces(item)]),
  )
}

test('what is printed reads as the same policy, and prints the same again', () => {
  fc.assert(
    fc.property(arbitraryPolicySource(), (source) => {
      const policy = policyOf(source)
      const printed = printPolicy(policy)
      const again = policyOf(printed)
      assert.deepEqual(meaning(again), meaning(policy))
      assert.equal(printPolicy(again), printed)
    }),
    { numRuns: 500 },
  )
})

test('an empty list of rules stays, for it closes what no list at all leaves open', () => {
  assert.equal(printPolicy(policyOf('{"grants": []}')), '{\n  "acls": []\n}\n')
  assert.equal(printPolicy(policyOf('{}')), '{}\n')
})
