import { namesSpecialAddresses } from '../address/special-address.ts'
import type { Policy, Rule, Selector } from '../language/policy.ts'
import { isEveryPort, mergePortRanges, PORT_MAX, type PortRange, type Service } from '../language/service.ts'
import type { Person } from './directory.ts'
import { type Endpoint, isOwn } from './endpoint.ts'
import { AddressSets, IntervalSets, Postings } from './interval-sets.ts'
import { type LineSet, lineSet, lineSetBytes, NO_LINE, NO_LINES, scanCommon } from './line-set.ts'
import { posturesOf } from './posture.ts'
import { PostureLines } from './posture-lines.ts'
import { isTagKey, type Memberships, memberships, personKeys, type Subject, sourceKey, subjectKeys } from './subject.ts'

/** No rule: greater than every order. */
export const NO_RULE = NO_LINE

/**
 * Bytes of sets that are kept because they were asked for: 10,000 rules need 1.3 kB for each user seen. Beyond it all are
 * forgotten and made again when asked for.
 */
const KEPT_BYTES_MAX = 64 * 1024 * 1024

/** So many lines have the lines of a user, and of a port, as bits (4 kB at most): what is asked of them is asked often. */
const QUICK_LINES_MAX = 32 * 1024

/** Who is meant by more names than this is hardly meant by the very same as another. */
const COMMON_KEYS_MAX = 4
/** More tags than this on one destination are looked up once for all, and kept with their list. */
const MANY_TAGS = 8

/** What a look-up found. */
export interface Found {
  /** Order of the first rule that allows, or `NO_RULE`. */
  readonly order: number
  /** Whether some rule would allow, had the device fulfilled a posture of it. */
  readonly postureUnmet: boolean
}

/**
 * The rules of a policy by who, by where and by what, so that a decision never walks rules that cannot apply.
 *
 * A rule is one line for each list of services that its destinations have: a grant is always one, an `acls` rule one for
 * each way that ports are written. Three sets of lines are crossed: those whose `src` means the subject (kept for each user),
 * those whose `dst` means the endpoint (kept for each tag and stretch of addresses), and those that open the port (kept for
 * each stretch of ports). The lowest line in all three is the first rule that allows.
 *
 * All of it grows with the text of the policy, never with sources times destinations. It depends on the policy alone, so
 * a change of users, targets or machines costs nothing here. Rules that open nothing are not in it: grants of `app` alone,
 * which have no services, and grants `via` a router of the mesh.
 */
export class RuleIndex {
  readonly rules: readonly Rule[]
  readonly memberships: Memberships
  /** First line of each rule, and after the last of them the number of lines. */
  readonly #firstLines: number[] = []
  /** Of each line: the order of its rule. */
  readonly #orders: number[] = []
  readonly #services: (readonly Service[])[] = []
  readonly #postures: PostureLines
  /** By source: orders of rules. */
  readonly #bySource = new Map<string, Postings>()
  readonly #bySourceAddress: AddressSets
  /** By destination: lines. */
  readonly #destinations = new Destinations((found) => this.#unionOfLines(found))
  /** By protocol: lines. */
  readonly #byProtocol = new Map<number, OpenPorts>()
  /** Lines for a user, or for the tags of a machine: facts never change, so the object stands for them. */
  #bySubject = new WeakMap<object, LineSet>()
  /** Lines for what a subject has in common with others: users in the same few groups share one set. */
  #byKeys = new Map<string, LineSet>()
  #keptBytes = 0

