import { parseIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { firstRule } from '../decide/decide.ts'
import type { MeshNode } from '../decide/directory.ts'
import type { Endpoint } from '../decide/endpoint.ts'
import { type Attributes, posturesOf } from '../decide/posture.ts'
import { rangesOf, type Subject, subjectKeys } from '../decide/subject.ts'
import type { PolicyCheck, PolicyTest, RuleRef } from '../language/policy.ts'
import { protocolName, TCP } from '../language/service.ts'
import { type Asker, Askers } from './askers.ts'
import type { MeshMachines } from './mesh-machines.ts'
import { type Place, Places } from './places.ts'
import { type QuestionCount, TOO_MANY_QUESTIONS } from './question-count.ts'
import type { CheckResult, TestResult } from './test-report.ts'

/** Who asks, how, and from what device; the same for all checks of a test. */
interface Asked {
  readonly askers: readonly Asker[]
  readonly protocols: readonly number[]
  readonly attributes: Attributes | undefined
}

interface Wanted extends Omit<Asked, 'askers'> {
  readonly port: number
  /** Whether all machines of an asker have to get there, or any. */
  readonly all: boolean
}

type Found = Pick<CheckResult, 'passed' | 'reason'>

/** What lets somebody reach a place. */
interface Way {
  /** One of the protocols that are asked for. */
  readonly protocol: number
  /** Absent in a mesh that no rule closes. */
  readonly rule?: RuleRef
  /** From a machine of theirs, where no door would let them. */
  readonly overMesh: boolean
}

/**
 * Asks the policy's `tests`. Who is tested reaches a place that some door lets them open, or the mesh lets every machine of
 * theirs; they do not reach one that no door and no machine of theirs gets to.
 */
export class PolicyTests {
  readonly #compiled: CompiledPolicy
  readonly #askers: Askers
  readonly #places: Places
  readonly #questions: QuestionCount
  /**
   * Whether a machine may get further than its owner: by its address, by what it is, or because the mesh is open. To special
   * addresses it may in any case: the mesh has none.
   */
  readonly #asksMachines: boolean

  constructor(compiled: CompiledPolicy, machines: MeshMachines, questions: QuestionCount) {
    const { policy, rules } = compiled
    this.#compiled = compiled
    this.#questions = questions
    this.#asksMachines =
      !policy.restricts ||
      policy.rules.some(
        (rule) => posturesOf(policy, rule).length > 0 || rule.sources.some((selector) => rangesOf(selector).length > 0),
      )
    const known = (subject: Subject): readonly string[] =>
      subjectKeys(subject, rules.memberships).filter((key) => rules.hasSource(key))
    this.#askers = new Askers(compiled, machines, known)
    this.#places = new Places(compiled, machines, this.#askers)
  }

  test(test: PolicyTest): TestResult {
    const { index, position, source, protocols, srcPostureAttrs } = test
    const refuse = (problem: string): TestResult => ({ index, position, passed: false, problem, checks: [] })
    if (!source.ok) return refuse(source.message)
    if (!protocols.ok) return refuse(protocols.message)
    if (test.checks.length === 0) return refuse('the test has neither accept nor deny')
    const askers = this.#askers.of(source.value, srcPostureAttrs)
    if (!askers.ok) return refuse(askers.message)
    const asked = { askers: askers.value, protocols: protocols.value, attributes: srcPostureAttrs }
    const checks = test.checks.map((check) => {
      const { expect, text: destination, position: place } = check
      return { expect, source: test.sourceText, destination, position: place, ...this.#check(check, asked) }
    })
    return { index, position, passed: checks.every((check) => check.passed), checks }
  }

  #check({ destination, expect }: PolicyCheck, asked: Asked): Found {
    if (!destination.ok) return { passed: false, reason: destination.message }
    const places = this.#places.of(destination.value.selector)
    if (!places.ok) return { passed: false, reason: places.message }
    return this.#ask(places.value, destination.value.port, expect, asked)
  }

  /** Every asker has to reach every place, or none any. */
  #ask(
    places: readonly Place[],
    port: number,
    expect: PolicyCheck['expect'],
    { askers, protocols, attributes }: Asked,
  ): Found {
    let reached: Way | undefined
    for (const place of places) {
      for (const asker of askers) {
        if (!this.#questions.ask()) return { passed: false, reason: TOO_MANY_QUESTIONS }
        const way = this.#way(asker, place, { protocols, port, attributes, all: expect === 'accept' })
        const what = `${place.name} port ${port}`
        if (way === undefined && expect === 'accept') {
          const names = protocols.map(protocolName).join(' or ')
          return { passed: false, reason: `no rule lets ${asker.name} open ${names} ${what}` }
        }
        if (way !== undefined && expect === 'deny') {
          const opens = `lets ${asker.name} open ${protocolName(way.protocol)} ${what}`
          return { passed: false, reason: `${wayText(way)} ${opens}${overMesh(way)}` }
        }
        reached ??= way
      }
    }
    if (reached === undefined) return { passed: true, reason: 'no rule allows it' }
    return { passed: true, reason: `allowed by ${wayText(reached)}${overMesh(reached)}` }
  }

  #way(asker: Asker, place: Place, wanted: Wanted): Way | undefined {
    const through = this.#through(asker.subject, place.door, wanted)
    if (through !== undefined) return { ...through, overMesh: false }
    // A machine with tags may have others than the one that is asked for.
    const furtherThanOwner = this.#asksMachines || place.door.some(({ special }) => special !== undefined)
    if (place.mesh.length === 0 || (!furtherThanOwner && asker.subject.user !== undefined)) return undefined
    let way: Way | undefined
    for (const machine of asker.machines) {
      const found = this.#wayOfMachine(machine, place, wanted)
      if (found === undefined && wanted.all) return undefined
      if (found !== undefined && !wanted.all) return found
      way ??= found
    }
    return way
  }

  #wayOfMachine(node: MeshNode, place: Place, wanted: Wanted): Way | undefined {
    const { policy, directory } = this.#compiled
    const user = directory.ownerOf(node)
    const attributes = wanted.attributes ?? node.attributes
    for (const text of node.addresses) {
      const source = parseIpAddress(text)
      if (source === undefined || !this.#questions.ask()) continue
      const subject: Subject = {
        ...(user !== undefined && { user }),
        ...(attributes !== undefined && { attributes }),
        tags: node.tags,
        tagged: node.tags.length > 0,
        source,
      }
      const sameFamily = place.mesh.filter(({ address }) => (address?.family ?? source.family) === source.family)
      if (!policy.restricts && sameFamily.length > 0) return { protocol: wanted.protocols[0] ?? TCP, overMesh: true }
      const through = this.#through(subject, sameFamily, wanted)
      if (through !== undefined) return { ...through, overMesh: true }
    }
    return undefined
  }

  #through(
    subject: Subject,
    endpoints: readonly Endpoint[],
    { protocols, port }: Wanted,
  ): { readonly protocol: number; readonly rule: RuleRef } | undefined {
    for (const endpoint of endpoints) {
      for (const protocol of protocols) {
        const rule = firstRule(this.#compiled, subject, endpoint, protocol, port)
        if (rule !== undefined) return { protocol, rule }
      }
    }
    return undefined
  }
}

function wayText({ rule }: Way): string {
  return rule === undefined ? 'the mesh, which no rule closes,' : `${rule.section}[${rule.index}] (line ${rule.line})`
}

function overMesh({ rule, overMesh: over }: Way): string {
  return over && rule !== undefined ? ', over the mesh' : ''
}
