import { RangeMap } from '../address/range-map.ts'
import { type Memberships, memberships, rangesOf, type Subject, sourceKey, subjectKeys } from '../decide/subject.ts'
import type { Policy, SshRule } from '../language/policy.ts'
import { hasLocalpart } from './login-names.ts'
import { isSelf } from './machine.ts'

/**
 * The `ssh` rules of a policy by source. They are asked as Tailscale asks them: those that check before those that accept,
 * each kind in the order of the text, and the first that matches decides. Depends on the policy alone.
 */
export class SshRuleIndex {
  /** In the order in which they are asked. */
  readonly rules: readonly SshRule[]
  readonly memberships: Memberships
  /** Places in `rules`, ascending. */
  readonly #byKey = new Map<string, number[]>()
  readonly #byAddress = new RangeMap<number[]>()
  readonly #byDestination = new Map<string, Set<number>>()
  /** Rules that may mean any machine: it depends on who asks, or on its addresses. */
  readonly #anywhere = new Set<number>()

  constructor(policy: Policy) {
    this.rules = inOrder(policy.sshRules)
    this.memberships = memberships(policy)
    for (const [place, rule] of this.rules.entries()) {
      for (const selector of rule.sources) {
        const key = sourceKey(selector)
        if (key === undefined)
          for (const range of rangesOf(selector))
            append(
              this.#byAddress.at(range, () => []),
              place,
            )
        else append(placesOf(this.#byKey, key), place)
      }
      const keys = rule.destinations.map(sourceKey)
      for (const key of keys) if (key !== undefined) this.#destination(key).add(place)
      if (keys.includes(undefined) || rule.destinations.some(isSelf) || hasLocalpart(rule.users)) {
        this.#anywhere.add(place)
      }
    }
  }

  /** The first rule from a subject that may lead to a machine with these keys and that `matches` in the rest. */
  first(subject: Subject, machine: Iterable<string>, matches: (rule: SshRule) => boolean): SshRule | undefined {
    const leading = this.#leadingTo(machine)
    let first = this.rules.length
    for (const applying of this.#applying(subject)) {
      for (const place of applying) {
        if (place >= first) break
        const rule = this.rules[place]
        if (rule === undefined || !leading.some((places) => places.has(place)) || !matches(rule)) continue
        first = place
        break
      }
    }
    return this.rules[first]
  }

  /** Every rule whose sources hold for a subject, in the order in which they are asked. */
  applying(subject: Subject): readonly SshRule[] {
    return this.#inOrder(this.#applying(subject).flat())
  }

  /** Every rule that may let somebody into a machine with these keys, in the order in which they are asked. */
  leadingTo(keys: Iterable<string>): readonly SshRule[] {
    return this.#inOrder(this.#leadingTo(keys).flatMap((places) => [...places]))
  }

  /** Whether any rule has this key among its sources. */
  hasSource(key: string): boolean {
    return this.#byKey.has(key)
  }

  #applying(subject: Subject): readonly (readonly number[])[] {
    const lists = subjectKeys(subject, this.memberships).flatMap((key) => {
      const places = this.#byKey.get(key)
      return places === undefined ? [] : [places]
    })
    if (subject.source === undefined || this.#byAddress.size === 0) return lists
    return [...lists, ...this.#byAddress.holding(subject.source)]
  }

  #leadingTo(keys: Iterable<string>): readonly ReadonlySet<number>[] {
    return [this.#anywhere, ...[...keys].flatMap((key) => this.#byDestination.get(key) ?? [])]
  }

  #destination(key: string): Set<number> {
    let places = this.#byDestination.get(key)
    if (places === undefined) {
      places = new Set()
      this.#byDestination.set(key, places)
    }
    return places
  }

  #inOrder(places: readonly number[]): readonly SshRule[] {
    const sorted = [...new Set(places)].sort((a, b) => a - b)
    return sorted.flatMap((place) => this.rules[place] ?? [])
  }
}

const indexes = new WeakMap<Policy, SshRuleIndex>()

/** The index of a policy, kept as long as the policy is. */
export function sshRuleIndex(policy: Policy): SshRuleIndex {
  let index = indexes.get(policy)
  if (index === undefined) {
    index = new SshRuleIndex(policy)
    indexes.set(policy, index)
  }
  return index
}

function inOrder(rules: readonly SshRule[]): readonly SshRule[] {
  return [...rules.filter((rule) => rule.action === 'check'), ...rules.filter((rule) => rule.action === 'accept')]
}

function placesOf(map: Map<string, number[]>, key: string): number[] {
  let places = map.get(key)
  if (places === undefined) {
    places = []
    map.set(key, places)
  }
  return places
}

/** A rule may name the same source or destination twice. */
function append(places: number[], place: number): void {
  if (places.at(-1) !== place) places.push(place)
}
