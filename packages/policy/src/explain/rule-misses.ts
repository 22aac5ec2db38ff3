import { rangeHolds } from '../address/ip-range.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Question } from '../decide/decide.ts'
import { coverage } from '../decide/endpoint.ts'
import { fulfilsOne, posturesOf } from '../decide/posture.ts'
import { rangesOf, sourceKey, subjectKeys } from '../decide/subject.ts'
import type { Rule, Selector } from '../language/policy.ts'
import { serviceHolds } from '../language/service.ts'

/** Conditions of a rule that may fail, in the order in which a rule that fails by one of them is near. */
export const CONDITIONS = ['posture', 'port', 'protocol', 'source', 'via', 'special-address', 'destination'] as const
export type Condition = (typeof CONDITIONS)[number]

/** A rule, and the conditions of it that fail; none where it allows. */
export interface RuleMisses {
  readonly order: number
  readonly rule: Rule
  readonly misses: readonly Condition[]
}

export interface NearestRules {
  /** Those that allow, in the order of the text; where none does, those that fail by least. */
  readonly nearest: readonly RuleMisses[]
  /** How many rules allow. */
  readonly allowing: number
}

/** Asks every rule which of its conditions fail, in words of none: that is for the few that are told. */
export function nearestRules(compiled: CompiledPolicy, question: Question, max: number): NearestRules {
  const asked = new RuleWalk(compiled, question)
  // By number of failing conditions, then by which one it is: so many short lists that nothing has to be sorted.
  const lists: RuleMisses[][] = []
  let allowing = 0
  for (const [order, rule] of compiled.policy.rules.entries()) {
    const misses = asked.missesOf(rule)
    if (misses.length === 0) allowing++
    const rank =
      misses.length * CONDITIONS.length + (misses.length === 1 ? CONDITIONS.indexOf(misses[0] ?? 'destination') : 0)
    const list = (lists[rank] ??= [])
    if (list.length < max) list.push({ order, rule, misses })
  }
  const nearest = allowing > 0 ? (lists[0] ?? []) : lists.flat()
  return { nearest: nearest.slice(0, max), allowing }
}

/** One question put to many rules. */
class RuleWalk {
  readonly #compiled: CompiledPolicy
  readonly #question: Question
  readonly #keys: ReadonlySet<string>
  /** Whether a list of postures is fulfilled, by the list: rules share few. */
  readonly #fulfilled = new Map<string, boolean>()

  constructor(compiled: CompiledPolicy, question: Question) {
    this.#compiled = compiled
    this.#question = question
    this.#keys = new Set(subjectKeys(question.subject, compiled.rules.memberships))
  }

  missesOf(rule: Rule): readonly Condition[] {
    const misses: Condition[] = []
    if (!rule.sources.some((selector) => this.#selects(selector))) misses.push('source')
    if (!this.#postureHolds(rule)) misses.push('posture')
    const destination = this.#destinationMiss(rule)
    if (destination !== undefined) misses.push(destination)
    if (rule.via.length > 0) misses.push('via')
    return misses
  }

  /** Users and single ranges, of which large policies are made, without a word being made for them. */
  #selects(selector: Selector): boolean {
    const { subject } = this.#question
    if (selector.kind === 'user') return selector.name === subject.user?.name
    const key = sourceKey(selector)
    if (key !== undefined) return this.#keys.has(key)
    const { source } = subject
    return source !== undefined && rangesOf(selector).some((range) => rangeHolds(range, source))
  }

  #postureHolds(rule: Rule): boolean {
    const postures = posturesOf(this.#compiled.policy, rule)
    if (postures.length === 0) return true
    const key = postures.join(' ')
    let holds = this.#fulfilled.get(key)
    if (holds === undefined) {
      holds = fulfilsOne(this.#compiled.policy, postures, this.#question.subject.attributes)
      this.#fulfilled.set(key, holds)
    }
    return holds
  }

  /** What comes nearest counts: another destination of the rule may be wide off the mark. */
  #destinationMiss(rule: Rule): Condition | undefined {
    const { subject, endpoint, protocol, port } = this.#question
    const { address } = endpoint
    const { memberships } = this.#compiled.rules
    let nearest: Condition = 'destination'
    for (const { selector, services } of rule.destinations) {
      if (selector.kind === 'addresses' && !(address !== undefined && rangeHolds(selector.range, address))) continue
      const covered = coverage(selector, endpoint, subject, memberships)
      if (covered === 'misses') continue
      const holds = services.some((service) => serviceHolds(service, protocol, port))
      if (holds && covered === 'covers') return undefined
      if (covered === 'covers') {
        const fits = services.length === 0 || services.some(({ protocols }) => protocols.includes(protocol))
        nearest = fits ? 'port' : nearest === 'port' ? nearest : 'protocol'
      } else if (holds && nearest === 'destination') nearest = 'special-address'
    }
    return nearest
  }
}
