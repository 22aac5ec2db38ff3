import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { explain } from '../explain/explain.ts'
import { renderExplanation } from '../explain/render-explanation.ts'
import { parsePolicy } from '../language/parse-policy.ts'
import { compileText, DIRECTORY, policyOf } from '../testing/compile-text.ts'
import { printPolicy } from '../text/print-policy.ts'
import { decide, type Query } from './decide.ts'

const DEFINITIONS = {
  groups: { 'group:a': ['bob@example.com', 'carol@'], 'group:b': ['alice@example.com'], 'group:empty': [] },
  hosts: { db1: '10.0.0.5', net: '10.0.0.0/29', here: '127.0.0.1' },
  tagOwners: { 'tag:db': ['group:a'], 'tag:web': [], 'tag:here': [] },
}
const source = fc.constantFrom(
  '*',
  'bob@example.com',
  'carol@',
  'user:*@example.com',
  'group:a',
  'group:b',
  'group:empty',
  'tag:db',
  'autogroup:member',
  'autogroup:admin',
  'autogroup:owner',
  'autogroup:tagged',
  'autogroup:danger-all',
  '192.0.2.0/24',
  '192.0.2.1-192.0.2.9',
  'db1',
)
const destination = fc.constantFrom(
  '*',
  'tag:db',
  'tag:web',
  'tag:here',
  'autogroup:tagged',
  'autogroup:internet',
  'autogroup:member',
  'bob@example.com',
  'db1',
  'net',
  'here',
  '10.0.0.0/8',
  '10.0.0.6-10.0.0.9',
  '0.0.0.0/1',
  '127.0.0.0/8',
  '169.254.169.254',
  'fd00::/8',
  '::1',
  '64:ff9b::/96',
)
const ports = fc.constantFrom('*', '22', '22,80-90', '443', '1-1023')
const service = fc.constantFrom('*', '22', 'tcp:22', 'tcp:*', 'udp:*', '80-443', 'icmp:*')
const many = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: 3 })

const acl = fc.record({
  action: fc.constant('accept'),
  proto: fc.constantFrom('', 'tcp', 'udp', '6'),
  src: many(source),
  dst: many(fc.tuple(destination, ports).map(([name, list]) => `${name}:${list}`)),
})
const grant = fc.record({ src: many(source), dst: many(destination), ip: many(service) })
const rules = fc.record({ acls: fc.array(acl, { maxLength: 6 }), grants: fc.array(grant, { maxLength: 6 }) })

const query: fc.Arbitrary<Query> = fc.record(
  {
    user: fc.record({ name: fc.constantFrom(...DIRECTORY.users.map(({ name }) => name), 'nobody') }),
    source: fc.constantFrom('192.0.2.5', '198.51.100.1', '10.0.0.5', '::ffff:192.0.2.200'),
    destination: fc.record(
      {
        address: fc.constantFrom(
          '10.0.0.5',
          '10.0.0.6',
          '10.0.0.7',
          '10.0.0.8',
          '10.9.9.9',
          '8.8.8.8',
          '127.0.0.1',
          '::ffff:127.0.0.1',
          '169.254.169.254',
          'fd00::5',
          '::1',
          '64:ff9b::7f00:1',
          '64:ff9b::a00:5',
        ),
        port: fc.constantFrom(22, 80, 443, 5432),
        protocol: fc.constantFrom('tcp' as const, 'udp' as const),
        tags: fc.constantFrom(['tag:web'], ['tag:db', 'tag:web'], []),
      },
      { requiredKeys: ['address', 'port'] },
    ),
  },
  { requiredKeys: ['user', 'destination'] },
)

const verdicts = (policy: object, queries: readonly Query[]): readonly string[] => {
  const compiled = compileText({ ...DEFINITIONS, ...policy })
  return queries.map((each) => decide(compiled, each).verdict)
}