  constructor(policy: Policy) {
    this.rules = policy.rules
    this.memberships = memberships(policy)
    this.#bySourceAddress = new AddressSets((found) => this.#unionOfRules(found))
    this.#postures = new PostureLines(policy, (found) => this.#unionOfLines(found))
    for (const [order, rule] of policy.rules.entries()) {
      this.#firstLines.push(this.#orders.length)
      if (rule.via.length > 0) continue
      this.#addLines(order, rule, posturesOf(policy, rule))
      if (this.#orders.length === this.#firstLines[order]) continue
      for (const selector of rule.sources) this.#sourcePostings(selector).add(order)
    }
    this.#firstLines.push(this.#orders.length)
  }

  /** Order of the first rule that allows, or `NO_RULE`. */
  first(subject: Subject, endpoint: Endpoint, protocol: number, port: number): number {
    return this.find(subject, endpoint, protocol, port).order
  }

  find(subject: Subject, endpoint: Endpoint, protocol: number, port: number): Found {
    const ports = this.#byProtocol.get(protocol)
    if (ports === undefined) return { order: NO_RULE, postureUnmet: false }
    const sources = this.#sources(subject)
    const destinations = this.#destinations.of(endpoint, subject, this.memberships)
    const services = ports.at(port)
    const admitted = this.#postures.admitted(subject.attributes)
    const line = firstLine(sources, destinations, services, admitted)
    const order = this.#orders[line]
    if (order !== undefined) return { order, postureUnmet: false }
    const otherwise = admitted === undefined ? NO_LINE : firstLine(sources, destinations, services, undefined)
    return { order: NO_RULE, postureUnmet: otherwise !== NO_LINE }
  }

  /** Ports that the rules open for a subject, merged and ascending. */
  ports(subject: Subject, endpoint: Endpoint, protocol: number): readonly PortRange[] {
    return this.opener(subject, protocol)(endpoint)
  }

  /** `ports` for many endpoints: what those have in common is worked out once. */
  opener(subject: Subject, protocol: number): (endpoint: Endpoint) => readonly PortRange[] {
    const sources = this.#admittedSources(subject)
    const known = new Map<LineSet, readonly PortRange[]>()
    const opened = (destination: LineSet): readonly PortRange[] => {
      let ranges = known.get(destination)
      if (ranges === undefined) {
        ranges = this.#portsOf(sources, destination, protocol)
        known.set(destination, ranges)
      }
      return ranges
    }
    return (endpoint) => {
      const ranges = this.#destinations.of(endpoint, subject, this.memberships).map(opened)
      const [only] = ranges.filter((each) => each.length > 0)
      if (only === undefined) return []
      return ranges.find(isEveryPort) ?? mergePortRanges(ranges.flat())
    }
  }

  /** Every rule that can open something and whose source side, postures included, holds for a subject; each once. */
  applying(subject: Subject): readonly Rule[] {
    const orders = new Set<number>()
    for (const sets of this.#admittedSources(subject)) {
      scanCommon(sets, (line) => {
        orders.add(this.#orders[line] ?? 0)
        return false
      })
    }
    return [...orders].map((order) => this.rules[order]).filter((rule) => rule !== undefined)
  }

  /** Orders of the rules that open something, whichever ports, at an endpoint for a subject; ascending, each once. */
  matching(subject: Subject, endpoint: Endpoint): readonly number[] {
    const orders = new Set<number>()
    const destinations = this.#destinations.of(endpoint, subject, this.memberships)
    for (const sets of this.#admittedSources(subject)) {
      for (const destination of destinations) {
        scanCommon([destination, ...sets], (line) => {
          orders.add(this.#orders[line] ?? 0)
          return false
        })
      }
    }
    return [...orders].sort((a, b) => a - b)
  }

  /** Whether any rule has this key among its sources. */
  hasSource(key: string): boolean {
    return this.#bySource.has(key)
  }

  #addLines(order: number, rule: Rule, postures: readonly string[]): void {
    const lines = new Map<string, number>()
    let services: readonly Service[] | undefined
    let line = -1
    for (const destination of rule.destinations) {
      if (destination.services.length === 0) continue
      if (destination.services !== services) {
        services = destination.services
        const key = rule.destinations.length === 1 ? '' : serviceKey(services)
        line = lines.get(key) ?? this.#addLine(order, services, postures)
        lines.set(key, line)
      }
      this.#destinations.postings(destination.selector)?.add(line)
    }
  }

  #addLine(order: number, services: readonly Service[], postures: readonly string[]): number {
    const line = this.#orders.length
    this.#orders.push(order)
    this.#services.push(services)
    this.#postures.add(postures, line)
    for (const { protocols, ports } of services) {
      for (const protocol of new Set(protocols)) {
        let open = this.#byProtocol.get(protocol)
        if (open === undefined) {
          open = new OpenPorts((found) => this.#unionOfLines(found))
          this.#byProtocol.set(protocol, open)
        }
        open.add(ports, line)
      }
    }
    return line
  }

  #sourcePostings(selector: Selector): Postings {
    if (selector.kind === 'addresses') return this.#bySourceAddress.ofRange(selector.range)
    if (selector.kind === 'ipset') return this.#bySourceAddress.ofRanges(selector.ranges)
    const key = sourceKey(selector) ?? selector.text
    let postings = this.#bySource.get(key)
    if (postings === undefined) {
      postings = new Postings()
      this.#bySource.set(key, postings)
    }
    return postings
  }

  #sources(subject: Subject): readonly LineSet[] {
    const own = this.#linesOf(subject)
    if (subject.source === undefined) return [own]
    const there = this.#bySourceAddress.at(subject.source)
    return there.size === 0 ? [own] : [own, there]
  }

