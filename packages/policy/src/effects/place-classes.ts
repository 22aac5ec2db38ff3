import { INTERNET_RANGES, isInternetAddress } from '../address/internet.ts'
import { parseIpAddress } from '../address/ip-address.ts'
import { formatIpRange, type IpRange } from '../address/ip-range.ts'
import { namesSpecialAddresses, SPECIAL_RANGES, specialClassOf } from '../address/special-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Directory } from '../decide/directory.ts'
import { type Endpoint, endpointAt, endpointOfTags } from '../decide/endpoint.ts'
import { rangesOf } from '../decide/subject.ts'
import type { Selector } from '../language/policy.ts'
import { type AddressGroups, addressGroups } from './address-groups.ts'

/** Places that no rule of the policies compared can tell apart: targets, or addresses that are none. */
export interface PlaceClass {
  readonly endpoint: Endpoint
  /** Names of targets and of mesh nodes; empty for addresses that are none. */
  readonly targets: readonly string[]
  /** Of addresses: where they are. */
  readonly ranges?: readonly IpRange[]
}

/** Places read before other work gets its turn. */
const BATCH = 5000
/** Place numbers kept in lists that selectors share: 64 MB. Beyond it a list is made again each time it is asked for. */
const KEPT_MAX = 16_000_000

const EVERY_ADDRESS: readonly IpRange[] = [
  { family: 4, first: 0n, last: (1n << 32n) - 1n },
  { family: 6, first: 0n, last: (1n << 128n) - 1n },
]

/** Everything that rules of some policies can open, in classes, and which of them each selector means. */
export class PlaceClasses {
  readonly classes: readonly PlaceClass[]
  /** Numbers of the classes, for a selector that means none and one that means all that is ordinary. */
  readonly #ordinary: Uint32Array
  readonly #internet: Uint32Array
  readonly #tagged: Uint32Array
  readonly #byTag = new Map<string, number[]>()
  readonly #byOwner = new Map<string, number[]>()
  readonly #addresses: AddressGroups
  /** Numbers of the classes by the number of the group that their address is in. */
  readonly #byGroup: readonly (readonly number[])[]
  readonly #lists = new Map<string | readonly IpRange[], Uint32Array>()
  #kept = 0