test('the index decides as a walk over every rule does, and names the first rule that allows', () => {
  fc.assert(
    fc.property(rules, fc.array(query, { minLength: 1, maxLength: 10 }), (policy, queries) => {
      const compiled = compileText({ ...DEFINITIONS, ...policy })
      for (const each of queries) {
        const { decision, rules: walked } = explain(compiled, each)
        const allowing = walked.find((rule) => rule.allows)
        assert.deepEqual(decision.rule, allowing?.ref)
        assert.equal(decision.verdict, allowing === undefined ? 'deny' : 'allow')
      }
    }),
    { numRuns: 400 },
  )
})

test('the order of rules does not change a verdict', () => {
  fc.assert(
    fc.property(rules, fc.array(query, { minLength: 1, maxLength: 10 }), (policy, queries) => {
      const turned = { grants: policy.grants.toReversed(), acls: policy.acls.toReversed() }
      assert.deepEqual(verdicts(turned, queries), verdicts(policy, queries))
    }),
    { numRuns: 300 },
  )
})

test('another rule never takes access away', () => {
  fc.assert(
    fc.property(
      rules,
      fc.oneof(acl, grant),
      fc.array(query, { minLength: 1, maxLength: 10 }),
      (policy, added, queries) => {
        const more =
          'ip' in added
            ? { ...policy, grants: [added, ...policy.grants] }
            : { ...policy, acls: [added, ...policy.acls] }
        const before = verdicts(policy, queries)
        const after = verdicts(more, queries)
        for (const [index, verdict] of before.entries()) if (verdict === 'allow') assert.equal(after[index], 'allow')
      },
    ),
    { numRuns: 300 },
  )
})

test('V-D09 no rule without a special name, alias or tag opens a special address', () => {
  const wide = fc.constantFrom(
    '*',
    'autogroup:tagged',
    'autogroup:internet',
    '0.0.0.0/1',
    '10.0.0.0/8',
    '64:ff9b::/96',
    'tag:db',
  )
  const special = fc.constantFrom(
    '127.0.0.1',
    '::1',
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '0.0.0.0',
  )
  fc.assert(
    fc.property(
      fc.array(fc.record({ src: fc.constant(['*']), dst: many(wide), ip: fc.constant(['*']) })),
      special,
      (grants, address) => {
        const queries = DIRECTORY.users.map(({ name }) => ({
          user: { name },
          destination: { address, port: 22, tags: ['tag:db'] },
        }))
        assert.ok(verdicts({ grants }, queries).every((verdict) => verdict === 'deny'))
      },
    ),
  )
})

test('a printed policy reads as the same policy', () => {
  fc.assert(
    fc.property(rules, query, (policy, asked) => {
      const parsed = policyOf({
        ...DEFINITIONS,
        ...policy,
        tests: [{ src: 'bob@example.com', accept: ['db1:22'], deny: ['x'] }],
      })
      const printed = printPolicy(parsed)
      const again = parsePolicy(printed)
      assert.ok(again.ok)
      assert.equal(printPolicy(again.policy), printed)
      assert.deepEqual(
        decide(compileText(printed), asked).verdict,
        decide(compileText({ ...DEFINITIONS, ...policy }), asked).verdict,
      )
    }),
    { numRuns: 200 },
  )
})

test('every denial of a known user says what would make it allow', () => {
  fc.assert(
    fc.property(rules, query, (policy, asked) => {
      const explanation = explain(compileText({ ...DEFINITIONS, ...policy }), asked)
      assert.equal(explanation.remedies.length > 0, explanation.decision.verdict === 'deny')
      assert.ok(renderExplanation(explanation).endsWith('\n'))
    }),
    { numRuns: 300 },
  )
})

test('the grant that a denial proposes makes it allow', () => {
  fc.assert(
    fc.property(rules, query, (policy, asked) => {
      const { decision, remedies } = explain(compileText({ ...DEFINITIONS, ...policy }), asked)
      const proposed = /add to "grants": (\{.*\})$/.exec(
        remedies.find((remedy) => remedy.includes('"grants"')) ?? '',
      )?.[1]
      fc.pre(decision.verdict === 'deny' && proposed !== undefined)
      const granted: unknown = JSON.parse(proposed ?? '')
      const grants = [...policy.grants, granted]
      assert.equal(decide(compileText({ ...DEFINITIONS, ...policy, grants }), asked).verdict, 'allow')
    }),
    { numRuns: 300 },
  )
})