  #linesOf(subject: Subject): LineSet {
    const machine = subject.tagged && subject.tags.length > 0 ? subject.tags : undefined
    const owner = machine === undefined ? subject.user : subject.user === undefined ? machine : undefined
    let lines = owner === undefined ? undefined : this.#bySubject.get(owner)
    if (lines === undefined) {
      const keys = subjectKeys(subject, this.memberships).filter((key) => this.#bySource.has(key))
      lines = keys.length > COMMON_KEYS_MAX ? this.#linesOfKeys(keys) : this.#sharedLines(keys)
      if (owner !== undefined) this.#bySubject.set(owner, lines)
    }
    return lines
  }

  #linesOfKeys(keys: readonly string[]): LineSet {
    return this.#unionOfRules(keys.map((key) => this.#bySource.get(key)).filter((postings) => postings !== undefined))
  }

  #sharedLines(keys: readonly string[]): LineSet {
    const common = keys.join('\n')
    let lines = this.#byKeys.get(common)
    if (lines === undefined) {
      lines = this.#linesOfKeys(keys)
      this.#byKeys.set(common, lines)
    }
    return lines
  }

  /** The sets of lines of a subject, each with that of the lines whose postures its device fulfils. */
  #admittedSources(subject: Subject): readonly (readonly [LineSet, ...LineSet[]])[] {
    const admitted = this.#postures.admitted(subject.attributes)
    return this.#sources(subject).map((source) => (admitted === undefined ? [source] : [source, admitted]))
  }

  #portsOf(
    sources: readonly (readonly [LineSet, ...LineSet[]])[],
    destination: LineSet,
    protocol: number,
  ): readonly PortRange[] {
    const lists = new Set<readonly Service[]>()
    for (const sets of sources) {
      scanCommon([destination, ...sets], (line) => {
        const services = this.#services[line]
        if (services !== undefined) lists.add(services)
        return false
      })
    }
    const services = [...lists].flat().filter(({ protocols }) => protocols.includes(protocol))
    return mergePortRanges(services.flatMap(({ ports }) => ports))
  }

  #unionOfRules(found: readonly Postings[]): LineSet {
    const firstLines = this.#firstLines
    const each = (add: (line: number) => void): void => {
      for (const { ids } of found) {
        for (const order of ids) {
          const end = firstLines[order + 1] ?? 0
          for (let line = firstLines[order] ?? 0; line < end; line++) add(line)
        }
      }
    }
    const universe = this.#orders.length
    const quick = universe <= QUICK_LINES_MAX
    let count = 0
    // Bits need no count, only whether there are any.
    if (quick) count = found.some(({ ids }) => ids.length > 0) ? 1 : 0
    else each(() => count++)
    return this.#kept(lineSet(each, count, universe, { quick }))
  }

  #unionOfLines(found: readonly Postings[]): LineSet {
    let count = 0
    for (const { ids } of found) count += ids.length
    const each = (add: (line: number) => void): void => {
      for (const { ids } of found) for (const line of ids) add(line)
    }
    return this.#kept(lineSet(each, count, this.#orders.length))
  }

  #kept(set: LineSet): LineSet {
    this.#keptBytes += lineSetBytes(set)
    if (this.#keptBytes > KEPT_BYTES_MAX) {
      this.#keptBytes = lineSetBytes(set)
      this.#bySubject = new WeakMap()
      this.#byKeys = new Map()
      this.#bySourceAddress.forget()
      this.#destinations.forget()
      this.#postures.forget()
      for (const ports of this.#byProtocol.values()) ports.forget()
    }
    return set
  }
}

