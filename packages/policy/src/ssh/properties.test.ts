import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type CompiledPolicy, compilePolicy } from '../decide/compile.ts'
import type { Directory, MeshNode } from '../decide/directory.ts'
import type { Policy, SshRule } from '../language/policy.ts'
import { arbitraryDirectory, attributes, LOGIN_NAMES } from '../testing/arbitrary-directory.ts'
import { arbitraryPolicy } from '../testing/arbitrary-policy.ts'
import { allowedLogins } from './allowed-logins.ts'
import { decideLogin, decideNodeLogin, type LoginDecision } from './decide-login.ts'
import { explainLogin } from './explain-login.ts'
import { isSuperuser } from './login-names.ts'
import type { LoginQuery } from './login-question.ts'
import type { NodeSshRule } from './node-ssh-rule.ts'
import { acceptAction } from './recorders.ts'
import { sshRules } from './ssh-rules.ts'

/** Policies that let some people in somewhere. */
const policies = arbitraryPolicy().filter(({ sshRules }) => sshRules.length > 0)

/** People who may sign in, and machines that are theirs or tagged. */
const directories: fc.Arbitrary<Directory> = arbitraryDirectory().map(({ users, targets, nodes = [] }) => {
  const known = LOGIN_NAMES.map((name, index) => ({ name, role: users[index]?.role ?? 'member', disabled: false }))
  const owned = nodes.map((node) => ({ ...node, user: node.user ?? 'alice@example.com' }))
  return { users: known, targets, nodes: owned }
})

const LOGINS = ['root', 'ubuntu', 'alice', 'bob', 'léa', 'nobody', 'toor']

const query: fc.Arbitrary<LoginQuery & { login: string; lastCheckSeconds?: number }> = fc.record(
  {
    user: fc.record({ name: fc.constantFrom(...LOGIN_NAMES) }),
    source: fc.constantFrom('100.64.0.1', '10.0.0.5', 'nowhere'),
    attributes,
    target: fc.record(
      {
        address: fc.constantFrom('10.0.0.5', '100.64.0.1', '100.64.0.2', '127.0.0.1', '8.8.8.8'),
        tags: fc.uniqueArray(fc.constantFrom('tag:db', 'tag:web', 'tag:router'), { maxLength: 2 }),
        node: fc.constantFrom(1, 2, 3),
      },
      { requiredKeys: [] },
    ),
    login: fc.constantFrom(...LOGINS),
    lastCheckSeconds: fc.constantFrom(0, 60, 100_000),
  },
  { requiredKeys: ['user', 'target', 'login'] },
)

/** The client's own search: the first rule with the caller's address that gives the login name. */
function clientFinds(rules: readonly NodeSshRule[], address: string, login: string): NodeSshRule | undefined {
  return rules.find(({ principals, sshUsers }) => {
    const given = Object.hasOwn(sshUsers, login) ? sshUsers[login] : sshUsers['*']
    return principals.some(({ nodeIP }) => nodeIP === address) && (given ?? '') !== ''
  })
}

test('a machine’s client finds in its rules what decideNodeLogin says', () => {
  fc.assert(
    fc.property(policies, fc.oneof(directories, arbitraryDirectory()), (policy, directory) => {
      // Two machines with one address would be one caller to the client.
      const nodes = (directory.nodes ?? []).map((node) => ({
        ...node,
        addresses: [`100.64.7.${node.id}`, `fd00::${node.id}`],
      }))
      const compiled = compilePolicy(policy, { ...directory, nodes })
      for (const to of nodes) for (const from of nodes) agree(compiled, from, to)
    }),
    { numRuns: 300 },
  )
})

function agree(compiled: CompiledPolicy, from: MeshNode, to: MeshNode): void {
  const rules = sshRules(compiled, to)
  // The client knows no superuser but root.
  for (const login of LOGINS.filter((name) => name === 'root' || !isSuperuser(name))) {
    const decision = decideNodeLogin(compiled, { from, to, login })
    for (const address of from.addresses) {
      const found = clientFinds(rules, address, login)
      assert.equal(found === undefined, decision.verdict === 'deny', `${login} from ${from.name} to ${to.name}`)
      if (found !== undefined) assert.equal('holdAndDelegate' in found.action, asks(compiled, decision))
    }
  }
}

