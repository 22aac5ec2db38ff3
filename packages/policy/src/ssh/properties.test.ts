import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type CompiledPolicy, compilePolicy } from '../decide/compile.ts'
import type { Directory, MeshNode } from '../decide/directory.ts'
import type { Policy, SshRule } from '../language/policy.ts'
import { policyOf } from '../testing/compile-text.ts'
import { allowedLogins } from './allowed-logins.ts'
import { decideLogin, decideNodeLogin, type LoginDecision } from './decide-login.ts'
import { explainLogin } from './explain-login.ts'
import { isSuperuser } from './login-names.ts'
import type { LoginQuery } from './login-question.ts'
import type { NodeSshRule } from './node-ssh-rule.ts'
import { acceptAction } from './recorders.ts'
import { sshRules } from './ssh-rules.ts'

const PEOPLE = ['alice@example.com', 'bob@example.org', 'group:dev', 'user:*@example.com', 'autogroup:member']
const MACHINES = ['tag:db', 'tag:web', 'autogroup:tagged']
const LOGINS = ['root', 'ubuntu', 'alice', 'bob', 'léa', 'nobody', 'toor']

function some(from: readonly string[]): fc.Arbitrary<string[]> {
  return fc.uniqueArray(fc.constantFrom(...from), { minLength: 1, maxLength: 3 })
}

/** Few people, machines and names, so that rules meet. */
const rule: fc.Arbitrary<object> = fc
  .record({
    action: fc.constantFrom('accept', 'check'),
    sides: fc.oneof(
      fc.record({ src: some([...PEOPLE, ...MACHINES]), dst: some(MACHINES) }),
      fc.record({ src: some(PEOPLE), dst: fc.constantFrom(['autogroup:self'], ['tag:db', 'autogroup:self']) }),
    ),
    users: some(['root', 'ubuntu', 'autogroup:nonroot', 'localpart:*@example.com', 'localpart:*@example.org']),
    more: fc.record(
      {
        checkPeriod: fc.constantFrom('always', '1h'),
        acceptEnv: some(['LANG', 'LC_*']),
        recorder: some(['tag:web', 'tag:none']),
        enforceRecorder: fc.boolean(),
        srcPosture: fc.constant(['posture:mac']),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ action, sides, users, more }) => ({ action, ...sides, users, ...more }))
const policies: fc.Arbitrary<Policy> = fc.array(rule, { maxLength: 5 }).map((ssh) =>
  policyOf({
    groups: { 'group:dev': ['bob@example.org', 'carol@'] },
    tagOwners: { 'tag:db': [], 'tag:web': [], 'tag:none': [] },
    postures: { 'posture:mac': ["node:os == 'macos'"] },
    ssh,
  }),
)

const NAMES = ['alice@example.com', 'bob@example.org', 'carol']
const attributes = fc.constantFrom({}, { 'node:os': 'macos' })
const directories: fc.Arbitrary<Directory> = fc
  .record({
    disabled: fc.nat(7),
    nodes: fc.array(
      fc.record({
        owner: fc.constantFrom(...NAMES, ...NAMES, 'gone@example.com'),
        tags: fc.constantFrom([], [], ['tag:db'], ['tag:web'], ['tag:db', 'tag:web']),
        attributes,
      }),
      { minLength: 2, maxLength: 5 },
    ),
  })
  .map(({ disabled, nodes }) => ({
    users: NAMES.map((name, index) => ({ name, role: 'member', disabled: index === disabled })),
    targets: [{ name: 'db1', addresses: ['10.0.0.5'], tags: ['tag:db'] }],
    nodes: nodes.map(({ owner, tags, attributes: known }, index) => ({
      id: index + 1,
      name: `machine-${index + 1}`,
      user: owner,
      tags,
      addresses: [`100.64.7.${index + 1}`, `fd00::${index + 1}`],
      announcedRoutes: [],
      approvedRoutes: [],
      online: true,
      attributes: known,
    })),
  }))

const query: fc.Arbitrary<LoginQuery & { login: string; lastCheckSeconds?: number }> = fc.record(
  {
    user: fc.record({ name: fc.constantFrom(...NAMES, 'gone@example.com') }),
    attributes,
    target: fc.oneof(
      fc.record({ tags: fc.constantFrom(['tag:db'], ['tag:web', 'tag:db'], []) }),
      fc.record({ address: fc.constantFrom('10.0.0.5', '100.64.7.1', 'fd00::2', '127.0.0.1', '8.8.8.8') }),
      fc.record({ node: fc.constantFrom(1, 2, 9) }),
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
    fc.property(policies, directories, (policy, directory) => {
      const { nodes = [] } = directory
      const compiled = compilePolicy(policy, directory)
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
      const verdicts = (each: Policy): readonly string[] => {
        const compiled = compilePolicy(each, directory)
        return LOGINS.map((login) => decideLogin(compiled, { ...unchecked, login }).verdict)
      }
      assert.deepEqual(verdicts(other), verdicts(policy))
    }),
    { numRuns: 500 },
  )
})

test('a further rule that accepts takes no login away, and lifts no check', () => {
  fc.assert(
    fc.property(policies, policies, directories, query, (policy, more, directory, asked) => {
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
