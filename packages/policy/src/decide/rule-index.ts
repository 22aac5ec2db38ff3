import { RangeMap } from '../address/range-map.ts'
import { namesSpecialAddresses } from '../address/special-address.ts'
import type { Policy, Rule, Selector } from '../language/policy.ts'
import { mergePortRanges, type PortRange } from '../language/service.ts'
import type { Endpoint } from './endpoint.ts'
import { NO_RULE, PortTable } from './port-table.ts'
import { type Memberships, memberships, rangesOf, type Subject, sourceKey, subjectKeys } from './subject.ts'

/**
 * The rules of a policy by source, and within a source by destination: a decision looks only at rules that can apply.
 * Depends on the policy alone, never on users or targets, so a change of those costs nothing here.
 */
export class RuleIndex {
  readonly rules: readonly Rule[]
  readonly memberships: Memberships
  readonly #byKey = new Map<string, SourceRules>()
  readonly #byAddress = new RangeMap<SourceRules>()
  /** What `#byKey` holds for a user, found once for each object of facts: those never change. */
  readonly #byUser = new WeakMap<object, readonly SourceRules[]>()

  constructor(policy: Policy) {
    this.rules = policy.rules
    this.memberships = memberships(policy)
    for (const [order, rule] of policy.rules.entries()) {
      for (const selector of rule.sources) {
        for (const rules of this.#sourceRules(selector)) rules.add(order, rule)
      }
    }
  }

  /** Order of the first rule that allows, or `NO_RULE`. */
  first(subject: Subject, endpoint: Endpoint, protocol: number, port: number): number {
    let first = NO_RULE
    for (const rules of this.#applying(subject)) {
      first = Math.min(first, rules.destinations().first(endpoint, protocol, port))
    }
    return first
  }

  /** Ports that the rules open for a subject, merged. */
  ports(subject: Subject, endpoint: Endpoint, protocol: number): readonly PortRange[] {
    return mergePortRanges(this.#applying(subject).flatMap((rules) => rules.destinations().ports(endpoint, protocol)))
  }

  /** Every rule whose source side holds for a subject, in no order and perhaps more than once. */
  applying(subject: Subject): readonly Rule[] {
    return this.#applying(subject).flatMap((rules) => rules.all())
  }

  /** Whether any rule has this key among its sources. */
  hasSource(key: string): boolean {
    return this.#byKey.has(key)
  }

  #applying(subject: Subject): readonly SourceRules[] {
    const { user, source } = subject
    let applying = user === undefined ? undefined : this.#byUser.get(user)
    if (applying === undefined) {
      applying = subjectKeys(subject, this.memberships)
        .map((key) => this.#byKey.get(key))
        .filter((rules) => rules !== undefined)
      if (user !== undefined) this.#byUser.set(user, applying)
    }
    if (source === undefined || this.#byAddress.size === 0) return applying
    return applying.concat(this.#byAddress.holding(source))
  }

  #sourceRules(selector: Selector): readonly SourceRules[] {
    const key = sourceKey(selector)
    if (key === undefined) return rangesOf(selector).map((range) => this.#byAddress.at(range, () => new SourceRules()))
    let rules = this.#byKey.get(key)
    if (rules === undefined) {
      rules = new SourceRules()
      this.#byKey.set(key, rules)
    }
    return [rules]
  }
}

/** Rules of one source. Most sources of a big policy are asked for seldom: their destinations are indexed when they are. */
class SourceRules {
  readonly #rules: { readonly order: number; readonly rule: Rule }[] = []
  #destinations: DestinationIndex | undefined

  add(order: number, rule: Rule): void {
    // A rule may name the same source twice.
    if (this.#rules.at(-1)?.order !== order) this.#rules.push({ order, rule })
  }

  all(): readonly Rule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  destinations(): DestinationIndex {
    if (this.#destinations === undefined) {
      this.#destinations = new DestinationIndex()
      for (const { order, rule } of this.#rules) this.#destinations.add(order, rule)
    }
    return this.#destinations
  }
}

/**
 * Destinations of one source's rules. Ranges that name special addresses are kept apart from the others: for a special
 * address only they and tags are asked, for an ordinary one only the others can match.
 */
class DestinationIndex {
  readonly #any = new PortTable()
  readonly #internet = new PortTable()
  readonly #tagged = new PortTable()
  readonly #byTag = new Map<string, PortTable>()
  readonly #ordinary = new RangeMap<PortTable>()
  readonly #special = new RangeMap<PortTable>()

  add(order: number, rule: Rule): void {
    for (const { selector, services } of rule.destinations) {
      for (const table of this.#tablesOf(selector)) table.add(order, services)
    }
  }

  first(endpoint: Endpoint, protocol: number, port: number): number {
    let first = NO_RULE
    this.#eachCovering(endpoint, (table) => {
      first = Math.min(first, table.first(protocol, port))
    })
    return first
  }

  ports(endpoint: Endpoint, protocol: number): readonly PortRange[] {
    const ports: PortRange[] = []
    this.#eachCovering(endpoint, (table) => ports.push(...table.ports(protocol)))
    return ports
  }

  #eachCovering({ address, special, internet, tags }: Endpoint, visit: (table: PortTable) => void): void {
    if (this.#byTag.size > 0) {
      for (const tag of tags) {
        const table = this.#byTag.get(tag)
        if (table !== undefined) visit(table)
      }
    }
    if (special === undefined) {
      visit(this.#any)
      if (internet) visit(this.#internet)
      if (tags.length > 0) visit(this.#tagged)
    }
    if (address !== undefined) (special === undefined ? this.#ordinary : this.#special).each(address, visit)
  }

  #tablesOf(selector: Selector): readonly PortTable[] {
    switch (selector.kind) {
      case 'any':
        return [this.#any]
      case 'tag':
        return [this.#tag(selector.text)]
      case 'autogroup':
        if (selector.text === 'autogroup:internet') return [this.#internet]
        return selector.text === 'autogroup:tagged' ? [this.#tagged] : []
      case 'addresses':
      case 'ipset':
        return rangesOf(selector).map((range) =>
          (namesSpecialAddresses(range) ? this.#special : this.#ordinary).at(range, () => new PortTable()),
        )
      case 'user':
      case 'domain':
      case 'group':
      case 'service':
        return []
      default:
        return selector satisfies never
    }
  }

  #tag(tag: string): PortTable {
    let table = this.#byTag.get(tag)
    if (table === undefined) {
      table = new PortTable()
      this.#byTag.set(tag, table)
    }
    return table
  }
}
