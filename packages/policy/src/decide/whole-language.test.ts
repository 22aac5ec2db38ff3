import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { explain } from '../explain/explain.ts'
import type { Policy } from '../language/policy.ts'
import { arbitraryChanges, arbitraryDirectory } from '../testing/arbitrary-directory.ts'
import { arbitraryPolicy } from '../testing/arbitrary-policy.ts'
import { arbitraryNodeQuery, arbitraryQuery } from '../testing/arbitrary-query.ts'
import { policyOf } from '../testing/compile-text.ts'
import { type CompiledPolicy, compilePolicy, withChanges } from './compile.ts'
import { type Decision, decide, type NodeQuery, type Query, resolveQuery, ruleAllows, ruleRef } from './decide.ts'
import type { Directory, DirectoryChanges } from './directory.ts'
import type { Changes } from './places.ts'
import { reachable, reachesAnything } from './reachable.ts'

/** The rules of several policies, most of them without `via` and postures: else hardly a question would be allowed. */
const manyRules = fc.array(arbitraryPolicy(), { minLength: 1, maxLength: 8, size: 'max' }).map(([first, ...others]) => {
  assert.ok(first !== undefined)
  const rules = [first, ...others]
    .flatMap((policy) => policy.rules)
    .map((rule, index) => ({ ...rule, index, ...(index % 3 === 0 ? {} : { via: [], srcPosture: [] }) }))
  const defaultSrcPosture = others.length % 4 === 0 ? first.defaultSrcPosture : []
  return { ...first, defaultSrcPosture, rules, restricts: first.restricts || rules.length > 0 }
})
const queries = fc.array(fc.oneof(arbitraryQuery(), arbitraryNodeQuery()), { minLength: 1, maxLength: 20, size: 'max' })

/** The walk over every rule that the index must agree with. */
function walked(compiled: CompiledPolicy, query: Query | NodeQuery): Pick<Decision, 'verdict' | 'rule'> {
  const question = resolveQuery(compiled, query)
  if (!question.ok) return { verdict: 'deny' }
  if ('node' in query && !compiled.policy.restricts)
    return { verdict: query.destination.protocol === 'sctp' ? 'deny' : 'allow' }
  const order = compiled.policy.rules.findIndex((rule) => ruleAllows(compiled, rule, question))
  return order < 0 ? { verdict: 'deny' } : { verdict: 'allow', rule: ruleRef(compiled, order) }
}

test('the index decides as a walk over every rule does, for people and machines, over the whole language', () => {
  const seen: Record<string, number> = { allow: 0, deny: 0, machine: 0, 'posture-unmet': 0, 'special-address': 0 }
  fc.assert(
    fc.property(manyRules, arbitraryDirectory(), queries, (policy, directory, asked) => {
      const compiled = compilePolicy(policy, directory)
      for (const query of asked) {
        const { verdict, code, rule } = decide(compiled, query)
        assert.deepEqual({ verdict, ...(rule === undefined ? {} : { rule }) }, walked(compiled, query))
        seen[verdict] = (seen[verdict] ?? 0) + 1
        if (code !== 'allowed') seen[code] = (seen[code] ?? 0) + 1
        else if ('node' in query && rule !== undefined) seen['machine'] = (seen['machine'] ?? 0) + 1
      }
    }),
    { numRuns: 500 },
  )
  // Each kind of answer came up, so that the agreement says something.
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, what)
})

test('an explanation finds the rules that a decision names', () => {
  fc.assert(
    fc.property(manyRules, arbitraryDirectory(), arbitraryQuery(), (policy, directory, query) => {
      const { decision, rules } = explain(compilePolicy(policy, directory), query)
      assert.deepEqual(decision.rule, rules.find(({ allows }) => allows)?.ref)
    }),
    { numRuns: 200 },
  )
})

const verdicts = (policy: Policy, directory: Directory, asked: readonly (Query | NodeQuery)[]): readonly string[] => {
  const compiled = compilePolicy(policy, directory)
  return asked.map((query) => decide(compiled, query).verdict)
}

