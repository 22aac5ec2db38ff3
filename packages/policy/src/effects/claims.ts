import type { CompiledPolicy } from '../decide/compile.ts'
import type { Destination, Policy, Rule } from '../language/policy.ts'
import { mergePortRanges, type PortRange } from '../language/service.ts'
import { type Opened, openPorts } from './opened.ts'
import { RangeLists } from './range-lists.ts'
import type { SubjectClass } from './subject-classes.ts'

/** Rules read before other work gets its turn. */
const BATCH = 500

interface Claim {
  readonly destination: Destination
  readonly opens: Opened
  /** How many, over all protocols. */
  readonly ports: number
}

/**
 * What rules claim for their sources at one destination, by content: rules that say the same make one claim, in whichever
 * policy they stand, however they are written and in whatever order.
 */
export class Claims {
  readonly #numbers = new Map<string, number>()
  readonly #claims: Claim[] = []
  readonly #lists = new RangeLists()
  readonly #ofRule = new Map<Rule, readonly number[]>()

  static *of(policies: readonly Policy[]): Generator<void, Claims> {
    const claims = new Claims()
    for (const policy of policies) {
      for (const [order, rule] of policy.rules.entries()) {
        if (order % BATCH === 0) yield
        claims.#ofRule.set(rule, claims.#claimsOf(rule, policy))
      }
    }
    return claims
  }

  /** Where a claim leads. */
  destination(claim: number): Destination {
    return this.#claim(claim).destination
  }

  /** From the widest to the narrowest by what they open: the narrow ones are then told only of what is left. */
  widestFirst(claims: readonly number[]): readonly number[] {
    return claims.toSorted((a, b) => this.#claim(b).ports - this.#claim(a).ports || a - b)
  }

  /** What a claim opens there. */
  opens(claim: number): Opened {
    return this.#claim(claim).opens
  }

  /** Claims that a policy's rules make for a subject. */
  of({ subject }: SubjectClass, { rules }: CompiledPolicy): ReadonlySet<number> {
    return new Set(rules.applying(subject).flatMap((rule) => this.#ofRule.get(rule) ?? []))
  }

  #claim(claim: number): Claim {
    const known = this.#claims[claim]
    if (known === undefined) throw new RangeError(`no claim ${claim}`)
    return known
  }

  #claimsOf(rule: Rule, policy: Policy): readonly number[] {
    const postures = rule.srcPosture.map((name) => [
      name,
      policy.postures.get(name)?.conditions.map(({ text }) => text),
    ])
    const defaults = rule.srcPosture.length > 0 ? [] : policy.defaultSrcPosture
    const terms = postures.length + defaults.length === 0 ? '' : JSON.stringify([postures, defaults])
    return rule.destinations.map((destination) => {
      const key = `${placeText(destination, policy, this.#lists)}\n${servicesText(destination)}\n${terms}`
      let number = this.#numbers.get(key)
      if (number === undefined) {
        number = this.#claims.length
        this.#numbers.set(key, number)
        const opens = opensOf(destination)
        this.#claims.push({ destination, opens, ports: [...opens.values()].reduce(addPorts, 0) })
      }
      return number
    })
  }
}

/** What a destination means, told apart from others that are written alike in another policy. */
function placeText({ selector }: Destination, { groups }: Policy, lists: RangeLists): string {
  if (selector.kind === 'addresses') return `${selector.range.family} ${selector.range.first} ${selector.range.last}`
  if (selector.kind === 'ipset') return `ipset ${lists.number(selector.ranges)}`
  // A group as a destination is the machines of its members.
  const members = selector.kind === 'group' ? (groups.get(selector.text)?.members ?? []) : []
  return `${selector.kind} ${selector.text} ${members
    .map(({ name }) => name)
    .sort()
    .join()}`
}

function servicesText({ services }: Destination): string {
  return services
    .map(({ protocols, ports }) => `${protocols.join()}:${ports.map(({ first, last }) => `${first}-${last}`).join()}`)
    .join(' ')
}

function opensOf({ services }: Destination): Opened {
  const protocols = new Set(services.flatMap((service) => service.protocols))
  const ranges = (protocol: number) =>
    services.filter((service) => service.protocols.includes(protocol)).flatMap(({ ports }) => ports)
  return new Map([...protocols].map((protocol) => [protocol, openPorts(protocol, mergePortRanges(ranges(protocol)))]))
}

function addPorts(sum: number, ranges: readonly PortRange[]): number {
  return ranges.reduce((count, { first, last }) => count + last - first + 1, sum)
}
