import type { Role } from '@sallyport/model'
import { formatIpAddress, parseIpAddress } from './ip-address.ts'

/** The facts that a policy is decided over, as they stand now. */
export interface Directory {
  readonly users: readonly UserFacts[]
  readonly targets: readonly TargetFacts[]
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
