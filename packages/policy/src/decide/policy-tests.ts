import { ROLES } from '@sallyport/model'
import { formatIpAddress } from '../address/ip-address.ts'
import type { PolicyCheck, PolicyTest, RuleRef, Selector } from '../language/policy.ts'
import { type Parsed, protocolName } from '../language/service.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { Position } from '../text/position.ts'
import { quote } from '../text/quote.ts'
import type { CompiledPolicy } from './compile.ts'
import { firstRule, subjectOf } from './decide.ts'
import type { TargetFacts, UserFacts } from './directory.ts'
import { type Endpoint, endpointAt, endpointOfTags } from './endpoint.ts'
import { endpointOfTarget } from './reachable.ts'
import { type Subject, subjectKeys } from './subject.ts'

/** What the policy's own `tests` say of it. A policy whose report has not `passed` is not taken. */
export interface TestReport {
  readonly passed: boolean
  readonly tests: readonly TestResult[]
}

export interface TestResult {
  /** Of the entry in `tests`, from 0. */
  readonly index: number
  readonly position: Position
  readonly passed: boolean
  /** Why the whole entry could not be asked; then it has no checks. */
  readonly problem?: string
  readonly checks: readonly CheckResult[]
}

export interface CheckResult {
  readonly expect: 'accept' | 'deny'
  readonly source: string
  /** As written: `tag:db:22`. */
  readonly destination: string
  readonly position: Position
  readonly passed: boolean
  /** One line: what was found, and by which rule. */
  readonly reason: string
}

/**
 * Questions that one run asks at most, over all tests: several seconds of work. People whom the rules cannot tell apart
 * are asked for once, so that it takes a test of thousands of targets by hundreds of groups to get there.
 */
export const TEST_QUESTIONS_MAX = 1_000_000

interface Asker {
  readonly subject: Subject
  readonly name: string
}
interface Place {
  readonly endpoint: Endpoint
  readonly name: string
}

/** Asks every test. Disabled users count as if enabled: a policy must not stop to load because someone is away. */
export function runTests(compiled: CompiledPolicy): TestReport {
  const run = new TestRun(compiled)
  const tests = compiled.policy.tests.map((test) => run.test(test))
  return { passed: tests.every((test) => test.passed), tests }
}

/** One line for each thing that failed: `tests[0] (line 12): …`. */
export function failures(report: TestReport): readonly string[] {
  return report.tests.flatMap((test) => {
    const where = (position: Position): string => `tests[${test.index}] (line ${position.line})`
    if (test.problem !== undefined) return [`${where(test.position)}: ${test.problem}`]
    const failed = test.checks.filter((check) => !check.passed)
    return failed.map(
      ({ expect, source, destination, position, reason }) =>
        `${where(position)}: ${source} ${expect} ${destination}: ${reason}`,
    )
  })
}

class TestRun {
  readonly #compiled: CompiledPolicy
  readonly #named: ReadonlySet<string>
  #questions = 0

  constructor(compiled: CompiledPolicy) {
    this.#compiled = compiled
    this.#named = namedUsers(compiled)
  }

  test(test: PolicyTest): TestResult {
    const { index, position } = test
    const refuse = (problem: string): TestResult => ({ index, position, passed: false, problem, checks: [] })
    if (!test.source.ok) return refuse(test.source.message)
    if (!test.protocol.ok) return refuse(test.protocol.message)
    if (test.checks.length === 0) return refuse('the test has neither accept nor deny')
    const askers = this.#askers(test.source.value)
    if (!askers.ok) return refuse(askers.message)
    const protocol = test.protocol.value
    const checks = test.checks.map((check) => this.#check(check, test.sourceText, askers.value, protocol))
    return { index, position, passed: checks.every((check) => check.passed), checks }
  }

  #check(check: PolicyCheck, source: string, askers: readonly Asker[], protocol: number): CheckResult {
    const { expect, text: destination, position } = check
    const found = check.destination.ok
      ? this.#ask(check.destination.value, expect, askers, protocol)
      : { passed: false, reason: check.destination.message }
    return { expect, source, destination, position, ...found }
  }

