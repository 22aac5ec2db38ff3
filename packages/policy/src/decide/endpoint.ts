import { isInternetAddress } from '../address/internet.ts'
import { formatIpAddress, type IpAddress } from '../address/ip-address.ts'
import { rangeHolds } from '../address/ip-range.ts'
import { namesSpecialAddresses, type SpecialClass, specialClassOf } from '../address/special-address.ts'
import type { Selector } from '../language/policy.ts'
import type { DirectoryIndex } from './directory.ts'

/** A destination as the destination side of a rule sees it. */
export interface Endpoint {
  /** Absent where only a tag is known: a target by DNS name before it is dialled, or a tag no target has yet. */
  readonly address?: IpAddress
  readonly special?: SpecialClass
  readonly internet: boolean
  /** Tags that count: for a special address only those of inventory targets that have this very address. */
  readonly tags: readonly string[]
  /** Inventory targets at this address. */
  readonly targets: readonly string[]
}

/** Joins what the caller knows of a destination with what the directory knows of its address. */
export function endpointAt(address: IpAddress, claimedTags: readonly string[], directory: DirectoryIndex): Endpoint {
  const { names, tags } = directory.at(formatIpAddress(address))
  const special = specialClassOf(address)
  if (special !== undefined) return { address, special, internet: false, tags, targets: names }
  const all = claimedTags.length === 0 ? tags : [...new Set([...tags, ...claimedTags])]
  return { address, internet: isInternetAddress(address), tags: all, targets: names }
}

/** A destination of which only the tags are known. */
export function endpointOfTags(tags: readonly string[], name?: string): Endpoint {
  return { internet: false, tags, targets: name === undefined ? [] : [name] }
}

/** How one selector stands to an endpoint; `special`: it covers the address, but does not name it. */
export type Coverage = 'covers' | 'special' | 'misses'

/** The slow readable twin of the index. */
export function coverage(selector: Selector, endpoint: Endpoint): Coverage {
  const wide: Coverage = endpoint.special === undefined ? 'covers' : 'special'
  switch (selector.kind) {
    case 'any':
      return wide
    case 'tag':
      return endpoint.tags.includes(selector.text) ? 'covers' : 'misses'
    case 'autogroup':
      if (selector.text === 'autogroup:internet') return endpoint.internet ? 'covers' : 'misses'
      if (selector.text === 'autogroup:tagged') return endpoint.tags.length > 0 ? wide : 'misses'
      return 'misses'
    case 'addresses':
      if (endpoint.address === undefined || !rangeHolds(selector.range, endpoint.address)) return 'misses'
      return namesSpecialAddresses(selector.range) ? 'covers' : wide
    case 'ipset': {
      const { address } = endpoint
      const holding = address === undefined ? [] : selector.ranges.filter((range) => rangeHolds(range, address))
      if (holding.length === 0) return 'misses'
      return holding.some(namesSpecialAddresses) ? 'covers' : wide
    }
    case 'user':
    case 'domain':
    case 'group':
    case 'service':
      return 'misses'
    default:
      return selector satisfies never
  }
}
