import { RangeMap } from '../address/range-map.ts'
import { type Memberships, memberships, rangesOf, type Subject, sourceKey, subjectKeys } from '../decide/subject.ts'
import type { Policy, SshRule } from '../language/policy.ts'

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
        else append(this.#placesOf(key), place)
      }
    }
  }

  /** The first rule whose sources hold for a subject and that `matches` in the rest. */
  first(subject: Subject, matches: (rule: SshRule) => boolean): SshRule | undefined {
    let first = this.rules.length
    for (const places of this.#applying(subject)) {
      for (const place of places) {
        if (place >= first) break
        const rule = this.rules[place]
        if (rule === undefined || !matches(rule)) continue
        first = place
        break
      }
    }
    return this.rules[first]
  }

  /** Every rule whose sources hold for a subject, in the order in which they are asked. */
  applying(subject: Subject): readonly SshRule[] {
    const places = new Set(this.#applying(subject).flat())
    return [...places].sort((a, b) => a - b).flatMap((place) => this.rules[place] ?? [])
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

  #placesOf(key: string): number[] {
    let places = this.#byKey.get(key)
    if (places === undefined) {
      places = []
      this.#byKey.set(key, places)
    }
    return places
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

/** A rule may name the same source twice. */
function append(places: number[], place: number): void {
  if (places.at(-1) !== place) places.push(place)
}