/**
 * Lines by what their destinations are. Ranges that name special addresses are kept apart from the others: for a special
 * address only they and tags are asked.
 */
class Destinations {
  readonly #union: (found: readonly Postings[]) => LineSet
  /** By `*`, `autogroup:self`, tag, and key of a person whose machines are meant. */
  readonly #byKey = new Map<string, Postings>()
  readonly #ordinary: AddressSets
  readonly #special: AddressSets
  #sets = new Map<string, LineSet>()
  #byTags = new WeakMap<readonly string[], LineSet>()
  #byOwner = new WeakMap<Person, readonly LineSet[]>()

  constructor(union: (found: readonly Postings[]) => LineSet) {
    this.#union = union
    this.#ordinary = new AddressSets(union)
    this.#special = new AddressSets(union)
  }

  /** Where the lines of a selector are noted; nowhere, where it selects nothing. */
  postings(selector: Selector): { add(line: number): void } | undefined {
    if (selector.kind === 'service' || selector.text === 'autogroup:danger-all') return undefined
    if (selector.kind === 'addresses') {
      return (namesSpecialAddresses(selector.range) ? this.#special : this.#ordinary).ofRange(selector.range)
    }
    if (selector.kind === 'ipset') return this.#ipset(selector.ranges)
    const key = sourceKey(selector) ?? selector.text
    let postings = this.#byKey.get(key)
    if (postings === undefined) {
      postings = new Postings()
      this.#byKey.set(key, postings)
    }
    return postings
  }

  /** Sets of which each line covers the endpoint. */
  of(endpoint: Endpoint, subject: Subject, groups: Memberships): readonly LineSet[] {
    const { address, special, internet, tags, owners } = endpoint
    const sets: LineSet[] = []
    const add = (set: LineSet): void => {
      if (set.size > 0) sets.push(set)
    }
    if (tags.length > MANY_TAGS) add(this.#tagged(tags))
    else for (const tag of tags) if (isTagKey(tag)) add(this.#set(tag))
    for (const owner of owners) sets.push(...this.#owned(owner, groups))
    if (isOwn(endpoint, subject)) add(this.#set('autogroup:self'))
    if (address !== undefined) add(this.#special.at(address))
    if (special !== undefined) return sets
    add(this.#set('*'))
    if (internet) add(this.#set('autogroup:internet'))
    if (tags.length > 0) add(this.#set('autogroup:tagged'))
    if (address !== undefined) add(this.#ordinary.at(address))
    return sets
  }

  forget(): void {
    this.#sets = new Map()
    this.#byTags = new WeakMap()
    this.#byOwner = new WeakMap()
    this.#ordinary.forget()
    this.#special.forget()
  }

  #ipset(ranges: AddressRanges): { add(line: number): void } {
    const { ordinary, special } = splitRanges(ranges)
    const both = [
      ...(ordinary.length === 0 ? [] : [this.#ordinary.ofRanges(ordinary)]),
      ...(special.length === 0 ? [] : [this.#special.ofRanges(special)]),
    ]
    return { add: (line) => both.forEach((postings) => postings.add(line)) }
  }

  #set(key: string): LineSet {
    let set = this.#sets.get(key)
    if (set === undefined) {
      const postings = this.#byKey.get(key)
      if (postings === undefined) return NO_LINES
      set = this.#union([postings])
      this.#sets.set(key, set)
    }
    return set
  }

  #tagged(tags: readonly string[]): LineSet {
    let set = this.#byTags.get(tags)
    if (set === undefined) {
      const found = tags.filter(isTagKey).map((tag) => this.#byKey.get(tag))
      set = this.#union(found.filter((postings) => postings !== undefined))
      this.#byTags.set(tags, set)
    }
    return set
  }

  #owned(owner: Person, groups: Memberships): readonly LineSet[] {
    let sets = this.#byOwner.get(owner)
    if (sets === undefined) {
      sets = personKeys(owner, groups)
        .map((key) => this.#set(key))
        .filter(({ size }) => size > 0)
      this.#byOwner.set(owner, sets)
    }
    return sets
  }
}

type AddressRanges = Extract<Selector, { readonly kind: 'ipset' }>['ranges']

/** The ranges of an ipset that name special addresses, and the others: one pair for one ipset. */
const split = new WeakMap<AddressRanges, { readonly ordinary: AddressRanges; readonly special: AddressRanges }>()

function splitRanges(ranges: AddressRanges): { readonly ordinary: AddressRanges; readonly special: AddressRanges } {
  let parts = split.get(ranges)
  if (parts === undefined) {
    const ordinary: AddressRanges[number][] = []
    const special: AddressRanges[number][] = []
    for (const range of ranges) (namesSpecialAddresses(range) ? special : ordinary).push(range)
    parts = { ordinary, special }
    split.set(ranges, parts)
  }
  return parts
}

/** Lines that open ports of one protocol. Those that open all stand apart: they would be in every stretch of ports. */
class OpenPorts {
  readonly #union: (found: readonly Postings[]) => LineSet
  readonly #every = new Postings()
  readonly #byRange = new Map<number, Postings>()
  readonly #some: IntervalSets<number>
  #everySet: LineSet | undefined

  constructor(union: (found: readonly Postings[]) => LineSet) {
    this.#union = union
    this.#some = new IntervalSets(union, (port) => port + 1)
  }

  add(ports: readonly PortRange[], line: number): void {
    if (isEveryPort(ports)) this.#every.add(line)
    else for (const range of ports) this.#range(range).add(line)
  }

  at(port: number): readonly LineSet[] {
    this.#everySet ??= this.#union([this.#every])
    return [this.#everySet, this.#some.at(port)]
  }

  forget(): void {
    this.#everySet = undefined
    this.#some.forget()
  }

  #range({ first, last }: PortRange): Postings {
    const key = first * (PORT_MAX + 1) + last
    let postings = this.#byRange.get(key)
    if (postings === undefined) {
      postings = new Postings()
      this.#byRange.set(key, postings)
      this.#some.add(first, last, postings)
    }
    return postings
  }
}

/** The first line of a source, a destination and a service that is admitted; any is, where nothing says which are. */
function firstLine(
  sources: readonly LineSet[],
  destinations: readonly LineSet[],
  services: readonly LineSet[],
  admitted: LineSet | undefined,
): number {
  let best = NO_LINE
  for (const source of sources) {
    for (const destination of destinations) {
      for (const service of services) {
        const line =
          admitted === undefined
            ? scanCommon([destination, source, service], isFirst)
            : scanCommon([destination, source, service, admitted], isFirst)
        if (line < best) best = line
      }
    }
  }
  return best
}

function isFirst(): boolean {
  return true
}

/** Equal for lists of services that open the same in the same words. */
function serviceKey(services: readonly Service[]): string {
  return services
    .map(
      ({ protocols, ports }) =>
        `${protocols.join(',')}:${ports.map(({ first, last }) => `${first}-${last}`).join(',')}`,
    )
    .join(' ')
}
