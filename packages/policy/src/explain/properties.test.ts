import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compilePolicy } from '../decide/compile.ts'
import { decide } from '../decide/decide.ts'
import { arbitraryDirectory } from '../testing/arbitrary-directory.ts'
import { arbitraryPolicySource } from '../testing/arbitrary-policy.ts'
import { arbitraryNodeQuery, arbitraryQuery } from '../testing/arbitrary-query.ts'
import { policyOf } from '../testing/compile-text.ts'
import { EXPLAINED_RULES_MAX, explain } from './explain.ts'
import { renderExplanation } from './render-explanation.ts'

const asked = fc.oneof(arbitraryQuery(), arbitraryNodeQuery())

test('whatever is asked, the walk and the index agree, and rules that deny say why, the nearest first', () => {
  fc.assert(
    fc.property(arbitraryPolicySource(), arbitraryDirectory(), asked, (source, directory, query) => {
      const compiled = compilePolicy(policyOf(source), directory)
      const explanation = explain(compiled, query)
      const { decision, rules, asked: walked } = explanation
      assert.deepEqual(decision, decide(compiled, query))
      assert.deepEqual(decision.rule, rules.find(({ allows }) => allows)?.ref)
      assert.ok(rules.length <= EXPLAINED_RULES_MAX)
      if (walked !== undefined) assert.ok(walked.rules === compiled.policy.rules.length && walked.allow <= walked.rules)
      for (const { allows, failed } of rules) {
        assert.equal(failed.length === 0, allows)
        for (const { text } of failed) assert.match(text, /^\S.*\S$/)
      }
      const misses = rules.map(({ failed }) => failed.length)
      assert.deepEqual(
        misses,
        misses.toSorted((a, b) => a - b),
      )
      assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation)
    }),
    { numRuns: 500 },
  )
})

test('every denial says what would change it, and what it proposes is taken and allows', () => {
  fc.assert(
    fc.property(arbitraryPolicySource(), arbitraryDirectory(), asked, (source, directory, query) => {
      const { decision, remedies } = explain(compilePolicy(policyOf(source), directory), query)
      assert.equal(remedies.length > 0, decision.verdict === 'deny')
      const proposed = remedies.flatMap((remedy) => /add to "grants": (\{.*\})$/.exec(remedy)?.[1] ?? [])
      for (const text of proposed) {
        const grants = [...('grants' in source ? (source.grants as object[]) : []), JSON.parse(text) as object]
        assert.equal(decide(compilePolicy(policyOf({ ...source, grants }), directory), query).verdict, 'allow', text)
      }
    }),
    { numRuns: 500 },
  )
})

test('an explanation reads as lines of printable text, none of them endless', () => {
  fc.assert(
    fc.property(arbitraryPolicySource(), arbitraryDirectory(), asked, (source, directory, query) => {
      const text = renderExplanation(explain(compilePolicy(policyOf(source), directory), query))
      assert.match(text, /^(ALLOWED|DENIED) {2}/)
      assert.ok(text.endsWith('\n') && text.split('\n').every((line) => line.length < 1000 && !/\s$/.test(line)), text)
    }),
    { numRuns: 200 },
  )
})

interface Editable {
  readonly groups: Record<string, string[]>
  readonly acls: { src: string[]; dst: string[] }[]
  readonly grants: { src: string[]; ip: string[] }[]
}

/** The policy with a remedy done to it, where it is one that names a line. */
function remedied(source: object, remedy: string): object | undefined {
  const edited = { groups: {}, acls: [], grants: [], ...structuredClone(source) } as Editable
  const rule = /(acls|grants)\[(\d+)\]/.exec(remedy)
  const index = Number(rule?.[2])
  const [, member, group] = /^add "(.+)" to (group:\S+) \(line \d+\), which/.exec(remedy) ?? []
  const [, selector] = /^add "(.+)" to src of/.exec(remedy) ?? []
  const [, service] = /^add "(.+)" to ip of/.exec(remedy) ?? []
  const [, port] = /^add port (\d+) to acls/.exec(remedy) ?? []
  if (member !== undefined && group !== undefined) edited.groups[group]?.push(member)
  else if (selector !== undefined) edited[rule?.[1] === 'acls' ? 'acls' : 'grants'][index]?.src.push(selector)
  else if (service !== undefined) edited.grants[index]?.ip.push(service)
  else if (port !== undefined) {
    const acl = edited.acls[index]
    if (acl !== undefined) acl.dst = acl.dst.map((text) => (text.endsWith(':*') ? text : `${text},${port}`))
  } else return undefined
  return edited
}

test('a remedy that names a line, once done, allows', () => {
  let done = 0
  const many = fc.array(asked, { minLength: 20, maxLength: 30 })
  fc.assert(
    fc.property(arbitraryPolicySource(), arbitraryDirectory(), many, (source, directory, queries) => {
      const compiled = compilePolicy(policyOf(source), directory)
      for (const query of queries) {
        for (const remedy of explain(compiled, query).remedies) {
          const changed = remedied(source, remedy)
          if (changed === undefined) continue
          assert.equal(decide(compilePolicy(policyOf(changed), directory), query).verdict, 'allow', remedy)
          done++
        }
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(done > 20, `some remedies name a line: ${done}`)
})
