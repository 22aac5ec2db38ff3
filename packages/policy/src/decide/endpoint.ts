import { isInternetAddress } from '../address/internet.ts'
import type { IpAddress } from '../address/ip-address.ts'
import { rangeHolds } from '../address/ip-range.ts'
import { namesSpecialAddresses, type SpecialClass, specialClassOf } from '../address/special-address.ts'
import type { Selector } from '../language/policy.ts'
import type { DirectoryIndex, MeshNode, Person } from './directory.ts'
import { type Memberships, personKeys, rangesOf, type Subject, sourceKey } from './subject.ts'

/** A destination as the destination side of a rule sees it. */
export interface Endpoint {
  /** Absent where only a tag is known: a target by DNS name before it is dialled, or a tag no target has yet. */
  readonly address?: IpAddress
  readonly special?: SpecialClass
  readonly internet: boolean
  /** Tags that count: for a special address only those of inventory targets that have this very address. */
  readonly tags: readonly string[]
  /** Whose own mesh machines have this address. */
  readonly owners: readonly Person[]
  /** Inventory targets and mesh machines at this address. */
  readonly targets: readonly string[]
}

const NOBODY: readonly Person[] = []

/**
 * Joins what the caller knows of a destination with what the directory knows of its address. At a special address no mesh
 * machine counts: the administrator has not written it down.
 */
export function endpointAt(address: IpAddress, claimedTags: readonly string[], directory: DirectoryIndex): Endpoint {
  const special = specialClassOf(address)
  const { names, tags } = factsOf(directory.targetsAt(address))
  if (special !== undefined) return { address, special, internet: false, tags, owners: NOBODY, targets: names }
  const nodes = directory.nodesAt(address)
  const internet = isInternetAddress(address)
  if (nodes.length === 0) return { address, internet, tags: joined(tags, claimedTags), owners: NOBODY, targets: names }
  const machines = factsOf(nodes)
  return {
    address,
    internet,
    tags: joined(joined(tags, machines.tags), claimedTags),
    owners: ownersOf(nodes, directory),
    targets: [...names, ...machines.names],
  }
}

/** An address as the mesh sees it: it has no special addresses, and knows its own machines alone. */
export function meshEndpoint(address: IpAddress, directory: DirectoryIndex): Endpoint {
  const nodes = directory.nodesAt(address)
  const { names, tags } = factsOf(nodes)
  return { address, internet: isInternetAddress(address), tags, owners: ownersOf(nodes, directory), targets: names }
}

/** Whether the mesh has only machines at an address that take no part: nobody is told of them, and they let nobody in. */
export function isClosed(address: IpAddress, directory: DirectoryIndex): boolean {
  const nodes = directory.nodesAt(address)
  return nodes.length > 0 && !nodes.some((node) => directory.takesPart(node))
}

/** A destination of which only the tags are known. */
export function endpointOfTags(tags: readonly string[], name?: string): Endpoint {
  return { internet: false, tags, owners: NOBODY, targets: name === undefined ? [] : [name] }
}

/** How one selector stands to an endpoint; `special`: it covers the address, but does not name it. */
export type Coverage = 'covers' | 'special' | 'misses'

/** The slow readable twin of the index: how a destination of a rule stands to an endpoint that a subject asks for. */
export function coverage(selector: Selector, endpoint: Endpoint, subject: Subject, groups: Memberships): Coverage {
  const wide: Coverage = endpoint.special === undefined ? 'covers' : 'special'
  const owned = (): Coverage => {
    const key = sourceKey(selector)
    const keys = endpoint.owners.flatMap((owner) => personKeys(owner, groups))
    return key !== undefined && keys.includes(key) ? 'covers' : 'misses'
  }
  switch (selector.kind) {
    case 'any':
      return wide
    case 'tag':
      return endpoint.tags.includes(selector.text) ? 'covers' : 'misses'
    case 'autogroup':
      if (selector.text === 'autogroup:internet') return endpoint.internet ? 'covers' : 'misses'
      if (selector.text === 'autogroup:tagged') return endpoint.tags.length > 0 ? wide : 'misses'
      if (selector.text === 'autogroup:self') return isOwn(endpoint, subject) ? 'covers' : 'misses'
      return owned()
    case 'addresses':
    case 'ipset': {
      const { address } = endpoint
      const holding = address === undefined ? [] : rangesOf(selector).filter((range) => rangeHolds(range, address))
      if (holding.length === 0) return 'misses'
      return holding.some(namesSpecialAddresses) ? 'covers' : wide
    }
    case 'user':
    case 'domain':
    case 'group':
      return owned()
    case 'service':
      return 'misses'
    default:
      return selector satisfies never
  }
}

/** Whether an address is that of a machine of the very user who asks; a tagged machine is nobody's. */
export function isOwn(endpoint: Endpoint, { user }: Subject): boolean {
  return user !== undefined && endpoint.owners.some(({ name }) => name === user.name)
}

function ownersOf(nodes: readonly MeshNode[], directory: DirectoryIndex): readonly Person[] {
  return nodes.map((node) => directory.ownerOf(node)).filter((owner) => owner !== undefined)
}

interface Named {
  readonly name: string
  readonly tags: readonly string[]
}

interface PlaceFacts {
  readonly names: readonly string[]
  readonly tags: readonly string[]
}

const NOTHING: PlaceFacts = { names: [], tags: [] }
/** For places that share an address, kept with their list: half an inventory may stand behind one. */
const shared = new WeakMap<readonly Named[], PlaceFacts>()

function factsOf(places: readonly Named[]): PlaceFacts {
  const [first] = places
  if (first === undefined) return NOTHING
  if (places.length === 1) return { names: [first.name], tags: first.tags }
  let facts = shared.get(places)
  if (facts === undefined) {
    facts = { names: places.map(({ name }) => name), tags: [...new Set(places.flatMap(({ tags }) => tags))] }
    shared.set(places, facts)
  }
  return facts
}

/** Up to so many tags are compared one by one; of more, a set is made and kept with their list. */
const FEW_TAGS = 8
const tagSets = new WeakMap<readonly string[], ReadonlySet<string>>()

/** Both lists; the first itself where the second adds nothing to it, as when a target is asked for by name. */
function joined(tags: readonly string[], more: readonly string[]): readonly string[] {
  if (more.length === 0 || more === tags) return tags
  if (tags.length === 0) return more
  if (tags.length <= FEW_TAGS) {
    if (more.length <= FEW_TAGS && more.every((tag) => tags.includes(tag))) return tags
    return [...new Set([...tags, ...more])]
  }
  let known = tagSets.get(tags)
  if (known === undefined) {
    known = new Set(tags)
    tagSets.set(tags, known)
  }
  return more.every((tag) => known.has(tag)) ? tags : [...new Set([...known, ...more])]
}
