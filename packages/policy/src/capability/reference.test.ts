import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { policyOf } from '../testing/compile-text.ts'
import { CAPABILITIES } from './read-capability.ts'
import { capabilityTable } from './reference.ts'

const text = readFileSync(new URL('../../../../docs/capabilities.md', import.meta.url), 'utf8')

test('docs/capabilities.md has the tables that policies are read with', () => {
  for (const name of CAPABILITIES.keys()) {
    const section = text.split(`\n## ${name}\n\n`)[1] ?? ''
    assert.ok(section.startsWith(capabilityTable(name)), `remake it: node tools/capability-reference.ts (${name})`)
  }
})

test('every example of the page is a policy with terms, and says so where this version cannot keep them', () => {
  const examples = [...text.matchAll(/```hujson\n(.*?)```/gs)].map((match) => match[1] ?? '')
  assert.ok(examples.length >= 3)
  for (const example of examples) {
    const policy = policyOf(example)
    assert.equal(policy.warnings.length, example.match(/this version/gi)?.length ?? 0)
    assert.ok(policy.rules.some(({ app }) => app.some(({ name }) => CAPABILITIES.has(name))))
  }
})
