import type { Role } from '@sallyport/model'
import { formatIpAddress, parseIpAddress } from '../address/ip-address.ts'

/** The facts that a policy is decided over, as they stand now. */
export interface Directory {
  readonly users: readonly UserFacts[]
  readonly targets: readonly TargetFacts[]
  /** Machines of the mesh; absent where there is no mesh. */
  readonly nodes?: readonly MeshNode[]
}

/** One machine of the mesh. */
export interface MeshNode {
  /** Positive, stable, unique. */
  readonly id: number
  /** Its label in MagicDNS, without the domain. */
  readonly name: string
  /** Login name of its owner; absent for a tagged node, which belongs to nobody. */
  readonly user?: string
  /** With their prefix; with any, the node is a tagged one. */
  readonly tags: readonly string[]
  /** Its own addresses in the mesh: one of IPv4, one of IPv6, or either alone. */
  readonly addresses: readonly string[]
  /** Prefixes it offers to route; `0.0.0.0/0` and `::/0` make it an exit node. */
  readonly announcedRoutes: readonly string[]
  /** Those of them that are switched on. */
  readonly approvedRoutes: readonly string[]
  readonly online: boolean
  /** What is known of the device for postures: `node:os`, `custom:tier`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

export interface UserFacts {
  /** Login name: `alice` or `alice@example.com`. */
  readonly name: string
  readonly role: Role
  readonly disabled: boolean
}

export interface TargetFacts {
  readonly name: string
  /**
   * Where it is dialled: IP addresses, and DNS names as written. Only an address that stands here gives the target's tags
   * to whoever dials it by address, and only to such an address do tags open what is special (loopback and its like): a
   * DNS answer proves nothing.
   */
  readonly addresses: readonly string[]
  /** With their prefix: `tag:prod`. */
  readonly tags: readonly string[]
}

interface AddressFacts {
  readonly names: readonly string[]
  readonly tags: readonly string[]
}

const NOTHING: AddressFacts = { names: [], tags: [] }

/** The directory by name and by address. */
export class DirectoryIndex {
  readonly targets: readonly TargetFacts[]
  readonly users: readonly UserFacts[]
  readonly #byName: ReadonlyMap<string, UserFacts>
  readonly #byAddress = new Map<string, AddressFacts>()
  #byTag: ReadonlyMap<string, readonly TargetFacts[]> | undefined

  constructor(directory: Directory) {
    this.users = directory.users
    this.targets = directory.targets
    this.#byName = new Map(directory.users.map((user) => [user.name, user]))
    for (const target of directory.targets) this.#addAddresses(target)
  }

  user(name: string): UserFacts | undefined {
    return this.#byName.get(name)
  }

  /** Targets that have this address, in canonical text. */
  at(address: string): AddressFacts {
    return this.#byAddress.get(address) ?? NOTHING
  }

  tagged(tag: string): readonly TargetFacts[] {
    this.#byTag ??= groupByTag(this.targets)
    return this.#byTag.get(tag) ?? []
  }

  #addAddresses(target: TargetFacts): void {
    for (const text of target.addresses) {
      const address = parseIpAddress(text)
      if (address === undefined) continue
      const key = formatIpAddress(address)
      const known = this.at(key)
      const tags = new Set([...known.tags, ...target.tags])
      this.#byAddress.set(key, { names: [...known.names, target.name], tags: [...tags] })
    }
  }
}

function groupByTag(targets: readonly TargetFacts[]): ReadonlyMap<string, readonly TargetFacts[]> {
  const byTag = new Map<string, TargetFacts[]>()
  for (const target of targets) {
    for (const tag of new Set(target.tags)) {
      const list = byTag.get(tag)
      if (list === undefined) byTag.set(tag, [target])
      else list.push(target)
    }
  }
  return byTag
}
