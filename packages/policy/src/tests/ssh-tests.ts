import type { CompiledPolicy } from '../decide/compile.ts'
import type { Attributes } from '../decide/posture.ts'
import { type Subject, subjectKeys } from '../decide/subject.ts'
import type { Selector, SshTest } from '../language/policy.ts'
import type { Parsed } from '../language/service.ts'
import { decideQuestion, type LoginDecision } from '../ssh/decide-login.ts'
import { hasLocalpart } from '../ssh/login-names.ts'
import type { LoginQuestion } from '../ssh/login-question.ts'
import { type Machine, machineOfNode } from '../ssh/machine.ts'
import { sshRuleIndex } from '../ssh/ssh-rule-index.ts'
import { quote } from '../text/quote.ts'
import { type Asker, Askers } from './askers.ts'
import type { MeshMachines } from './mesh-machines.ts'
import { type Place, Places } from './places.ts'
import { type QuestionCount, TOO_MANY_QUESTIONS } from './question-count.ts'
import type { LoginCheckResult, SshTestResult } from './test-report.ts'

/** Who asks, from what device; the same for all checks of a test. */
interface Asked {
  readonly source: string
  readonly askers: readonly Asker[]
  readonly attributes: Attributes | undefined
}

type Expectation = LoginCheckResult['expect']
type Found = Pick<LoginCheckResult, 'passed' | 'reason' | 'found'>

/**
 * Asks the policy's `sshTests`: of each login name on each destination, whether it is accepted, checked or denied. A name
 * that a check stands before is not an accepted one.
 */
export class SshTests {
  readonly #compiled: CompiledPolicy
  readonly #askers: Askers
  readonly #places: Places
  readonly #questions: QuestionCount

  constructor(compiled: CompiledPolicy, machines: MeshMachines, questions: QuestionCount) {
    const index = sshRuleIndex(compiled.policy)
    this.#compiled = compiled
    this.#questions = questions
    const ownNames = index.rules.some((rule) => hasLocalpart(rule.users))
    const known = (subject: Subject): readonly string[] =>
      subjectKeys(subject, index.memberships).filter(
        (key) => index.hasSource(key) || (ownNames && key.startsWith('user ')),
      )
    this.#askers = new Askers(compiled, machines, known)
    this.#places = new Places(compiled, machines, this.#askers)
  }

  test(test: SshTest): SshTestResult {
    const { index, position, source, srcPostureAttrs: attributes } = test
    const refuse = (problem: string): SshTestResult => ({ index, position, passed: false, problem, checks: [] })
    if (!source.ok) return refuse(source.message)
    if (test.destinations.length === 0) return refuse('the test has no dst')
    if (test.accept.length + test.check.length + test.deny.length === 0) {
      return refuse('the test has neither accept, check nor deny')
    }
    const askers = this.#askers.of(source.value, attributes)
    if (!askers.ok) return refuse(askers.message)
    const asked = { source: test.sourceText, askers: askers.value, attributes }
    const checks = test.destinations.flatMap((destination) => this.#destination(test, destination, asked))
    return { index, position, passed: checks.every((check) => check.passed), checks }
  }

  #destination(
    test: SshTest,
    { text: destination, position, selector }: SshTest['destinations'][number],
    asked: Asked,
  ): readonly LoginCheckResult[] {
    const places = selector.ok ? this.#machines(selector.value) : selector
    const check = (expect: Expectation) => (login: string) => {
      const found = places.ok
        ? this.#ask(places.value, login, expect, asked)
        : { passed: false, reason: places.message }
      return { expect, source: asked.source, login, destination, position, ...found }
    }
    return [...test.accept.map(check('accept')), ...test.check.map(check('check')), ...test.deny.map(check('deny'))]
  }

  /** An address that nothing is known of would pass every `deny`. */
  #machines(selector: Selector): Parsed<readonly Place[]> {
    const places = this.#places.of(selector)
    if (!places.ok || selector.kind !== 'addresses') return places
    const { directory } = this.#compiled
    const known = places.value
      .flatMap(({ machine }) => machine.addresses)
      .some((address) => directory.nodesAt(address).length + directory.targetsAt(address).length > 0)
    return known ? places : { ok: false, message: 'no machine has this address' }
  }

  /** Of every asker on every machine the same is expected. */
  #ask(places: readonly Place[], login: string, expect: Expectation, asked: Asked): Found {
    let last: LoginDecision | undefined
    for (const { name, machine } of places) {
      for (const asker of asked.askers) {
        if (!this.#questions.ask()) return { passed: false, reason: TOO_MANY_QUESTIONS }
        const { passed, decision } = this.#decide(asker, machine, login, expect, asked.attributes)
        if (!passed) {
          const reason = `${asker.name} as ${quote(login)} on ${name}: ${words(decision)}`
          return { passed, found: decision.verdict, reason }
        }
        last = decision
      }
    }
    if (last === undefined) return { passed: true, reason: 'nobody is asked for' }
    return { passed: true, found: last.verdict, reason: words(last) }
  }

  /** As themselves; where that does not do, every machine of theirs has to. What is denied is so from all of them. */
  #decide(
    asker: Asker,
    machine: Machine,
    login: string,
    expect: Expectation,
    attributes: Attributes | undefined,
  ): { readonly passed: boolean; readonly decision: LoginDecision } {
    const asks = (question: LoginQuestion): LoginDecision => decideQuestion(this.#compiled, question, login, {})
    const decision = asks({ subject: asker.subject, attributes, machine })
    const themselves = decision.verdict === expect
    if (themselves !== (expect === 'deny') || asker.machines.length === 0) return { passed: themselves, decision }
    const { directory } = this.#compiled
    const decisions = asker.machines.map((node) =>
      asks({
        subject: machineOfNode(node, directory).subject,
        attributes: attributes ?? node.attributes,
        machine,
        from: node,
      }),
    )
    const failing = decisions.find(({ verdict }) => verdict !== expect)
    return { passed: failing === undefined, decision: failing ?? decision }
  }
}

function words(decision: LoginDecision): string {
  if (decision.verdict === 'deny') return 'no rule lets them in'
  const rule = `ssh[${decision.rule.index}] (line ${decision.rule.line})`
  return decision.verdict === 'check' ? `${rule} lets them in after a check` : `${rule} lets them in`
}