test('the order of rules does not change a verdict', () => {
  fc.assert(
    fc.property(manyRules, arbitraryDirectory(), queries, (policy, directory, asked) => {
      const turned = { ...policy, rules: policy.rules.toReversed() }
      assert.deepEqual(verdicts(turned, directory, asked), verdicts(policy, directory, asked))
    }),
    { numRuns: 200 },
  )
})

test('another rule never takes access away', () => {
  fc.assert(
    fc.property(manyRules, arbitraryDirectory(), queries, fc.nat(), (policy, directory, asked, drop) => {
      // Without any rule the mesh is open: the first rule is the one that closes it.
      fc.pre(policy.restricts && policy.rules.length > 0)
      const fewer = { ...policy, rules: policy.rules.toSpliced(drop % policy.rules.length, 1) }
      const before = verdicts(fewer, directory, asked)
      const after = verdicts(policy, directory, asked)
      for (const [index, verdict] of before.entries()) if (verdict === 'allow') assert.equal(after[index], 'allow')
    }),
    { numRuns: 200 },
  )
})

test('a device of which nothing is known gets no more than where no rule with a posture stands', () => {
  fc.assert(
    fc.property(manyRules, arbitraryDirectory(), arbitraryQuery(), (policy, directory, query) => {
      const asks = new Set(
        [...policy.postures.values()]
          .filter(({ conditions }) => conditions.some(({ operator }) => operator !== 'NOT SET'))
          .map(({ name }) => name),
      )
      const { defaultSrcPosture, rules } = policy
      const open = rules.filter(({ srcPosture }) => {
        const wanted = srcPosture.length > 0 ? srcPosture : defaultSrcPosture
        return wanted.length === 0 || wanted.some((name) => !asks.has(name))
      })
      const { attributes: _, ...unknown } = query
      const { verdict } = decide(compilePolicy(policy, directory), unknown)
      assert.deepEqual([verdict], verdicts({ ...policy, rules: open }, directory, [unknown]))
    }),
    { numRuns: 200 },
  )
})

test('posture-unmet is told exactly where rules allow it but for their postures', () => {
  fc.assert(
    fc.property(manyRules, arbitraryDirectory(), queries, (policy, directory, asked) => {
      const compiled = compilePolicy(policy, directory)
      const without = compilePolicy(
        { ...policy, defaultSrcPosture: [], rules: policy.rules.map((rule) => ({ ...rule, srcPosture: [] })) },
        directory,
      )
      for (const query of asked) {
        const { verdict, code } = decide(compiled, query)
        if (verdict === 'allow') continue
        assert.equal(code === 'posture-unmet', decide(without, query).verdict === 'allow', JSON.stringify(query))
      }
    }),
    { numRuns: 200 },
  )
})

test('what users may reach is what they are allowed, port by port', () => {
  fc.assert(
    fc.property(manyRules, arbitraryDirectory(), arbitraryQuery(), (policy, directory, query) => {
      const compiled = compilePolicy(policy, directory)
      const { user, destination, ...from } = query
      const found = reachable(compiled, user, directory.targets, from)
      for (const target of directory.targets) {
        // Only an address is decided; what a name means is known when it is dialled.
        const addresses = target.addresses.filter((text) => text !== 'db.example.com')
        const asks = addresses.map((address) => ({
          ...from,
          user,
          destination: { address, port: destination.port, tags: target.tags },
        }))
        const allowed = asks.some((ask) => decide(compiled, ask).verdict === 'allow')
        const open = found
          .find((each) => each.target === target)
          ?.ports.some(({ first, last }) => first <= destination.port && destination.port <= last)
        if (addresses.length === target.addresses.length) assert.equal(open ?? false, allowed)
        else if (allowed) assert.equal(open, true)
        if (allowed) assert.equal(reachesAnything(compiled, user, from), true)
      }
      assert.deepEqual(reachable(compiled, user, directory.targets, { ...from, limit: 1 }), found.slice(0, 1))
    }),
    { numRuns: 200 },
  )
})