  /** Every asker has to reach every place, or none any. */
  #ask(
    { selector, port }: { readonly selector: Selector; readonly port: number },
    expect: 'accept' | 'deny',
    askers: readonly Asker[],
    protocol: number,
  ): { readonly passed: boolean; readonly reason: string } {
    let allowedBy: RuleRef | undefined
    for (const place of this.#places(selector)) {
      for (const asker of askers) {
        if (++this.#questions > TEST_QUESTIONS_MAX) {
          return { passed: false, reason: `the tests ask more than ${TEST_QUESTIONS_MAX} questions` }
        }
        const rule = firstRule(this.#compiled, asker.subject, place.endpoint, protocol, port)
        const what = `${protocolName(protocol)} ${place.name} port ${port}`
        if (rule === undefined && expect === 'accept')
          return { passed: false, reason: `no rule lets ${asker.name} open ${what}` }
        if (rule !== undefined && expect === 'deny') {
          return { passed: false, reason: `${ruleText(rule)} lets ${asker.name} open ${what}` }
        }
        allowedBy ??= rule
      }
    }
    return { passed: true, reason: allowedBy === undefined ? 'no rule allows it' : `allowed by ${ruleText(allowedBy)}` }
  }

  #askers(selector: Selector): Parsed<readonly Asker[]> {
    switch (selector.kind) {
      case 'user':
        return this.#namedAsker(selector.name, selector.text)
      case 'group':
        return this.#group(selector.text)
      case 'domain':
        return this.#people(
          ({ name }) => name.endsWith(`@${selector.domain}`),
          [{ name: `anyone@${selector.domain}`, role: 'member' }],
        )
      case 'autogroup':
        return this.#autogroup(selector.text)
      case 'tag':
        return one({ subject: { tags: [selector.text], tagged: true }, name: selector.text })
      case 'addresses': {
        const source = { family: selector.range.family, value: selector.range.first }
        return one({ subject: { tags: [], tagged: false, source }, name: formatIpAddress(source) })
      }
      case 'any':
      case 'ipset':
      case 'service':
        return { ok: false, message: 'a test names whom it asks for' }
      default:
        return selector satisfies never
    }
  }

  /** Somebody the directory holds, or whom the policy names before they are added; anybody else is a slip of the pen. */
  #namedAsker(name: string, text: string): Parsed<readonly Asker[]> {
    if (this.#compiled.directory.user(name) === undefined && !this.#named.has(name)) {
      const names = this.#compiled.directory.users.slice(0, 2000).map((user) => user.name)
      const nearest = nearestName(name, names)
      const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`
      return { ok: false, message: `src=${quote(text)}: no such user, and no rule or group names one${hint}` }
    }
    return one(this.#asker(name))
  }

  #group(name: string): Parsed<readonly Asker[]> {
    const members = this.#compiled.policy.groups.get(name)?.members ?? []
    if (members.length === 0)
      return { ok: false, message: `src=${quote(name)}: the group is empty, so nothing is tested` }
    return this.#distinct(members.map((member) => this.#asker(member.name)))
  }

  #autogroup(text: string): Parsed<readonly Asker[]> {
    if (text === 'autogroup:tagged') return one({ subject: { tags: [], tagged: true }, name: 'a machine with any tag' })
    const role = ROLES.find((name) => `autogroup:${name}` === text) ?? 'member'
    const anyone = { name: '', role }
    return this.#people((user) => role === 'member' || user.role === role, [anyone])
  }

  /** Users of the directory that fit; where it has none, somebody who would. */
  #people(
    fits: (user: UserFacts) => boolean,
    otherwise: readonly Pick<UserFacts, 'name' | 'role'>[],
  ): Parsed<readonly Asker[]> {
    const users = this.#compiled.directory.users.filter(fits)
    const people = users.length > 0 ? users : otherwise
    return this.#distinct(
      people.map((user) => ({ subject: subjectOf(user, undefined), name: user.name || `any ${user.role}` })),
    )
  }

  #asker(name: string): Asker {
    const user = this.#compiled.directory.user(name) ?? { name, role: 'member' as const }
    return { subject: subjectOf(user, undefined), name }
  }

  #distinct(askers: readonly Asker[]): Parsed<readonly Asker[]> {
    const byKeys = new Map<string, Asker>()
    for (const asker of askers) {
      const keys = subjectKeys(asker.subject, this.#compiled.rules.memberships)
      const telling = keys.filter((key) => this.#compiled.rules.hasSource(key)).join('\n')
      if (!byKeys.has(telling)) byKeys.set(telling, asker)
    }
    return { ok: true, value: [...byKeys.values()] }
  }

  #places(selector: Selector): readonly Place[] {
    const { directory } = this.#compiled
    if (selector.kind === 'addresses') {
      const address = { family: selector.range.family, value: selector.range.first }
      const name = selector.alias ? `${selector.text} (${formatIpAddress(address)})` : formatIpAddress(address)
      return [{ endpoint: endpointAt(address, [], directory), name }]
    }
    const targets = directory.tagged(selector.text)
    if (targets.length === 0)
      return [{ endpoint: endpointOfTags([selector.text]), name: `a target with ${selector.text}` }]
    return targets.flatMap((target) => this.#placesOf(target, selector.text))
  }

  #placesOf(target: TargetFacts, tag: string): readonly Place[] {
    const tagsOnly = { endpoint: endpointOfTags(target.tags, target.name), name: `${target.name} (${tag})` }
    if (target.addresses.length === 0) return [tagsOnly]
    return target.addresses.map((address) => ({
      endpoint: endpointOfTarget(this.#compiled, target, address),
      name: `${target.name} (${address}, ${tag})`,
    }))
  }
}

function one(asker: Asker): Parsed<readonly Asker[]> {
  return { ok: true, value: [asker] }
}

function ruleText({ section, index, line }: RuleRef): string {
  return `${section}[${index}] (line ${line})`
}

/** Login names that groups and rules mention. */
function namedUsers({ policy }: CompiledPolicy): ReadonlySet<string> {
  const inGroups = [...policy.groups.values()].flatMap((group) => group.members)
  const inRules = policy.rules.flatMap((rule) => rule.sources).filter((selector) => selector.kind === 'user')
  return new Set([...inGroups, ...inRules].map((user) => user.name))
}