  private constructor(classes: readonly PlaceClass[], addresses: AddressGroups, groupOf: readonly number[]) {
    this.classes = classes
    this.#addresses = addresses
    const byGroup = Array.from(addresses.groups, (): number[] => [])
    for (const [number, { endpoint }] of classes.entries()) {
      for (const tag of endpoint.tags) push(this.#byTag, tag, number)
      for (const { name } of endpoint.owners) push(this.#byOwner, name, number)
      byGroup[groupOf[number] ?? -1]?.push(number)
    }
    this.#byGroup = byGroup
    const numbers = (fits: (place: PlaceClass) => boolean): Uint32Array =>
      Uint32Array.from(classes.flatMap((place, number) => (fits(place) ? [number] : [])))
    this.#ordinary = numbers(({ endpoint }) => endpoint.special === undefined)
    this.#internet = numbers(({ endpoint }) => endpoint.internet)
    this.#tagged = numbers(({ endpoint }) => endpoint.special === undefined && endpoint.tags.length > 0)
  }

  /** The policies have to be compiled over this directory. Yields so that the caller can give others their turn. */
  static *of(policies: readonly CompiledPolicy[], { targets, nodes = [] }: Directory): Generator<void, PlaceClasses> {
    const destinations = policies.flatMap(({ policy }) => policy.rules.flatMap((rule) => rule.destinations))
    const selectors = destinations.map(({ selector }) => selector)
    // What names special addresses is told apart from what merely holds them.
    const named = selectors.flatMap((selector) => [...splitBySpecial(rangesOf(selector)).values()])
    const addresses = yield* addressGroups([
      ...[...EVERY_ADDRESS, ...SPECIAL_RANGES, ...INTERNET_RANGES].map((range) => [range]),
      ...named,
    ])
    const telling = new Set(selectors.filter(({ kind }) => kind === 'tag').map(({ text }) => text))
    yield
    const classes: (PlaceClass & { targets: string[] })[] = []
    const groupOf: number[] = []
    for (const [number, ranges] of addresses.groups.entries()) {
      const [range] = ranges
      if (range === undefined) continue
      classes.push({ endpoint: endpointInside(range), targets: [], ranges })
      groupOf.push(number)
    }
    const known = new Map<string, number>()
    const add = (name: string, endpoint: Endpoint): void => {
      const group = endpoint.address === undefined ? -1 : (addresses.of(endpoint.address) ?? -1)
      const tags = endpoint.tags.filter((tag) => telling.has(tag)).sort()
      // People's own machines are told apart by whose they are.
      const owners = endpoint.owners.map((owner) => owner.name).sort()
      const key = `${group} ${endpoint.tags.length > 0} ${tags.join(' ')} ${owners.join(' ')}`
      const number = known.get(key)
      if (number !== undefined) {
        classes[number]?.targets.push(name)
        return
      }
      known.set(key, classes.length)
      classes.push({ endpoint, targets: [name] })
      groupOf.push(group)
    }
    const directory = policies[0]?.directory
    let read = 0
    for (const target of targets) {
      if (++read % BATCH === 0) yield
      for (const text of target.addresses.length === 0 ? [''] : target.addresses) {
        const address = parseIpAddress(text)
        const endpoint =
          address === undefined || directory === undefined
            ? endpointOfTags(target.tags, target.name)
            : endpointAt(address, target.tags, directory)
        add(target.name, endpoint)
      }
    }
    for (const { name, addresses, tags } of nodes) {
      if (++read % BATCH === 0) yield
      for (const text of addresses) {
        const address = parseIpAddress(text)
        if (address !== undefined && directory !== undefined) add(name, endpointAt(address, tags, directory))
      }
    }
    yield
    return new PlaceClasses(classes, addresses, groupOf)
  }

  /** Numbers of the classes that a selector means as a destination, ascending. */
  meant(selector: Selector): Uint32Array {
    const key = selector.kind === 'ipset' ? selector.ranges : placeKey(selector)
    const known = this.#lists.get(key)
    if (known !== undefined) return known
    const list = this.#find(selector)
    if (this.#kept + list.length <= KEPT_MAX) {
      this.#lists.set(key, list)
      this.#kept += list.length
    }
    return list
  }

  #find(selector: Selector): Uint32Array {
    switch (selector.kind) {
      case 'any':
        return this.#ordinary
      case 'tag':
        return Uint32Array.from(this.#byTag.get(selector.text) ?? [])
      case 'addresses':
      case 'ipset':
        return this.#within(rangesOf(selector))
      case 'autogroup':
        if (selector.text === 'autogroup:internet') return this.#internet
        if (selector.text === 'autogroup:tagged') return this.#tagged
        return this.#owned()
      case 'user':
        return Uint32Array.from(this.#byOwner.get(selector.name) ?? [])
      case 'domain':
      case 'group':
        // Whose of them are meant is the policy's to say; that the others are looked at as well costs only time.
        return this.#owned()
      case 'service':
        return new Uint32Array()
      default:
        return selector satisfies never
    }
  }

  #owned(): Uint32Array {
    return Uint32Array.from([...this.#byOwner.values()].flat()).sort()
  }

  #within(ranges: readonly IpRange[]): Uint32Array {
    const numbers = new Set<number>()
    for (const [special, part] of splitBySpecial(ranges)) {
      for (const group of this.#addresses.within(part)) {
        for (const number of this.#byGroup[group] ?? []) {
          if ((this.classes[number]?.endpoint.special !== undefined) === special) numbers.add(number)
        }
      }
    }
    return Uint32Array.from(numbers).sort()
  }
}

const split = new WeakMap<readonly IpRange[], ReadonlyMap<boolean, readonly IpRange[]>>()

/** By whether they name special addresses; the same lists for the same ranges. */
function splitBySpecial(ranges: readonly IpRange[]): ReadonlyMap<boolean, readonly IpRange[]> {
  let parts = split.get(ranges)
  if (parts === undefined) {
    parts = Map.groupBy(ranges, namesSpecialAddresses)
    split.set(ranges, parts)
  }
  return parts
}

function endpointInside(range: IpRange): Endpoint {
  const address = { family: range.family, value: range.first }
  const special = specialClassOf(address)
  if (special !== undefined) return { ...endpointOfTags([]), address, special }
  return { ...endpointOfTags([]), address, internet: isInternetAddress(address) }
}

function placeKey(selector: Selector): string {
  return selector.kind === 'addresses' ? `= ${formatIpRange(selector.range)}` : `${selector.kind} ${selector.text}`
}

function push(lists: Map<string, number[]>, key: string, number: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [number])
  else list.push(number)
}