/** Whether the node has to ask us: for a check, or because what has to be recorded cannot be. */
function asks(compiled: CompiledPolicy, decision: LoginDecision): boolean {
  if (decision.verdict === 'deny') return false
  const rule = compiled.policy.sshRules[decision.rule.index]
  return decision.verdict === 'check' || (rule !== undefined && 'reject' in acceptAction(compiled, rule))
}

/** The same rules in another order. */
function shuffled(policy: Policy): fc.Arbitrary<Policy> {
  return fc
    .shuffledSubarray([...policy.sshRules], { minLength: policy.sshRules.length })
    .map((sshRules) => ({ ...policy, sshRules }))
}

test('the order of the rules changes no verdict', () => {
  const cases = fc
    .tuple(policies, directories, query)
    .chain(([policy, directory, asked]) => fc.tuple(fc.constant({ policy, directory, asked }), shuffled(policy)))
  fc.assert(
    fc.property(cases, ([{ policy, directory, asked }, other]) => {
      // Which of two checks comes first says how long it stays good.
      const { lastCheckSeconds: _, ...unchecked } = asked
      const verdict = (each: Policy): string => decideLogin(compilePolicy(each, directory), unchecked).verdict
      assert.equal(verdict(other), verdict(policy))
    }),
    { numRuns: 500 },
  )
})

test('a further rule that accepts takes no login away, and lifts no check', () => {
  fc.assert(
    fc.property(policies, arbitraryPolicy(), directories, query, (policy, more, directory, asked) => {
      const accepting = more.sshRules.filter((rule) => rule.action === 'accept')
      const wider: Policy = { ...policy, sshRules: [...accepting, ...policy.sshRules] }
      const before = decideLogin(compilePolicy(policy, directory), asked).verdict
      const after = decideLogin(compilePolicy(wider, directory), asked).verdict
      if (before !== 'deny') assert.equal(after, before)
    }),
    { numRuns: 500 },
  )
})

test('a check that was passed just now is never worse than none, and always due without one', () => {
  fc.assert(
    fc.property(policies, directories, query, (policy, directory, asked) => {
      const compiled = compilePolicy(policy, directory)
      const never = decideLogin(compiled, { user: asked.user, target: asked.target, login: asked.login })
      const now = decideLogin(compiled, {
        user: asked.user,
        target: asked.target,
        login: asked.login,
        checkedForThis: true,
      })
      assert.equal(now.verdict, never.verdict === 'check' ? 'accept' : never.verdict)
    }),
    { numRuns: 300 },
  )
})

test('the explanation agrees with the decision, rule by rule', () => {
  fc.assert(
    fc.property(policies, directories, query, (policy, directory, asked) => {
      const { decision, rules } = explainLogin(compilePolicy(policy, directory), asked)
      const first = rules.find((rule) => rule.admits)
      assert.deepEqual(first?.ref, decision.verdict === 'deny' ? undefined : decision.rule)
      for (const rule of rules) assert.equal(rule.failed.length === 0, rule.admits)
    }),
    { numRuns: 500 },
  )
})

test('the list of login names is what decideLogin lets in', () => {
  fc.assert(
    fc.property(policies, directories, query, (policy, directory, asked) => {
      const compiled = compilePolicy(policy, directory)
      const { login: _, lastCheckSeconds: __, ...who } = asked
      const { names, others } = allowedLogins(compiled, who)
      for (const login of LOGINS) {
        const listed = names.find((each) => each.login === login) ?? (isSuperuser(login) ? undefined : others)
        const decision = decideLogin(compiled, { ...who, login })
        assert.equal(decision.verdict, listed?.action ?? 'deny', login)
        if (decision.verdict !== 'deny') assert.deepEqual(decision.rule, listed?.rule)
      }
    }),
    { numRuns: 500 },
  )
})

test('nobody is a superuser unless a rule says that very name', () => {
  const names = (rule: SshRule): readonly string[] => rule.users.map(({ text }) => text)
  const everybody = (directory: Directory): readonly string[] => directory.users.map(({ name }) => name)
  fc.assert(
    fc.property(policies, directories, query, (policy, directory, { target }) => {
      const compiled = compilePolicy(policy, directory)
      for (const name of everybody(directory)) {
        for (const login of ['root', 'toor', 'Root', 'ROOT']) {
          const decision = decideLogin(compiled, { user: { name }, target, login })
          if (decision.verdict === 'deny') continue
          const rule = policy.sshRules[decision.rule.index]
          assert.ok(rule !== undefined && names(rule).includes(login))
        }
      }
    }),
    { numRuns: 300 },
  )
})
