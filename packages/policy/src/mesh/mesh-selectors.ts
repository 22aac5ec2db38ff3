import { INTERNET_RANGES } from '../address/internet.ts'
import type { IpRange } from '../address/ip-range.ts'
import { RangeMap } from '../address/range-map.ts'
import type { UserFacts } from '../decide/directory.ts'
import { isTagKey, type Memberships, memberships, personKeys, rangesOf } from '../decide/subject.ts'
import type { Policy, Selector } from '../language/policy.ts'
import type { MeshMember } from './mesh-member.ts'

/** Every selector that the clauses of a policy name, each once, and how to find those that mean a node. */
export class MeshSelectors {
  readonly list: readonly Selector[]
  /** Selectors that mean addresses, with their ranges. */
  readonly addressed: readonly { readonly selector: number; readonly ranges: readonly IpRange[] }[]
  readonly #byKey: ReadonlyMap<string, number>
  readonly #byRange: RangeMap<number[]>
  readonly #groups: Memberships

  constructor(policy: Policy, selectors: Iterable<Selector>) {
    const byKey = new Map<string, number>()
    const list: Selector[] = []
    for (const selector of selectors) {
      const key = selectorKey(selector)
      if (byKey.has(key)) continue
      byKey.set(key, list.length)
      list.push(selector)
    }
    this.list = list
    this.addressed = list.flatMap((selector, index) => {
      const ranges = rangesOf(selector)
      return ranges.length === 0 ? [] : [{ selector: index, ranges }]
    })
    this.#byKey = byKey
    this.#byRange = new RangeMap()
    for (const { selector, ranges } of this.addressed)
      for (const range of ranges) this.#byRange.at(range, () => []).push(selector)
    this.#groups = memberships(policy)
  }

  /** Where a selector stands in the list; it has to be one of the policy's. */
  indexOf(selector: Selector): number {
    const index = this.#byKey.get(selectorKey(selector))
    if (index === undefined) throw new RangeError(`no such selector: ${selector.text}`)
    return index
  }

  /** Selectors that mean a node itself: by whose it is, by its tags, or by its addresses. */
  meaning(member: MeshMember, user: UserFacts | undefined): ReadonlySet<number> {
    const found = new Set<number>()
    for (const key of memberKeys(member, user, this.#groups)) {
      const index = this.#byKey.get(key)
      if (index !== undefined) found.add(index)
    }
    for (const { range } of member.addresses) {
      const address = { family: range.family, value: range.first }
      for (const selectors of this.#byRange.holding(address)) for (const selector of selectors) found.add(selector)
    }
    return found
  }

  /** Selectors whose addresses overlap a prefix. */
  overlapping(range: IpRange): readonly number[] {
    return this.addressed
      .filter(({ ranges }) => ranges.some((other) => overlaps(range, other)))
      .map(({ selector }) => selector)
  }
}

/** All exit nodes: what `autogroup:internet` is delivered to. */
export const INTERNET: Selector = { kind: 'autogroup', text: 'autogroup:internet' }
/** Every node. */
export const EVERYBODY: Selector = { kind: 'any', text: '*' }

export function overlaps(a: IpRange, b: IpRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last
}

/** Whether an exit node is the way to some addresses of a range. */
export function isInternet(range: IpRange): boolean {
  return INTERNET_RANGES.some((internet) => overlaps(range, internet))
}

/** Whether an exit node is the way to a destination: the internet, or addresses that are on it. */
export function leavesMesh(selector: Selector): boolean {
  return selector.text === INTERNET.text || rangesOf(selector).some(isInternet)
}

/** Selectors that mean the same share a key. */
function selectorKey(selector: Selector): string {
  switch (selector.kind) {
    case 'user':
      return `user ${selector.name}`
    case 'domain':
      return `domain ${selector.domain}`
    case 'any':
      return '*'
    case 'group':
    case 'tag':
    case 'autogroup':
    case 'service':
      return selector.text
    case 'addresses':
    case 'ipset':
      return rangesKey(rangesOf(selector))
    default:
      return selector satisfies never
  }
}

const rangeKeys = new WeakMap<readonly IpRange[], string>()

/** Kept with the list: that of an IP set may be long, and many rules may name it. */
function rangesKey(ranges: readonly IpRange[]): string {
  let key = rangeKeys.get(ranges)
  if (key === undefined) {
    key = ranges.map(({ family, first, last }) => `${family} ${first.toString(36)} ${last.toString(36)}`).join()
    rangeKeys.set(ranges, key)
  }
  return key
}

/** Keys of every selector that means a node by something else than its addresses. */
function memberKeys(member: MeshMember, user: UserFacts | undefined, groups: Memberships): readonly string[] {
  const keys = ['*', 'autogroup:danger-all']
  if (member.exitRoutes.length > 0) keys.push(INTERNET.text)
  if (member.node.tags.length > 0) return [...keys, ...member.node.tags.filter(isTagKey), 'autogroup:tagged']
  if (user === undefined) return keys
  return [...keys, ...personKeys(user, groups)]
}