test('after changes everything is as if compiled from the facts as they are now, and before them as it was', () => {
  fc.assert(
    fc.property(
      manyRules,
      arbitraryDirectory(),
      fc.array(arbitraryChanges(), { minLength: 1, maxLength: 4 }),
      queries,
      (policy, directory, rounds, asked) => {
        let facts = directory
        let compiled = compilePolicy(policy, directory)
        for (const changes of rounds) {
          const before = { facts, compiled }
          facts = changed(facts, changes)
          // What is made on the first question has to be carried on too.
          compiled.directory.hasTagged()
          const compared = compilePolicy(policy, facts, compiled)
          compiled = withChanges(compiled, changes)
          assert.deepEqual(contents(compared), contents(compiled))
          for (const query of asked) assert.deepEqual(decide(compared, query), decide(compiled, query))
          for (const each of [before, { facts, compiled }]) {
            const scratch = compilePolicy(policy, each.facts)
            for (const query of asked)
              assert.deepEqual(decide(each.compiled, query), decide(scratch, query), JSON.stringify(query))
            assert.deepEqual(contents(each.compiled), contents(scratch))
          }
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('facts read anew share with those before all that is as it was', () => {
  const users = [
    { name: 'bob@example.com', role: 'member' as const, disabled: false },
    { name: 'carol', role: 'member' as const, disabled: false },
  ]
  const targets = [{ name: 'db1', addresses: ['10.0.0.5'], tags: ['tag:db'] }]
  const policy = policyOf({ grants: [{ src: ['*'], dst: ['*'], ip: ['22'] }] })
  const before = compilePolicy(policy, { users, targets })
  const now = structuredClone({ users, targets })
  const same = compilePolicy(policy, now, before)
  assert.equal(same.directory.user('carol'), users[1])
  assert.equal(same.directory.target('db1'), targets[0])
  const disabled = now.users.map((user) => ({ ...user, disabled: user.name === 'carol' }))
  const retagged = now.targets.map((target) => ({ ...target, tags: [] }))
  const changed = compilePolicy(policy, { users: disabled, targets: retagged }, before)
  assert.equal(changed.directory.user('bob@example.com'), users[0])
  assert.equal(changed.directory.user('carol')?.disabled, true)
  assert.equal(changed.directory.hasTagged('tag:db'), false)
  assert.deepEqual(compilePolicy(policy, { users: [], targets: [] }, before).directory.users, [])
})

function contents({ directory }: CompiledPolicy): object {
  const tags = ['tag:db', 'tag:web', 'tag:router', 'tag:exit']
  return {
    users: directory.users.map((user) => ({ ...user })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    targets: directory.targets.map((target) => ({ ...target })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    nodes: directory.nodes.toSorted((a, b) => a.id - b.id),
    tagged: tags.map((tag) =>
      directory
        .tagged(tag)
        .map(({ name }) => name)
        .toSorted(),
    ),
    hasTagged: [undefined, ...tags].map((tag) => directory.hasTagged(tag)),
  }
}

function changed(directory: Directory, changes: DirectoryChanges): Directory {
  return {
    users: applied(directory.users, changes.users, ({ name }) => name),
    targets: applied(directory.targets, changes.targets, ({ name }) => name),
    nodes: applied(directory.nodes ?? [], changes.nodes, ({ id }) => id),
  }
}

function applied<T, Name>(
  items: readonly T[],
  changes: Changes<T, Name> | undefined,
  nameOf: (item: T) => Name,
): readonly T[] {
  const byName = new Map(items.map((item) => [nameOf(item), item]))
  for (const name of changes?.removed ?? []) byName.delete(name)
  for (const item of changes?.set ?? []) byName.set(nameOf(item), item)
  return [...byName.values()]
}
